"""Telemetry out of a real Prometheus with a planted past: what is told, whose it is, and every way in which it fails.

Ten days of seven machines at 15 minutes, written once for all tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from cloudctl.domain.errors import Rejected, Unreachable
from cloudctl.domain.metrics import ACTIVITY, DATES, USE, Metric
from cloudctl.policy.registry import shipped
from cloudctl.policy.series import By, SeriesQuery, SeriesSet, ServerLabel, load
from cloudctl.ports.metrics import Match, Page, Target
from cloudctl.telemetry.prometheus import PrometheusSource
from cloudctl.telemetry.promql import Access, PromClient
from tests.contract.clocks import RealClock
from tests.lab.prometheus import Machine, PrometheusServer, Use

STEP_S = 900
UNTIL = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
SINCE = UNTIL - timedelta(days=10)
YESTERDAY = UNTIL - timedelta(days=1)
SILENT = UNTIL - timedelta(days=8), UNTIL - timedelta(days=1)
REBUILT_AT = UNTIL - timedelta(days=3)
EVERYTHING = (*USE, *ACTIVITY, *DATES)


def busy(_: datetime) -> Use:
    return Use(cpu_percent=20.0, memory_percent=40.0, disk_kib_s=12.0, network_kib_s=8.0)


def still(_: datetime) -> Use:
    return Use(cpu_percent=1.0, memory_percent=15.0, disk_kib_s=0.5, network_kib_s=0.1)


WEB = Machine(
    "web-1",
    busy,
    logins=lambda _: 7.0,
    connections=lambda _: 21.0,
    http_requests=lambda _: 4800.0,
    dns_queries=lambda _: 96.0,
    backed_up_at=SINCE + timedelta(days=2, hours=23),
    patched_at=SINCE + timedelta(days=4),
    certificate_ends_at=UNTIL + timedelta(days=30),
)
SILENT_FOR_A_WEEK = Machine("gap-1", busy, gaps=[SILENT])
RESET = Machine("reset-1", busy, resets=[YESTERDAY + timedelta(hours=6), YESTERDAY + timedelta(hours=18)])
FROM_INSIDE = Machine("inside-1", busy, outside=False)
BY_NAME = Machine("named-1.example.org", busy, address="named-1.example.org", outside=False)
OLD = Machine("rebuilt-1", busy, uuid=str(uuid4()), inside=False, gaps=[(REBUILT_AT, UNTIL)])
NEW = Machine("rebuilt-1", still, uuid=str(uuid4()), inside=False, gaps=[(SINCE, REBUILT_AT)])
MACHINES = [WEB, SILENT_FOR_A_WEEK, RESET, FROM_INSIDE, BY_NAME, OLD, NEW]


@pytest.fixture(scope="module")
def server() -> Iterator[PrometheusServer]:
    with PrometheusServer(MACHINES, SINCE, UNTIL, step_s=STEP_S) as running:
        yield running


def target(machine: Machine, **changes: object) -> Target:
    told = {"native_id": machine.native_id, "name": machine.name, "addresses": (machine.ip,)} | changes
    return Target(id=uuid4(), cloud="a", **told)


def source(server: PrometheusServer, sets: Sequence[SeriesSet] | None = None, **access: object) -> PrometheusSource:
    known = load(shipped())
    client = PromClient("prometheus:lab", Access(**{"url": server.url, "timeout_s": 20.0} | access), RealClock())
    chosen = sets or [known[name] for name in ("libvirt", "node", "blackbox")]
    return PrometheusSource("prometheus:lab", client, chosen, RealClock(), step_s=STEP_S, scrape_s=STEP_S)


def read(
    server: PrometheusServer, *targets: Target, since: datetime = YESTERDAY, days: int = 1, metrics=EVERYTHING
) -> list[Page]:
    return list(source(server).read(targets, since, since + timedelta(days=days), metrics))


def values(pages: list[Page], target: Target, metric: Metric) -> dict[int, float]:
    return {
        at: value
        for page in pages
        for each in page.series
        if (each.subject, each.metric) == (target.id, metric)
        for at, value in zip(each.at, each.values, strict=True)
    }


def even(told: dict[int, float], value: float) -> bool:
    """Whether there are values, and all of them are this one."""
    return bool(told) and list(told.values()) == pytest.approx([value] * len(told), rel=1e-6)


def inner(told: dict[int, float]) -> dict[int, float]:
    """Without what a window sees half of: where a series begins or ends, `rate` tells less than there was."""
    first, last = min(told) + 4 * STEP_S, max(told) - 4 * STEP_S
    return {at: value for at, value in told.items() if first <= at <= last}


def test_it_is_well(server):
    source(server).check()


def test_all_shipped_queries_are_understood_and_tell_what_was_planted(server):
    web = target(WEB)
    known = load(shipped())
    pages = list(source(server, list(known.values())).read([web], YESTERDAY, UNTIL, EVERYTHING))
    planted = busy(YESTERDAY)
    for metric in USE:
        told = values(pages, web, metric)
        assert sorted(told) == list(range(int(YESTERDAY.timestamp()), int(UNTIL.timestamp()), STEP_S))
        assert even(told, getattr(planted, metric.value))
    dailies = {each.metric: each.value for page in pages for each in page.dailies}
    assert dailies == {
        Metric.LOGINS: pytest.approx(7.0, rel=0.02),
        Metric.CONNECTIONS: 21.0,
        Metric.HTTP_REQUESTS: pytest.approx(4800.0, rel=0.02),
        Metric.DNS_QUERIES: pytest.approx(96.0, rel=0.02),
    }
    dates = {each.metric: each.on for page in pages for each in page.dates}
    assert dates == {
        Metric.BACKED_UP_ON: WEB.backed_up_at.date(),
        Metric.PATCHED_ON: WEB.patched_at.date(),
        Metric.CERTIFICATE_ENDS_ON: WEB.certificate_ends_at.date(),
    }
    assert not [warning for page in pages for warning in page.warnings]


def test_hosts_are_believed_before_exporters_in_the_guest_and_those_are_known_by_address_then_by_name(server):
    machines = [WEB, FROM_INSIDE, BY_NAME]
    targets = {machine.name: target(machine) for machine in machines}
    targets[BY_NAME.name] = target(BY_NAME, addresses=())
    pages = read(server, *targets.values(), metrics=[Metric.CPU_PERCENT])
    by = {each.subject: each.by for page in pages for each in page.series}
    assert by == {
        targets[WEB.name].id: Match.NATIVE,
        targets[FROM_INSIDE.name].id: Match.ADDRESS,
        targets[BY_NAME.name].id: Match.NAME,
    }
    for each in targets.values():
        assert even(values(pages, each, Metric.CPU_PERCENT), 20.0)


def test_a_week_without_scrapes_is_a_week_without_points_and_not_an_idle_one(server):
    gap = target(SILENT_FOR_A_WEEK)
    # A window that reaches back over the gap's beginning still sees the last scrapes: for three steps at most.
    pages = read(server, gap, since=SILENT[0] + timedelta(hours=1), days=6)
    assert not any(values(pages, gap, metric) for metric in USE)
    assert not [each for page in pages for each in page.dailies if each.day > SILENT[0].date()]
    after = values(read(server, gap), gap, Metric.CPU_PERCENT)
    assert len(after) >= 92
    assert even(inner(after), 20.0)


def test_counters_that_begin_again_make_no_peak_and_no_hole(server):
    reset = target(RESET)
    pages = read(server, reset, metrics=USE)
    for metric in (Metric.CPU_PERCENT, Metric.DISK_KIB_S, Metric.NETWORK_KIB_S):
        told = values(pages, reset, metric)
        assert len(told) == 96
        assert max(told.values()) <= getattr(busy(YESTERDAY), metric.value) * 1.001
        assert sum(told.values()) / 96 == pytest.approx(getattr(busy(YESTERDAY), metric.value), rel=0.05)


def test_a_server_rebuilt_under_its_name_does_not_inherit_the_old_ones_use(server):
    old, new = target(OLD), target(NEW, created_at=REBUILT_AT)
    for targets in ([new], [old, new]):
        pages = read(server, *targets, since=SINCE + timedelta(days=1), days=9, metrics=[Metric.CPU_PERCENT])
        told = values(pages, new, Metric.CPU_PERCENT)
        assert min(told) >= REBUILT_AT.timestamp()
        assert even(inner(told), 1.0)
    before = values(pages, old, Metric.CPU_PERCENT)
    assert max(before) < REBUILT_AT.timestamp() + 3 * STEP_S
    assert even(inner(before), 20.0)


def test_by_its_name_alone_it_has_only_what_is_younger_than_itself(server):
    """An exporter that knows names only: the old machine's series ends, the new one's begins, both are `rebuilt-1`."""
    names = SeriesSet(
        "names",
        (ServerLabel("domain", By.NAME),),
        (
            SeriesQuery(
                Metric.CPU_PERCENT,
                "50 * sum by (domain) (rate(libvirt_domain_info_cpu_time_seconds_total[$window]))",
            ),
        ),
    )
    new = target(NEW, created_at=REBUILT_AT + timedelta(hours=1))
    pages = list(source(server, [names]).read([new], SINCE, UNTIL, [Metric.CPU_PERCENT]))
    told = values(pages, new, Metric.CPU_PERCENT)
    assert told
    assert min(told) >= REBUILT_AT.timestamp() + 3600
    assert even(told, 1.0)
    assert {each.by for page in pages for each in page.series} == {Match.NAME}


def test_one_that_moved_between_clouds_is_two_and_by_name_neither(server):
    here, there = target(OLD), replace_cloud(target(NEW), "b")
    pages = read(server, here, there, since=SINCE + timedelta(days=1), days=9, metrics=[Metric.CPU_PERCENT])
    assert even(inner(values(pages, here, Metric.CPU_PERCENT)), 20.0)
    assert even(inner(values(pages, there, Metric.CPU_PERCENT)), 1.0)
    strangers = [replace_native(each) for each in (here, there)]
    pages = read(server, *strangers, metrics=[Metric.CPU_PERCENT])
    assert not [each for page in pages for each in page.series]
    assert sum(page.unmatched for page in pages) > 0


def replace_cloud(told: Target, cloud: str) -> Target:
    return Target(id=told.id, cloud=cloud, native_id=told.native_id, name=told.name, addresses=told.addresses)


def replace_native(told: Target) -> Target:
    return Target(id=told.id, cloud=told.cloud, native_id=str(uuid4()), name=told.name, addresses=told.addresses)


@pytest.mark.parametrize(
    ("query", "kind", "words"),
    [
        ("rate(up[5m]", Rejected, "bad_data.*parse error"),
        ("node_cpu_seconds_total * on (job) node_netstat_Tcp_CurrEstab", Rejected, "execution.*duplicate series"),
    ],
)
def test_a_query_that_it_refuses_is_named_and_the_others_are_read(server, query, kind, words):
    web = target(WEB)
    known = load(shipped())["libvirt"]
    broken = SeriesSet("mine", known.servers, (SeriesQuery(Metric.CPU_PERCENT, query), *known.queries[2:]))
    pages: list[Page] = []
    with pytest.raises(kind, match=f"mine/cpu_percent.*{words}"):
        pages.extend(source(server, [broken]).read([web], YESTERDAY, UNTIL, USE))
    assert len(values(pages, web, Metric.NETWORK_KIB_S)) == 96


def test_a_wrong_address_and_a_wrong_path_are_told_apart(server):
    with pytest.raises(Rejected, match="no Prometheus"):
        source(server, url=f"{server.url}/elsewhere").check()
    with pytest.raises(Unreachable):
        source(server, url="http://127.0.0.1:9").check()


def test_one_that_ends_in_the_middle_of_a_day_leaves_what_it_said(server):
    web = target(WEB)
    pages: list[Page] = []
    reading = source(server).read([web], YESTERDAY, UNTIL, USE)
    pages.append(next(reading))
    server.stop()
    try:
        with pytest.raises(Unreachable):
            pages.extend(reading)
    finally:
        server.start()
    assert values(pages, web, Metric.CPU_PERCENT)
    assert not values(pages, web, Metric.NETWORK_KIB_S)
    assert len(values(read(server, web), web, Metric.NETWORK_KIB_S)) == 96


def test_a_query_that_costs_too_much_is_refused_with_its_words():
    machines = [replace(WEB, name=f"web-{number}") for number in range(2)]
    with PrometheusServer(machines, UNTIL - timedelta(days=1), UNTIL, flags={"query.max-samples": "50"}) as small:
        web = target(machines[0])
        with pytest.raises(Rejected, match="too many samples"):
            list(source(small).read([web], YESTERDAY, UNTIL, [Metric.CPU_PERCENT]))


def test_days_are_utc_days(server):
    web = target(WEB)
    pages = read(server, web, since=YESTERDAY - timedelta(days=1), days=2, metrics=[Metric.LOGINS])
    assert [each.day for page in pages for each in page.dailies] == [
        (YESTERDAY - timedelta(days=1)).date(),
        YESTERDAY.date(),
    ]
