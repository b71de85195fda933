"""What a cloud tells of the use of its servers: points that it keeps, or counters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import msgspec
import pytest

from cloudctl.domain.clouds import Capability
from cloudctl.domain.metrics import USE, Metric
from cloudctl.domain.usage import Lapse, rates
from tests.contract.cases import USED

SLOT = timedelta(minutes=5)


def points(provider_case, server, since, until, metrics=USE):
    """What the cloud tells of a server: the points by metric, each point with what it stands for."""
    told: dict[Metric, list[tuple[int, float, int]]] = {}
    for page in provider_case.provider.usage.history([server.backend_id], since, until, metrics):
        for course in page.courses:
            assert course.server == server.backend_id
            assert len(course.at) == len(course.values)
            told.setdefault(course.metric, []).extend(
                (at, value, course.interval_s) for at, value in zip(course.at, course.values, strict=True)
            )
    return told


@pytest.mark.needs(Capability.METRICS)
def test_it_tells_points_of_what_it_was_asked_for_and_of_nothing_else(provider_case, server):
    until = provider_case.clock.now()
    since = (until - timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    if provider_case.use:
        provider_case.use(server, since, until)
    else:
        provider_case.clock.sleep(2 * 3600)
        since, until = until, provider_case.clock.now()
    told = points(provider_case, server, since, until)
    assert set(told) == set(USE)
    for metric, found in told.items():
        moments = sorted(at for at, _, _ in found)
        assert len(moments) == len(set(moments)) >= 20
        assert all(since.timestamp() <= at < until.timestamp() for at in moments)
        assert all(interval_s == provider_case.provider.usage.interval_s for _, _, interval_s in found)
        if provider_case.use:
            assert {round(value, 2) for _, value, _ in found} == {USED[metric]}
        assert all(value >= 0 for _, value, _ in found)
    assert set(points(provider_case, server, since, until, [Metric.CPU_PERCENT])) == {Metric.CPU_PERCENT}


@pytest.mark.needs(Capability.METRICS)
def test_of_a_server_that_is_absent_and_of_the_future_it_tells_nothing(provider_case, server):
    now = provider_case.clock.now()
    usage = provider_case.provider.usage
    absent = list(usage.history([str(uuid4())], now - timedelta(hours=1), now, USE))
    future = list(usage.history([server.backend_id], now + SLOT, now + timedelta(hours=1), USE))
    assert not [page for page in (*absent, *future) if page.courses or page.activities or page.occasions]


@pytest.mark.needs(Capability.METRICS)
def test_the_longer_ago_the_coarser_but_never_twice(provider_case, server):
    now = provider_case.clock.now()
    since = (now - timedelta(days=10)).replace(hour=0, minute=0, second=0, microsecond=0)
    if provider_case.use:
        provider_case.use(server, since, now)
    told = points(provider_case, server, since, now)
    for found in told.values():
        stretches = sorted((at, at + interval_s) for at, _, interval_s in found)
        assert all(end <= begin for (_, end), (begin, _) in pairwise(stretches))


@pytest.mark.needs(Capability.DIAGNOSTICS)
def test_two_readings_of_the_counters_make_rates(provider_case, server):
    since = datetime(2026, 11, 1, tzinfo=UTC)
    usage = provider_case.provider.usage
    read = []
    for hours in (3, 4):
        provider_case.use(server, since, since + timedelta(hours=hours))
        (page,) = usage.counters([server.backend_id, str(uuid4())])
        (counted,) = page
        read.append(msgspec.structs.replace(counted, at_s=hours * 3600.0, steady_s=hours * 3600.0))
    told = rates(read[0], read[1], most_s=7200)
    assert not isinstance(told, Lapse)
    assert told == pytest.approx(USED, rel=0.01)


@pytest.mark.needs(Capability.DIAGNOSTICS)
def test_counters_that_began_again_make_no_rate(provider_case, server):
    since = datetime(2026, 11, 1, tzinfo=UTC)
    usage = provider_case.provider.usage
    provider_case.use(server, since, since + timedelta(hours=30))
    ((before,),) = usage.counters([server.backend_id])
    provider_case.use(server, since + timedelta(hours=29), since + timedelta(hours=31))
    ((after,),) = usage.counters([server.backend_id])
    after = msgspec.structs.replace(after, at_s=before.at_s + 3600, steady_s=before.steady_s + 3600)
    assert rates(before, after, most_s=7200) == Lapse("reset")


@pytest.mark.needs(Capability.DIAGNOSTICS)
def test_a_server_that_is_off_has_no_counters(provider_case, tenant, server):
    servers = provider_case.provider.servers
    provider_case.insist(lambda: servers.stop(tenant, server.backend_id))
    provider_case.wait(
        lambda: not [one for page in provider_case.provider.usage.counters([server.backend_id]) for one in page]
    )
    provider_case.insist(lambda: servers.start(tenant, server.backend_id))
    provider_case.wait(
        lambda: [one for page in provider_case.provider.usage.counters([server.backend_id]) for one in page]
    )
