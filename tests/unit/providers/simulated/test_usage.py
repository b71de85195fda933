"""The use of simulated servers: made on the seed, by profile, only of the time in which they ran."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Busy, Unsupported
from cloudctl.domain.metrics import ACTIVITY, DATES, USE, Metric
from cloudctl.providers.simulated import Fault, FaultKind, SimulatedProvider, populate
from cloudctl.providers.simulated.utilisation import LABEL, PROFILES, SLOT_S, daily

EVERYTHING = (*USE, *ACTIVITY, *DATES)
MONDAY = datetime(2026, 2, 23, tzinfo=UTC)


def day_of(pages, server, metric):
    return {
        at: value
        for page in pages
        for course in page.courses
        if (course.server, course.metric) == (server, metric)
        for at, value in zip(course.at, course.values, strict=True)
    }


@pytest.fixture
def old(cloud, make, network):
    """Servers that ran before the platform came, one of each profile, by its name."""
    requests = {
        name: make.server_request(network.backend_id, name=f"old-{name}", labels={LABEL: name}) for name in PROFILES
    }
    facts = populate(cloud, requests.values())
    return dict(zip(requests, (fact.backend_id for fact in facts), strict=True))


def history(provider, servers, since=MONDAY, days=1, metrics=EVERYTHING):
    return list(provider.usage.history(servers, since, since + timedelta(days=days), metrics))


def test_a_day_has_a_point_every_five_minutes_and_is_the_same_for_whoever_asks(provider, cloud, open_cloud, old):
    pages = history(provider, list(old.values()))
    begin = int(MONDAY.timestamp())
    for server in old.values():
        for metric in USE:
            told = day_of(pages, server, metric)
            assert sorted(told) == list(range(begin, begin + 86_400, SLOT_S))
            assert all(value >= 0 for value in told.values())
    assert history(SimulatedProvider(open_cloud()), list(old.values())) == pages
    mean = sum(day_of(pages, old["steady"], Metric.CPU_PERCENT).values()) / 288
    assert mean == pytest.approx(
        cloud.utilisation(old["steady"], MONDAY.date(), {LABEL: "steady"}).cpu_percent, abs=0.01
    )


@pytest.mark.parametrize(
    ("name", "busy_at", "quiet_at"),
    [
        ("office", datetime(2026, 2, 23, 2, tzinfo=UTC), datetime(2026, 2, 22, 2, tzinfo=UTC)),  # Monday, Sunday
        ("batch", datetime(2026, 2, 22, 17, tzinfo=UTC), datetime(2026, 2, 22, 12, tzinfo=UTC)),
        ("monthly", datetime(2026, 2, 1, 3, tzinfo=UTC), datetime(2026, 2, 2, 3, tzinfo=UTC)),
    ],
)
def test_profiles_work_when_they_work(provider, old, name, busy_at, quiet_at):
    def cpu(at):
        since = at.replace(hour=0)
        return day_of(history(provider, [old[name]], since), old[name], Metric.CPU_PERCENT)[int(at.timestamp())]

    assert cpu(busy_at) > 15
    assert cpu(quiet_at) < 5


def test_the_idle_have_no_visitors_and_nobody_looks_after_them(provider, old):
    told = {name: history(provider, [old[name]]) for name in ("idle", "office")}
    activity = {
        name: {each.metric: each.value for page in pages for each in page.activities} for name, pages in told.items()
    }
    assert set(activity["idle"]) == set(ACTIVITY)
    assert not any(activity["idle"].values())
    assert all(activity["office"].values())
    dates = {name: {each.metric for page in pages for each in page.occasions} for name, pages in told.items()}
    assert dates == {"idle": {Metric.PATCHED_ON}, "office": {Metric.BACKED_UP_ON, Metric.PATCHED_ON}}


def test_a_new_server_has_no_past(provider, server, clock):
    made_at = clock.now()
    assert history(provider, [server.backend_id], made_at - timedelta(days=3), days=2) == history(
        provider, [], made_at - timedelta(days=3), days=2
    )
    since = day_of(
        history(provider, [server.backend_id], made_at - timedelta(days=1), days=1), server.backend_id, USE[0]
    )
    assert all(at >= made_at.timestamp() - 60 for at in since)
    clock.sleep(7200)
    told = day_of(history(provider, [server.backend_id], made_at, days=1), server.backend_id, Metric.CPU_PERCENT)
    assert len(told) == 24


def test_a_server_that_is_off_tells_nothing_and_goes_on_when_it_is_on_again(provider, tenant, server, clock):
    begin = clock.now()
    clock.sleep(3600)
    provider.servers.stop(tenant, server.backend_id)
    clock.sleep(7200)
    provider.servers.start(tenant, server.backend_id)
    clock.sleep(3600)
    told = day_of(history(provider, [server.backend_id], begin, days=1), server.backend_id, Metric.CPU_PERCENT)
    hours = sorted({(at - int(begin.timestamp())) // 3600 for at in told})
    assert hours == [0, 3]


def test_one_that_was_off_when_the_platform_came_has_no_past(cloud, provider, make, network):
    request = make.server_request(network.backend_id)
    (fact,) = populate(cloud, [request], stopped=frozenset({request.key}))
    assert not [page for page in history(provider, [fact.backend_id]) if page.courses]


def test_only_what_is_asked_for_is_told(provider, old):
    pages = history(provider, [old["office"], str(uuid4())], metrics=[Metric.LOGINS])
    assert [(len(page.courses), len(page.activities), len(page.occasions)) for page in pages] == [(0, 1, 0)]


def test_faults_strike_it_as_they_strike_every_call(provider, cloud, old):
    cloud.inject(Fault(operation="usage.history", kind=FaultKind.SERVER_ERROR_5XX))
    with pytest.raises(Busy):
        history(provider, list(old.values()))
    assert history(provider, list(old.values()))


def test_a_poorer_cloud_does_not_offer_it(cloud, clock):
    poor = SimulatedProvider(cloud, capabilities=frozenset({Capability.CONSOLE}))
    with pytest.raises(Unsupported, match="does not offer metrics"):
        history(poor, [])
    with pytest.raises(Unsupported, match="does not offer diagnostics"):
        poor.usage.counters([])


def test_the_means_of_a_day_follow_the_profile():
    assert daily(7, "a", MONDAY.date(), {LABEL: "idle"}).cpu_percent < 2
    assert daily(7, "a", MONDAY.date(), {LABEL: "office"}).net_mb > 500
