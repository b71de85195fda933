"""Adoptions on both databases: the tie to the inventory, takings in bulk, resources without order, older databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select

import cloudctl.persistence.migrations as versions
from cloudctl.domain.adoptions import Adoption, AdoptionRule, Criterion, Taking, taking_id
from cloudctl.domain.errors import Conflict
from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, Source, object_id
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.volumes import Volume
from cloudctl.persistence.engines import Engines, open_engines
from cloudctl.persistence.tables import departments, networks, servers, takings, volumes
from tests.persistence.records import START, City

UNTIL = date(2027, 3, 1)


def stocked(city: City, count: int = 3, **fields: Any) -> list[UUID]:
    """Servers in the inventory of the city's cloud; answers the ids of their rows."""
    things = [
        CloudObject(kind=ObjectKind.SERVER, native_id=f"vm-{number}", name=f"vm-{number}", **fields)
        for number in range(count)
    ]
    with city.database.work() as uow:
        news = Census("sim", uow.inventory.known("sim")).take(things)
        uow.inventory.write("sim", news, source=Source.FULL)
    return [object_id("sim", "server", f"vm-{number}") for number in range(count)]


def adoption(city: City, state: str = "running") -> Adoption:
    with city.database.work() as uow:
        made = Adoption(
            number=uow.adoptions.next_number(2026), source="rules", rules=["r"], asked_by=city.officer.id, state=state,
            created_at=uow.now, rejected=[{"row": 4, "cells": {"name": "x"}, "faults": []}],
        )  # fmt: skip
        uow.adoptions.add(made)
    return made


def taking(city: City, of: Adoption, key: UUID, position: int = 0, **fields: Any) -> Taking:
    values: dict[str, Any] = {
        "id": taking_id(of.id, key), "adoption_id": of.id, "position": position, "source": "r", "object_id": key,
        "cloud": "sim", "kind": ObjectKind.SERVER, "native_id": f"vm-{position}", "tenant": "p1",
        "name": f"vm-{position}", "department_id": city.department.id, "system_id": city.system.id, "zone": "egov",
        "expires_on": UNTIL, "contact": "",
    }  # fmt: skip
    return Taking(**values | fields)


def adopted(city: City, of: Adoption, key: UUID, position: int) -> Any:
    return city.server(
        None, f"vm-{position}", id=taking_id(of.id, key), adoption_id=of.id, specification=None, image=None,
        state="active", backend_id=f"vm-{position}", contact="li",
    )  # type: ignore[arg-type]  # fmt: skip


def test_rules_are_unique_by_code_and_read_back_whole(city: City) -> None:
    made = AdoptionRule(
        code="fgw", matches={Criterion.FOLDER: "市直/*", Criterion.TAG: "oa"}, department_id=city.department.id,
        system_id=city.system.id, term_months=12, created_by=city.officer.id, created_at=START,
    )  # fmt: skip
    with city.database.work() as uow:
        uow.adoption_rules.add(made)
    with city.database.work() as uow:
        found = uow.adoption_rules.by_code("fgw")
        assert found is not None
        assert (found.matches, found.target) == (made.matches, made.target)
        assert list(uow.adoption_rules.all()) == [found]
        assert uow.departments.codes() == {"civil-affairs": city.department.id}
        assert uow.departments.names() == {"civil-affairs": "Civil-Affairs"}
        assert uow.systems.names() == {"relief": "Relief"}
        assert uow.systems.codes() == {"relief": (city.system.id, city.department.id)}
        uow.adoption_rules.remove(found)
    with city.database.work() as uow:
        assert uow.adoption_rules.by_code("fgw") is None
    twin = AdoptionRule(
        code="x", matches={Criterion.NAME: "*"}, department_id=city.department.id, system_id=city.system.id,
        term_months=1, created_by=city.officer.id, created_at=START,
    )  # fmt: skip
    with city.database.work() as uow:
        uow.adoption_rules.add(twin)
    twin_again = AdoptionRule(
        code="x", matches={Criterion.NAME: "*"}, department_id=city.department.id, system_id=city.system.id,
        term_months=1, created_by=city.officer.id, created_at=START,
    )  # fmt: skip
    with pytest.raises(Conflict), city.database.work() as uow:
        uow.adoption_rules.add(twin_again)


def test_only_what_is_free_is_tied_and_it_is_tied_once(city: City) -> None:
    first, second, _ = stocked(city)
    keyed = CloudObject(kind=ObjectKind.SERVER, native_id="keyed", name="keyed", key=uuid4())
    with city.database.work() as uow:
        news = Census("sim", uow.inventory.known("sim")).take([keyed])
        uow.inventory.write("sim", news, source=Source.FULL)
        other = object_id("sim", "server", "keyed")
        ours = {first: uuid4(), second: uuid4(), other: uuid4(), uuid4(): uuid4()}
        assert uow.adoptions.tie(ours) == {first, second}
        assert uow.adoptions.tie({first: uuid4()}) == set()
    with city.database.work() as uow:
        assert uow.inventory.get(first).resource_id == ours[first]
        uow.adoptions.untie([ours[first]])
        assert uow.inventory.get(first).resource_id is None
        assert uow.inventory.get(second).resource_id == ours[second]


def test_two_adoptions_of_one_object_at_once_get_it_once(city: City) -> None:
    (key,) = stocked(city, 1)
    got: list[set[UUID]] = []

    def tie() -> None:
        with city.database.work() as uow:
            got.append(uow.adoptions.tie({key: uuid4()}))

    with city.database.work() as uow:
        assert uow.adoptions.tie({key: uuid4()}) == {key}
        second = Thread(target=tie)
        second.start()
        city.database.wait_for_a_waiter()
    second.join()
    assert got == [set()]


def test_a_link_does_not_undo_the_tie_of_what_carries_no_key_yet(city: City) -> None:
    (key,) = stocked(city, 1)
    of = adoption(city)
    with city.database.work() as uow:
        uow.resources.add(adopted(city, of, key, 0))
        uow.adoptions.tie({key: taking_id(of.id, key)})
        uow.inventory.link("sim")
        assert uow.inventory.get(key).resource_id == taking_id(of.id, key)


def test_takings_are_read_in_order_moved_in_bulk_and_counted(city: City) -> None:
    keys = stocked(city, 5)
    of = adoption(city)
    with city.database.work() as uow:
        uow.adoptions.add_takings(taking(city, of, key, place) for place, key in reversed(list(enumerate(keys))))
    with city.database.work() as uow:
        chunk = uow.adoptions.takings(of.id, "planned", limit=2)
        assert [found.position for found in chunk] == [0, 1]
        ids = [found.id for found in chunk]
        uow.adoptions.move(ids, "planned", "recorded", None)
        uow.adoptions.move(ids, "planned", "marked", "never")
    with city.database.work() as uow:
        assert uow.adoptions.counts(of.id) == {"planned": 3, "recorded": 2}
        assert [found.position for found in uow.adoptions.takings(of.id, after=2)] == [3, 4]
        assert uow.adoptions.under_way("sim") == {taking_id(of.id, key) for key in keys}
        assert uow.adoptions.under_way("other") == set()
        uow.adoptions.lock(of.id).advance("finish")
    with city.database.work() as uow:
        assert uow.adoptions.under_way("sim") == set()
        assert uow.adoptions.get(of.id).rejected == of.rejected


def test_numbers_run_by_year(city: City) -> None:
    assert [adoption(city).number for _ in range(2)] == ["NG2026-0001", "NG2026-0002"]


def test_a_server_without_order_network_or_specification_stands_on_record_and_in_the_list(city: City) -> None:
    (key,) = stocked(city, 1)
    of = adoption(city)
    made = adopted(city, of, key, 0)
    disk = Volume(
        **city._resource("disk") | {"adoption_id": of.id},
        size_gib=10, volume_type=None, server_id=made.id,
    )  # fmt: skip
    with city.database.work() as uow:
        uow.resources.add(made)
        uow.resources.add(disk)
        uow.quotas.adopt(city.department.id, "sim", "egov", made.footprint + disk.footprint)
    with city.database.work() as uow:
        found = uow.resources.get(made.id)
        assert (found.adoption_id, found.contact, found.order_id) == (of.id, "li", None)  # type: ignore[union-attr]
        assert {r.id for r in uow.resources.lock_all([made.id, disk.id, uuid4()])} == {made.id, disk.id}
        assert uow.resources.standing("sim") == {made.id: (city.department.id, "egov")}
        assert uow.quotas.of(city.department.id, "sim", "egov")[Dimension.VOLUME_GIB].committed == 50
        assert uow.resources.used_by_others([made.id], of.id) == set()
        assert uow.resources.used_by_others([made.id], uuid4()) == {made.id}
        uow.quotas.free(city.department.id, "sim", "egov", Demand({Dimension.VOLUME_GIB: 50}), None)


@pytest.fixture
def older(empty_url: str) -> Iterator[Engines]:
    """A database as the version before left it."""
    made = open_engines(empty_url)
    versions.upgrade(made.write, "0014")
    yield made
    made.close()


def test_what_older_databases_hold_stays_when_columns_are_relaxed(older: Engines) -> None:
    ids = {name: uuid4() for name in ("department", "network", "server", "volume")}
    common: dict[str, Any] = {
        "item": 0, "department_id": ids["department"], "cloud": "sim", "zone": "egov", "state": "active",
        "protected": False, "created_at": START, "version": 1,
    }  # fmt: skip
    with older.write.begin() as connection:
        dept = {"id": ids["department"], "code": "d", "name": "d", "level": "city", "created_at": START, "version": 1}
        for table, row in (
            (departments, {**dept, "path": ""}),
            (networks, {**common, "id": ids["network"], "name": "n", "cidr_v4": "10.8.0.0/24"}),
            (
                servers,
                {
                    **common, "id": ids["server"], "name": "s", "specification": "s2", "vcpu": 2, "memory_mib": 1,
                    "root_disk_gib": 1, "image": "i", "network_id": ids["network"], "ssh_keys": [],
                    "fixed_addresses": [], "power": "on",
                },
            ),
            (
                volumes,
                {**common, "id": ids["volume"], "name": "v", "size_gib": 1, "volume_type": "t",
                 "server_id": ids["server"]},
            ),
        ):  # fmt: skip
            connection.execute(insert(table).values(row))
    versions.upgrade(older.write, "0015")
    with older.write.begin() as connection:
        kept = connection.execute(select(servers.c.specification, servers.c.network_id, servers.c.contact)).all()
        assert kept == [("s2", ids["network"], "")]
        assert connection.scalar(select(func.count()).select_from(takings)) == 0
        blank = {**common, "id": uuid4(), "name": "s2", "specification": None, "image": None, "network_id": None}
        sizes = {"vcpu": 1, "memory_mib": 1, "root_disk_gib": 1, "ssh_keys": [], "fixed_addresses": [], "power": "on"}
        connection.execute(insert(servers).values({**blank, **sizes}))
        if older.write.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
