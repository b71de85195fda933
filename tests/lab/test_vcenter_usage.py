"""What a vCenter keeps of its machines' use, out of a planted table: intervals, batches, holes, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from cloudctl.domain.errors import Busy, Unreachable
from cloudctl.domain.inventory import CloudObject
from cloudctl.domain.metrics import USE, Metric
from cloudctl.providers.vsphere.usage import COUNTERS, MOST_METRICS, VSphereUsage
from tests.contract.clocks import RealClock
from tests.lab.vcenter import Rule, Vcenter, VcenterServer, fault, respond
from tests.lab.vcenter.site import Site

MACHINES = 40
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
BEGAN = NOW - timedelta(days=20)
SLOTS = 20 * 288


@pytest.fixture(scope="module")
def server() -> Iterator[Vcenter]:
    with VcenterServer(vms=MACHINES) as vcenter:
        yield vcenter


@pytest.fixture
def site(server: Vcenter, tmp_path: Path) -> Iterator[Site]:
    site = Site(server, tmp_path / "clouds.yaml")
    yield site
    server.clear()
    site.close()


@pytest.fixture
def machines(site: Site, server: Vcenter) -> list[CloudObject]:
    """All machines; the first uses 10 % of its processors, the second 11 %, ... and each has a hole of an hour."""
    found = sorted(site.servers(), key=lambda each: each.name)
    table = {}
    for number, each in enumerate(found):
        values = [10.0 + number] * SLOTS
        values[-36:-24] = [-1.0] * 12
        planted = {"start": int(BEGAN.timestamp()), "step": 300, "values": values}
        table[each.name] = dict.fromkeys(COUNTERS, planted)
    server.plant(table)
    return found


@pytest.fixture
def usage(site: Site) -> VSphereUsage:
    return VSphereUsage(site.client(), RealClock())


def points(usage: VSphereUsage, machines: list[CloudObject], since: datetime, until: datetime = NOW, metrics=USE):
    told: dict[tuple[str, Metric], dict[int, tuple[float, int]]] = {}
    for page in usage.history([each.native_id for each in machines], since, until, metrics):
        for course in page.courses:
            kept = told.setdefault((course.server, course.metric), {})
            for at, value in zip(course.at, course.values, strict=True):
                assert at not in kept
                kept[at] = (value, course.interval_s)
    return told


def test_many_machines_are_asked_about_in_batches_that_a_vcenter_takes(usage, server, machines):
    server.clear()
    told = points(usage, machines, NOW - timedelta(hours=2))
    assert len(told) == MACHINES * len(USE)
    for number, each in enumerate(machines):
        for metric in USE:
            kept = told[each.native_id, metric]
            assert {round(value, 6) for value, _ in kept.values()} == {10.0 + number}
            assert {interval for _, interval in kept.values()} == {300}
    assert server.calls["QueryPerf"] == -(-MACHINES * len(USE) // MOST_METRICS)


def test_a_hole_is_a_hole(usage, machines):
    kept = points(usage, machines[:1], NOW - timedelta(hours=6))[machines[0].native_id, Metric.CPU_PERCENT]
    begin = int((NOW - timedelta(hours=3)).timestamp())
    assert len(kept) == 60
    assert not [at for at in kept if begin <= at < begin + 3600]


def test_what_is_older_is_coarser_and_nothing_is_told_twice(usage, machines):
    kept = points(usage, machines[:1], BEGAN)[machines[0].native_id, Metric.CPU_PERCENT]
    assert {interval for _, interval in kept.values()} == {300, 1800, 7200}
    assert {round(value, 6) for value, _ in kept.values()} == {10.0}
    stretches = sorted((at, at + interval) for at, (_, interval) in kept.items())
    assert all(end <= begin for (_, end), (begin, _) in pairwise(stretches))
    covered = sum(end - begin for begin, end in stretches)
    assert covered == pytest.approx(20 * 86_400 - 3600, abs=2 * 7200)


def test_only_the_metrics_that_are_asked_for(usage, machines):
    told = points(usage, machines[:2], NOW - timedelta(hours=1), metrics=[Metric.NETWORK_KIB_S])
    assert set(told) == {(each.native_id, Metric.NETWORK_KIB_S) for each in machines[:2]}
    assert points(usage, machines[:2], NOW - timedelta(hours=1), metrics=[Metric.LOGINS]) == {}


def test_a_machine_that_goes_in_the_middle_costs_only_itself(usage, site, server, machines):
    usage_of = machines[:3]
    gone = usage_of[1].native_id
    moid = site.machine(gone)._GetMoId()
    real = usage._machines

    def then_gone(uuids):
        found = real(uuids)
        site.act(gone, lambda machine: machine.PowerOffVM_Task())
        site.act(gone, lambda machine: machine.Destroy_Task())
        assert moid in found
        return found

    usage._machines = then_gone
    told = points(usage, usage_of, NOW - timedelta(hours=1))
    assert {each for each, _ in told} == {usage_of[0].native_id, usage_of[2].native_id}


def test_a_session_that_ended_is_opened_again(usage, server, machines):
    points(usage, machines[-1:], NOW - timedelta(hours=1))
    server.expire_sessions()
    assert points(usage, machines[-1:], NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("action", "error"),
    [(fault("Timedout", "statistics are away", direct=True), Busy), (respond(503), Unreachable)],
)
def test_a_vcenter_that_fails_says_so(usage, server, machines, action, error):
    server.add(Rule("QueryPerf", action))
    with pytest.raises(error):
        points(usage, machines[-1:], NOW - timedelta(hours=1))
