"""Waste of a simulated city: proposed, accepted as an order or declined; and the ledger of what came back."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.errors import Claimed, Conflict, Forbidden, Invalid, NotFound, Refused
from cloudctl.domain.items import ResizeItem
from cloudctl.domain.metrics import Metric, begin_of
from cloudctl.domain.purposes import DeclaredPurpose, Purpose
from cloudctl.domain.reclaims import ReclaimSource
from cloudctl.domain.waste import Proposal, Saved, WasteKind
from cloudctl.ports.context import platform
from cloudctl.ports.metrics import Page, Series
from cloudctl.ports.queries import PageAsk
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import decisions, orders, reclaims, resources, savings, syncs, waste
from tests.factories import installation
from tests.seeds import CLOUD
from tests.unit.services.measuring import Measured
from tests.unit.services.outside import Outside


def scan(outside: Outside) -> waste.Looked:
    return waste.scan(outside.city.ctx, platform("test"))


def found(outside: Outside, *states: str) -> list[Proposal]:
    known = outside.city.read(lambda uow: uow.waste.known()).values()
    return sorted((one for one in known if one.state in (states or ("open",))), key=lambda one: (one.kind, one.name))


def only(outside: Outside, *states: str) -> Proposal:
    (one,) = found(outside, *states)
    return one


def later(outside: Outside, days: float) -> None:
    outside.city.clock.move(days=days)
    outside.sync()


def officer(outside: Outside) -> Any:
    return outside.city.people["officer"]


@pytest.fixture
def off(outside: Outside) -> Outside:
    """A city one of whose servers has been switched off for 31 days."""
    outside.sync()
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.city.clock.move(minutes=5)
    outside.sync()
    later(outside, 31)
    return outside


def accepted(outside: Outside, proposal: Proposal) -> Proposal:
    return waste.accept(outside.city.ctx, officer(outside), proposal.id, no_state_secrets=True)


def carried_out(outside: Outside, proposal: Proposal) -> None:
    """Signed, approved and built."""
    order = decisions.sign_off(outside.city.ctx, outside.city.people["head"], proposal.order_id)
    if order.state == "signed_off":
        order = decisions.approve(outside.city.ctx, outside.city.people["office-admin"], order.id)
    assert order.state == "approved"
    outside.city.run()


def test_a_server_that_is_off_is_proposed_to_its_department_which_is_told_once(off: Outside) -> None:
    assert scan(off).opened == 1
    one = only(off)
    assert (one.kind, one.resource_id, one.department_id) == (
        WasteKind.POWERED_OFF, off.server.id, off.city.ids["fgw"],
    )  # fmt: skip
    assert one.saved == Saved(vcpu=2, memory_mib=4096, disk_gib=40)
    assert one.saved_fen == 2 * 60000 + 4 * 15000 + 40 * 600
    assert scan(off) == waste.Looked()
    rows = off.city.ctx.queries.notices.page(None, {}, PageAsk(limit=200)).items
    told = sorted(row.recipient for row in rows if row.template == "waste_proposed")
    assert told == ["head@example.gov.cn", "officer@example.gov.cn"]


def test_a_proposal_waits_for_its_owner(off: Outside) -> None:
    scan(off)

    def waiting(who: str) -> list[tuple[str, int | None]]:
        rows = off.city.ctx.queries.todo([off.city.people[who].actor], 100)
        return [(row.number, row.count) for row in rows if row.source == "waste"]

    assert waiting("officer") == [("powered_off", 1)]
    assert waiting("stranger") == waiting("operator") == []
    accepted(off, only(off))
    assert waiting("officer") == []


def test_what_runs_and_what_was_off_for_an_hour_is_not_proposed(outside: Outside) -> None:
    later(outside, 40)
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.city.clock.move(minutes=5)
    outside.sync()
    outside.provider.servers.start(outside.tenant, outside.server.backend_id)
    outside.city.clock.move(minutes=5)
    outside.sync()
    outside.provider.servers.stop(outside.tenant, outside.server.backend_id)
    outside.city.clock.move(minutes=5)
    outside.sync()
    scan(outside)
    assert found(outside) == []


def test_a_disk_that_was_detached_for_an_hour_is_not_proposed_and_one_that_hangs_on_nothing_is(
    outside: Outside,
) -> None:
    later(outside, 40)
    server, volume = outside.server, outside.volume
    outside.provider.servers.detach(outside.tenant, server.backend_id, volume.backend_id)
    outside.city.clock.move(minutes=5)
    with outside.city.ctx.unit_of_work(platform("test")) as uow:
        uow.resources.lock(volume.id).server_id = None
    outside.sync()
    scan(outside)
    assert found(outside) == []
    later(outside, 31)
    scan(outside)
    one = only(outside)
    assert (one.kind, one.resource_id) == (WasteKind.ORPHAN_DISK, volume.id)


def test_a_cloud_that_is_not_read_well_opens_and_ends_nothing(off: Outside) -> None:
    scan(off)
    one = only(off)
    off.provider.servers.start(off.tenant, off.server.backend_id)
    off.city.cloud.inject(Fault(operation="inventory.full", kind=FaultKind.HANG))
    off.city.clock.move(hours=3)
    syncs.run_due(off.city.ctx, platform("test"), CLOUD)
    off.city.cloud.clear_faults()
    assert scan(off) == waste.Looked()
    assert (only(off).id, only(off).version) == (one.id, one.version)
    off.sync()
    scan(off)
    assert only(off, "vanished").id == one.id


def test_accepted_it_is_an_ordinary_order_with_a_link_back(off: Outside) -> None:
    scan(off)
    with pytest.raises(Invalid):  # the declaration that every order needs
        waste.accept(off.city.ctx, officer(off), only(off).id)
    assert only(off).state == "open"
    done = accepted(off, only(off))
    order = off.city.order(done.order_id)
    assert (order.state, order.system_id) == ("submitted", off.city.ids["oa"])
    assert str(done.id) in order.purpose
    assert off.server.claimed_by == order.id
    assert scan(off) == waste.Looked()  # its order is on its way
    with pytest.raises(Refused):
        accepted(off, done)
    carried_out(off, done)
    assert off.server.state == "retained"
    off.sync()
    assert scan(off).done == 1
    assert only(off, "done").order_id == order.id


def test_an_order_that_came_to_nothing_opens_the_proposal_again(off: Outside) -> None:
    scan(off)
    done = accepted(off, only(off))
    orders.cancel(off.city.ctx, officer(off), done.order_id)
    off.sync()
    assert scan(off).opened == 1
    assert (only(off).id, only(off).order_id) == (done.id, None)


def test_what_another_order_works_on_is_refused_and_changes_nothing(off: Outside) -> None:
    scan(off)
    one = only(off)
    off.city.submitted([ResizeItem(server=off.server.id, specification="s4")])
    with pytest.raises(Claimed):
        accepted(off, one)
    assert only(off).version == one.version


def test_declined_it_is_not_proposed_again_before_its_day(off: Outside) -> None:
    scan(off)
    today = off.city.clock.now().date()
    for wrong in (today - timedelta(days=2), today + timedelta(days=400)):
        with pytest.raises(Invalid):
            waste.decline(off.city.ctx, officer(off), only(off).id, reason="冷备", until=wrong)
    with pytest.raises(Invalid):
        waste.decline(off.city.ctx, officer(off), only(off).id, reason=" ")
    done = waste.decline(off.city.ctx, officer(off), only(off).id, reason="冷备", until=today + timedelta(days=20))
    assert (done.state, done.reason) == ("declined", "冷备")
    later(off, 15)
    assert scan(off) == waste.Looked()
    later(off, 10)
    assert scan(off).opened == 1
    assert only(off).id == done.id


def test_who_may_do_what(off: Outside) -> None:
    scan(off)
    key = only(off).id
    with pytest.raises(NotFound):
        waste.get(off.city.ctx, off.city.people["stranger"], key)
    with pytest.raises(NotFound):
        waste.accept(off.city.ctx, off.city.people["stranger"], key, no_state_secrets=True)
    for who in ("head", "auditor", "reviewer"):
        with pytest.raises(Forbidden):
            waste.decline(off.city.ctx, off.city.people[who], key, reason="x")
    with pytest.raises(Forbidden):  # the office writes no order for a department by itself
        waste.accept(off.city.ctx, off.city.people["office-admin"], key, no_state_secrets=True)
    with pytest.raises(Forbidden):
        waste.scan(off.city.ctx, officer(off))
    assert only(off).state == "open"


def test_without_a_system_its_owner_names_one_of_its_own(off: Outside) -> None:
    with off.city.ctx.unit_of_work(platform("test")) as uow:
        uow.resources.lock(off.server.id).system_id = None
    scan(off)
    with pytest.raises(Invalid):
        accepted(off, only(off))
    with pytest.raises(Invalid):
        waste.accept(off.city.ctx, officer(off), only(off).id, no_state_secrets=True, system="ys")
    done = waste.accept(off.city.ctx, officer(off), only(off).id, no_state_secrets=True, system="oa")
    assert off.city.order(done.order_id).system_id == off.city.ids["oa"]


def ledger(outside: Outside, **more: Any) -> Any:
    return reclaims.reclaimed(outside.city.ctx, outside.city.people["auditor"], **more)


def test_what_came_back_is_told_with_its_source_its_worth_and_whom_it_served(off: Outside) -> None:
    scan(off)
    done = accepted(off, only(off))
    carried_out(off, done)
    later(off, 40)
    resources.purge_due(off.city.ctx, platform("test"))
    off.city.run()
    day = off.city.clock.now().date()
    told = ledger(off)
    server = next(line for line in told.lines if line.kind == "server")
    number = off.city.order(done.order_id).number
    assert (server.source, server.number, server.department) == (ReclaimSource.PROPOSAL, number, "fgw")
    assert (server.returned.vcpu, server.returned.memory_mib, server.returned.disk_gib) == (2, 4096, 40)
    assert server.fen == 2 * 60000 + 4 * 15000 + 40 * 600
    assert server.served == ()
    of_proposals = next(one for one in told.sums if one.source is ReclaimSource.PROPOSAL)
    assert (of_proposals.pieces, of_proposals.fen) == (1, server.fen)
    off.city.clock.move(days=3)
    order = off.city.delivered(off.city.build_items("next", count=1))
    now = ledger(off)
    line = next(one for one in now.lines if one.kind == "server")
    assert [(one.number, one.vcpu, one.memory_mib) for one in line.served] == [(order.number, 2, 4096)]
    past = ledger(off, last=day)
    assert (past.sums, past.orders) == (told.sums, ())
    assert [(one.returned, one.fen, one.source) for one in past.lines] == [
        (one.returned, one.fen, one.source) for one in told.lines
    ]
    account = savings.account(off.city.ctx, off.city.people["auditor"])
    assert (account.servers, account.vcpu) == (1, 2)
    assert [one.number for one in account.orders] == [order.number]


def test_a_smaller_size_is_reclaimed_the_day_it_is_delivered(outside: Outside) -> None:
    outside.city.delivered([ResizeItem(server=outside.server.id, specification="s4")])
    outside.city.clock.move(days=1)
    outside.city.delivered([ResizeItem(server=outside.server.id, specification="s2")])
    (line,) = ledger(outside).lines
    assert (line.kind, line.source) == ("resize", ReclaimSource.ORDER)
    assert (line.returned.vcpu, line.returned.memory_mib) == (2, 4096)


def test_a_department_sees_its_own_ledger(outside: Outside) -> None:
    told = reclaims.reclaimed(outside.city.ctx, officer(outside))
    assert told.scope == "fgw"
    with pytest.raises((Forbidden, NotFound)):
        reclaims.reclaimed(outside.city.ctx, officer(outside), scope="czj")
    with pytest.raises(Invalid):
        ledger(outside, first=outside.city.clock.now().date(), last=outside.city.clock.now().date() - timedelta(days=3))
    with pytest.raises((Invalid, Conflict)):
        ledger(outside, last=outside.city.clock.now().date() + timedelta(days=3))


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Measured]:
    """A city whose server has a size more than it was ordered with."""
    with installation(tmp_path) as city:
        measured = Measured(city)
        city.delivered([ResizeItem(server=measured.made["oa-1"].id, specification="s4")])
        measured.live(40)
        measured.sync()
        yield measured


def told(measured: Measured, days: int, *, memory: float | None, cpu: float = 4.0) -> None:
    """So many days of hourly samples up to yesterday."""
    subject = measured.server("oa-1")
    metrics = {Metric.CPU_PERCENT: cpu} | ({} if memory is None else {Metric.MEMORY_PERCENT: memory})
    with measured.city.ctx.unit_of_work(platform("test")) as uow:
        for back in range(days):
            day = measured.last - timedelta(days=back)
            begin = int(begin_of(day).timestamp())
            at = array("q", range(begin, begin + 86_400, 300))
            reading = measured.city.ctx.histograms.reading("probe", day, 300, measured.now)
            reading.add(
                Page(
                    series=[
                        Series(subject, metric, at, array("d", [value] * len(at))) for metric, value in metrics.items()
                    ]
                )
            )
            uow.telemetry.put(reading.parts())


def proposed(measured: Measured) -> list[Proposal]:
    waste.scan(measured.city.ctx, platform("test"))
    return list(measured.city.read(lambda uow: uow.waste.known()).values())


def test_from_the_daily_histograms_a_smaller_size_is_proposed_and_ordered(busy: Measured) -> None:
    told(busy, 30, memory=12.0)
    (one,) = proposed(busy)
    assert (one.kind, one.specification, one.saved) == (WasteKind.OVERSIZED, "s2", Saved(vcpu=2, memory_mib=4096))
    assert one.facts["coverage_percent"] >= 99
    assert one.facts["cpu_p95"] == pytest.approx(4.0, abs=0.15)
    city = busy.city
    done = waste.accept(city.ctx, city.people["officer"], one.id, no_state_secrets=True)
    assert city.order(done.order_id).items == [ResizeItem(server=one.resource_id, specification="s2")]


@pytest.mark.parametrize(
    ("days", "memory", "cpu"),
    [
        (0, None, 4.0),  # nothing was measured
        (20, 12.0, 4.0),  # less than 80 % of the window was
        (30, None, 4.0),  # of memory nothing is known
        (30, 60.0, 60.0),  # it is used
    ],
)
def test_what_was_not_measured_or_is_used_is_never_proposed(
    busy: Measured, days: int, memory: float | None, cpu: float
) -> None:
    told(busy, days, memory=memory, cpu=cpu)
    assert proposed(busy) == []


def test_what_is_declared_to_wait_for_its_hour_is_left_alone(busy: Measured) -> None:
    told(busy, 30, memory=12.0)
    with busy.city.ctx.unit_of_work(platform("test")) as uow:
        uow.purposes.add(
            DeclaredPurpose(
                system_id=busy.system, department_id=busy.city.ids["fgw"], purpose=Purpose.SEASONAL,
                reason="每年报名季", suspected=False, declared_by=busy.city.ids["officer"], created_at=uow.now,
            )
        )  # fmt: skip
    assert proposed(busy) == []
