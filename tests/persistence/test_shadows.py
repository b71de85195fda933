"""Shadow systems, waste and what came back, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, ObjectStatus, Source, object_id
from cloudctl.domain.items import ReleaseItem
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.reclaims import ReclaimSource
from cloudctl.domain.shadows import Shadow, ShadowAct, ShadowKind, ShadowSubject, Turn
from cloudctl.domain.sweeps import Sweep, SweepKind
from cloudctl.domain.waste import Proposal, Saved, WasteKind
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import shadow_turns, sweeps
from cloudctl.ports.queries import PageAsk
from tests.persistence.records import START, City, Database


def shadow(city: City, kind: ShadowKind = ShadowKind.UNREGISTERED, **changes: Any) -> Shadow:
    values: dict[str, Any] = {
        "id": new_id(), "kind": kind, "subject": ShadowSubject.SERVER, "subject_key": "k", "name": "old",
        "department_id": city.department.id, "facts": {"vcpu": 2}, "evidence": {"names": ["a", "b"]}, "mark": "m",
        "words": {"en": "w"}, "next_step": {}, "found_at": START, "created_at": START,
    }  # fmt: skip
    return Shadow(**values | changes)


def turned(database: Database, one: Shadow) -> None:
    with database.work() as uow:
        uow.shadows.turn(
            Turn(
                shadow_id=one.id, kind=one.kind, subject=one.subject, department_id=one.department_id, state=one.state,
                act=one.act, by=None, reason=one.reason, target_id=None, at=uow.now,
            )
        )  # fmt: skip


def test_counts_are_those_of_the_last_turn_by_then(database: Database, city: City, queries: DatabaseQueries) -> None:
    first, second = shadow(city), shadow(city, ShadowKind.DUPLICATE, department_id=None)
    with database.work() as uow:
        uow.shadows.add(first)
        uow.shadows.add(second)
    for one in (first, second):
        turned(database, one)
    at = database.clock.now()
    database.clock.sleep(3600)
    with database.work() as uow:
        kept = uow.shadows.lock(first.id)
        kept.settle(ShadowAct.DISMISS, by=None, reason="r", now=uow.now)
    turned(database, kept)

    def told(moment: Any, scope: UUID | None = None) -> dict[tuple[str, str], int]:
        return {(row.kind, row.state): row.count for row in queries.shadow_counts(scope, moment)}

    assert told(at - timedelta(days=1)) == {}
    assert told(at) == {("unregistered", "open"): 1, ("duplicate", "open"): 1}
    assert told(database.clock.now()) == {("unregistered", "dismissed"): 1, ("duplicate", "open"): 1}
    assert told(database.clock.now(), city.department.id) == {("unregistered", "dismissed"): 1}
    with database.work() as uow:
        assert [turn.state for turn in uow.shadows.turns_of(first.id)] == ["open", "dismissed"]
        assert uow.shadows.known()[first.id].evidence == {"names": ["a", "b"]}
    rows = queries.shadows.page(city.department.id, {"kind": "unregistered"}, PageAsk()).items
    assert [row.id for row in rows] == [first.id]  # type: ignore[attr-defined]


def test_the_newest_sweep_of_each_source_counts_and_none_is_changed(database: Database) -> None:
    def sweep(kind: SweepKind, source: str, days: int) -> Sweep:
        return Sweep(
            kind=kind, source=source, taken_at=START - timedelta(days=days), entries=[{"name": "x"}], count=days,
            digest="d", imported_by=None, created_at=START,
        )  # fmt: skip

    with database.work() as uow:
        for one in (
            sweep(SweepKind.DNS, "a", 3), sweep(SweepKind.DNS, "a", 1), sweep(SweepKind.DNS, "b", 9),
            sweep(SweepKind.SERVICES, "a", 5),
        ):  # fmt: skip
            uow.sweeps.add(one)
    with database.work() as uow:
        found = {(one.kind.value, one.source): one.count for one in uow.sweeps.newest()}
        assert uow.sweeps.newest_of("dns", "c") is None
    assert found == {("dns", "a"): 1, ("dns", "b"): 9, ("services", "a"): 5}
    for table in (sweeps, shadow_turns):
        with pytest.raises(IntegrityError), database.engines.write.begin() as connection:
            connection.execute(sweeps.delete() if table is sweeps else sweeps.update().values(count=0))


def seen(database: Database, *things: CloudObject) -> None:
    with database.work() as uow:
        uow.inventory.write("sim", Census("sim", uow.inventory.known("sim")).take(things), source=Source.FULL)


def test_when_a_field_changed_last_and_which_addresses_there_were(database: Database) -> None:
    def server(**changes: Any) -> CloudObject:
        values: dict[str, Any] = {"name": "vm", "status": ObjectStatus.ACTIVE, "addresses": ("10.0.0.1",), "vcpu": 2}
        return CloudObject(kind=ObjectKind.SERVER, native_id="n", **values | changes)

    key = object_id("sim", "server", "n")
    seen(database, server())
    database.clock.sleep(3600)
    seen(database, server(status=ObjectStatus.STOPPED))
    stopped = database.clock.now()
    database.clock.sleep(3600)
    seen(database, server(status=ObjectStatus.STOPPED, addresses=(), name="renamed"))
    with database.work() as uow:
        assert uow.waste.since([key]) == {(key, "status"): stopped}
        assert uow.shadows.former_addresses(START) == {key: frozenset({"10.0.0.1"})}
        assert uow.shadows.former_addresses(database.clock.now() + timedelta(days=1)) == {}


def gone(database: Database, key: UUID) -> None:
    with database.work() as uow:
        resource = uow.resources.lock(key)
        resource.state, resource.gone_at = "released", uow.now


def test_what_came_back_names_what_it_is_owed_to(database: Database, city: City, queries: DatabaseQueries) -> None:
    network = city.network()
    by_order, by_proposal, by_nobody = (city.server(network.id, name) for name in ("a", "b", "c"))
    with database.work() as uow:
        uow.resources.add(network)
        for server in (by_order, by_proposal, by_nobody):
            uow.resources.add(server)
    since = database.clock.now()
    database.clock.sleep(3600)
    done = {"state": "delivered", "delivered_at": database.clock.now()}
    release = city.order("2026-000007", items=[ReleaseItem(resource=by_order.id)], **done)
    agreed = city.order("2026-000008", items=[ReleaseItem(resource=by_proposal.id)], **done)
    with database.work() as uow:
        uow.waste.add(
            Proposal(
                id=new_id(), kind=WasteKind.POWERED_OFF, cloud="sim", zone="egov", subject_id=by_proposal.id,
                subject_kind="server", name="b", department_id=city.department.id, system_id=None,
                resource_id=by_proposal.id, object_id=None, saved=Saved(vcpu=2), saved_fen=None, book_version=1,
                rules_version=1, facts={}, mark="", words={}, next_step={}, state="accepted", found_at=START,
                decided_at=uow.now, order_id=agreed.id, created_at=START,
            )
        )  # fmt: skip
    for server in (by_order, by_proposal, by_nobody):
        gone(database, server.id)
    until = database.clock.now()
    found = {one.name: (one.source, one.number, one.vcpu) for one in queries.reclaims.given_back(since, until)}
    assert found == {
        "a": (ReclaimSource.ORDER, release.number, 2),
        "b": (ReclaimSource.PROPOSAL, agreed.number, 2),
        "c": (ReclaimSource.DRIFT, None, 2),
    }
    assert queries.reclaims.given_back(since - timedelta(days=9), since) == []


def test_what_an_order_made_smaller_and_larger(database: Database, city: City, queries: DatabaseQueries) -> None:
    for dimension in (Dimension.VCPU, Dimension.MEMORY_MIB):
        city.limit(100_000, dimension)
    order = city.order(held=True, state="provisioning")
    since = database.clock.now()
    database.clock.sleep(60)
    with database.work() as uow:
        kept = uow.orders.lock(order.id)
        grown = Demand({Dimension.VCPU: 4, Dimension.MEMORY_MIB: 8192})
        uow.quotas.hold(kept, "sim", grown)
        uow.quotas.commit(kept, "sim", grown)
    database.clock.sleep(60)
    with database.work() as uow:
        shrunk = Demand({Dimension.VCPU: -2, Dimension.MEMORY_MIB: -4096})
        uow.quotas.free(city.department.id, "sim", "egov", shrunk, order.id)
    until = database.clock.now()
    (up,) = queries.reclaims.taken_up(since, until)
    assert (up.number, up.cloud, up.vcpu, up.memory_mib) == (order.number, "sim", 4, 8192)
    (down,) = queries.reclaims.given_back(since, until)
    assert (down.kind, down.source, down.number, down.vcpu, down.memory_mib) == (
        "resize", ReclaimSource.ORDER, order.number, 2, 4096,
    )  # fmt: skip


def test_proposals_are_read_back_and_listed_with_their_order(
    database: Database, city: City, queries: DatabaseQueries
) -> None:
    order = city.order()
    subject = uuid4()
    with database.work() as uow:
        uow.waste.add(
            Proposal(
                id=new_id(), kind=WasteKind.OVERSIZED, cloud="sim", zone="egov", subject_id=subject,
                subject_kind="server", name="web", department_id=city.department.id, system_id=None,
                resource_id=subject, object_id=None, specification="s2", saved=Saved(vcpu=4, memory_mib=8192),
                saved_fen=360000, book_version=1, rules_version=1, facts={"cpu_p95": 4.5}, mark="", words={},
                next_step={}, found_at=START, order_id=order.id, created_at=START,
            )
        )  # fmt: skip
    with database.work() as uow:
        (kept,) = uow.waste.known().values()
        assert (kept.saved, kept.facts) == (Saved(vcpu=4, memory_mib=8192), {"cpu_p95": 4.5})
        assert list(uow.waste.orders_of([order.id])) == [order.id]
    (row,) = queries.waste.page(city.department.id, {"kind": "oversized"}, PageAsk()).items
    assert (row.order, row.saved, row.saved_fen) == (order.number, kept.saved, 360000)  # type: ignore[attr-defined]
