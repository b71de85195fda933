"""Findings on both databases, and what a comparison reads there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.accounts import PLATFORM, Account, Permission
from cloudctl.domain.drift import DriftAct, DriftKind, News, finding_id
from cloudctl.domain.errors import Stale
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.inventory import CloudObject, ObjectKind, Sighting, Source, encoded, fingerprint, object_id
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Tenant
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.domain.volumes import Volume
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.ports.queries import PageAsk, Subtree
from tests.persistence.records import START, City, Database

SYNC = new_id()


def news(number: int, **changes: Any) -> News:
    subject = UUID(int=number)
    values: dict[str, Any] = {
        "id": finding_id("sim", DriftKind.UNKNOWN, subject),
        "kind": DriftKind.UNKNOWN,
        "subject_id": subject,
        "subject_kind": "server",
        "name": f"vm-{number}",
        "object_id": subject,
        "resource_id": None,
        "department_id": None,
        "facts": {"vcpu": 2},
        "evidence": {"first_seen_at": START, "tenant": None},
        "mark": "m",
        "words": {"en": "e", "zh_CN": "中"},
        "next_step": {"en": "n", "zh_CN": "步"},
    }
    return News(**values | changes)


def test_a_finding_is_read_back_as_it_was_found(database: Database, city: City) -> None:
    with database.work() as uow:
        assert uow.drift.open("sim", SYNC, [news(1, department_id=city.department.id), news(2)]) == 2
    with database.work() as uow:
        found = uow.drift.get(news(1).id)
        assert (found.kind, found.state, found.words["zh_CN"], found.sync_id) == (DriftKind.UNKNOWN, "open", "中", SYNC)
        assert (found.facts, found.department_id, found.found_at) == ({"vcpu": 2}, city.department.id, START)
        known = uow.drift.known("sim")
        assert {one.name for one in known.values()} == {"vm-1", "vm-2"}
        assert uow.drift.known("other") == {}


def test_more_than_one_statement_takes(database: Database) -> None:
    many = [news(number) for number in range(1, 1203)]
    with database.work() as uow:
        uow.drift.open("sim", SYNC, many)
    with database.work() as uow:
        assert uow.drift.renew(SYNC, [replace_news(one, mark="other", version=1) for one in many]) == 1202
    with database.work() as uow:
        assert uow.drift.vanish({one.id: 2 for one in many}) == 1202
        assert {one.state for one in uow.drift.known("sim").values()} == {"vanished"}
    with database.work() as uow:
        assert uow.drift.renew(SYNC, [replace_news(one, version=3, again=True) for one in many]) == 1202
    with database.work() as uow:
        assert {one.state for one in uow.drift.known("sim").values()} == {"open"}


def replace_news(one: News, **changes: Any) -> News:
    return News(**{name: getattr(one, name) for name in one.__struct_fields__} | changes)


def test_what_somebody_decided_on_meanwhile_is_left_alone(database: Database) -> None:
    one = news(1)
    with database.work() as uow:
        uow.drift.open("sim", SYNC, [one])
    with database.work() as uow:
        finding = uow.drift.lock(one.id)
        finding.decide(DriftAct.RELEASE, None, "why")
        finding.advance("begin")
    with database.work() as uow:
        assert uow.drift.vanish({one.id: 1}) == 0
        assert uow.drift.renew(SYNC, [replace_news(one, version=1, name="x")]) == 0
        assert uow.drift.renew(SYNC, [replace_news(one, version=1, again=True)]) == 0
        assert (uow.drift.get(one.id).state, uow.drift.get(one.id).name) == ("resolving", "vm-1")
        with pytest.raises(Stale):
            uow.check_version(uow.drift.get(one.id), 1)


def test_one_that_is_so_again_forgets_what_was_decided(database: Database) -> None:
    one, later = news(1), new_id()
    with database.work() as uow:
        uow.drift.open("sim", SYNC, [one])
    with database.work() as uow:
        finding = uow.drift.lock(one.id)
        finding.decide(DriftAct.RELEASE, None, "why")
        finding.advance("resolve")
        finding.resolved_at = uow.now
    database.clock.sleep(3600)
    with database.work() as uow:
        assert uow.drift.renew(later, [replace_news(one, version=2, again=True, facts={"vcpu": 4})]) == 1
    with database.work() as uow:
        found = uow.drift.get(one.id)
        assert (found.state, found.act, found.reason, found.resolved_at) == ("open", None, None, None)
        assert (found.sync_id, found.facts, found.found_at) == (later, {"vcpu": 4}, START + timedelta(hours=1))
        assert found.created_at == START


def test_records_say_what_a_comparison_needs(database: Database, city: City) -> None:
    order = city.order(state="delivered", delivered_at=START - timedelta(days=1))
    network = city.network(order_id=order.id, state="active", backend_id="n-1")
    server = city.server(network.id, order_id=order.id, state="active", backend_id="s-1", power="on")
    gone = city.server(network.id, name="gone", state="released", gone_at=START)
    volume = Volume(
        id=uuid4(), order_id=None, item=0, department_id=city.department.id, system_id=None, cloud="sim", zone="egov",
        name="v", size_gib=10, volume_type=None, server_id=server.id, state="active", backend_id="v-1",
        created_at=START,
    )  # fmt: skip
    with database.work() as uow:
        for resource in (network, server, gone, volume):
            uow.resources.add(resource)
    with database.work() as uow:
        found = {record.name: record for record in uow.drift.records("sim")}
        assert set(found) == {network.name, server.name, "v"}
        one = found[server.name]
        assert (one.kind, one.vcpu, one.disk_gib, one.power) == (
            ObjectKind.SERVER, server.vcpu, server.root_disk_gib, "on",
        )  # fmt: skip
        assert (one.network_id, one.server_id, one.since) == (network.id, None, START - timedelta(days=1))
        assert (one.order, one.order_state, one.applicant_gone, one.claimed) == (
            order.number,
            "delivered",
            False,
            False,
        )
        assert (found["v"].server_id, found["v"].disk_gib, found["v"].since, found["v"].order) == (
            server.id, 10, START, None,
        )  # fmt: skip
        assert uow.drift.records("other") == []
        named = uow.drift.named([gone.id, server.id, uuid4()])
        assert (named[gone.id].gone, named[gone.id].gone_at, len(named)) == (True, START, 2)
    with database.work() as uow:
        account = uow.session.get(Account, city.officer.id)
        assert account is not None
        account.active = False
    with database.work() as uow:
        assert {record.name: record.applicant_gone for record in uow.drift.records("sim")}[server.name]
        assert uow.drift.deserted() == {city.department.id: city.department.name}


def test_who_touched_and_who_changed_and_whose_it_is(database: Database, city: City) -> None:
    with database.work() as uow:
        uow.audit("update/power-off", "server", UUID(int=1))
        uow.tenants.add(Tenant(department_id=city.department.id, cloud="sim", backend_id="p1"))
        sync = Sync(cloud="sim", mode=SyncMode.FULL, asked_at=uow.now)
        uow.syncs.add(sync)
    with database.work() as uow:
        uow.audit("update/power-on", "server", UUID(int=2))
        uow.audit("create/order", "order", UUID(int=3))
    with database.work() as uow:
        assert uow.drift.touched(sync.id) == {UUID(int=2)}
        assert uow.drift.tenants("sim") == {"p1": city.department.id}
        assert uow.drift.tenants("other") == {}
    thing = CloudObject(kind=ObjectKind.SERVER, native_id="s", name="s", vcpu=2)
    key = object_id("sim", "server", "s")
    for vcpu, who in ((2, None), (4, "root")):
        now = CloudObject(kind=ObjectKind.SERVER, native_id="s", name="s", vcpu=vcpu)
        with database.work() as uow:
            facts = encoded(now)
            known = uow.inventory.known("sim", [thing.identity]).get(thing.identity)
            sighting = Sighting(key, now, facts, fingerprint(facts), known)
            uow.inventory.write("sim", [sighting], source=Source.FULL, actors={"s": who} if who else {})
    with database.work() as uow:
        assert uow.drift.hands("sim", START)[key].who == "root"
        assert uow.drift.hands("sim", START + timedelta(days=1)) == {}


def test_accounts_above_their_limit(database: Database, city: City) -> None:
    city.limit(5)
    with database.work() as uow:
        assert uow.drift.excesses("sim") == []
        uow.quotas.adopt(city.department.id, "sim", "egov", Demand({Dimension.SERVERS: 9}))
    with database.work() as uow:
        (excess,) = uow.drift.excesses("sim")
        assert (excess.dimension, excess.taken, excess.limit) == (Dimension.SERVERS, 9, 5)
        assert uow.drift.excesses("other") == []


def test_certain_only_after_enough_clean_full_syncs(database: Database) -> None:
    states = [("full", "clean"), ("incremental", "clean"), ("full", "partial"), ("full", "clean"), ("full", "clean")]
    for hours, (mode, state) in enumerate(states):
        with database.work() as uow:
            at = START + timedelta(hours=hours)
            uow.syncs.add(Sync(cloud="sim", mode=SyncMode(mode), state=state, asked_at=at, started_at=at, ended_at=at))
    with database.work() as uow:
        assert uow.drift.certain_since("sim", 3) == START
        assert uow.drift.certain_since("sim", 2) == START + timedelta(hours=3)
        assert uow.drift.certain_since("sim", 4) is None
        assert uow.drift.certain_since("other", 1) is None


def test_lists_and_gauges(database: Database, city: City, queries: DatabaseQueries) -> None:
    with database.work() as uow:
        uow.drift.open("sim", SYNC, [news(1, department_id=city.department.id), news(2)])
    rows: list[Any] = queries.drift.page(None, {}, PageAsk()).items
    assert {(row.name, row.department, row.stale, row.as_of) for row in rows} == {
        ("vm-1", city.department.name, True, None), ("vm-2", None, True, None),
    }  # fmt: skip
    mine: list[Any] = queries.drift.page(city.department.id, {"kind": "unknown", "state": "open"}, PageAsk()).items
    assert [row.name for row in mine] == ["vm-1"]
    assert [row.name for row in queries.drift.page(Subtree(city.department.id), {}, PageAsk()).items] == ["vm-1"]  # type: ignore[attr-defined]
    assert queries.drift.page(None, {"kind": "leaked"}, PageAsk()).items == []
    first = queries.drift.page(None, {}, PageAsk(limit=1))
    second = queries.drift.page(None, {}, PageAsk(limit=1, cursor=first.next))
    assert {row.name for page in (first, second) for row in page.items} == {"vm-1", "vm-2"}  # type: ignore[attr-defined]
    assert queries.gauges(START)['cloudctl_drift_findings{kind="unknown"}'] == 2
    assert queries.gauges(START)['cloudctl_drift_findings{kind="over-quota"}'] == 0


def test_findings_wait_in_heaps_beside_everything_else(
    database: Database, city: City, queries: DatabaseQueries
) -> None:
    with database.work() as uow:
        uow.drift.open("sim", SYNC, [news(1), news(2), news(3, department_id=city.department.id)])
    operator = replace(PLATFORM, name="operator")
    deputy = replace(PLATFORM, name="b for a", for_name="a", deputy_id=new_id())
    for hats in ([operator], [operator, deputy], [replace(operator, permissions=frozenset({Permission.DRIFT_WRITE}))]):
        rows = queries.todo(hats, 10)
        assert [(row.source, row.number, row.count, row.since) for row in rows] == [("drift", "sim", 3, START)] * len(
            hats
        )
        assert {row.principal for row in rows} == {hat.for_name for hat in hats}
    below = replace(operator, department_id=city.department.id)
    assert [row.count for row in queries.todo([below], 10)] == [1]
