"""Every noun of the register, many rows at once, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cloudctl.domain.accesses import Access, AccessKind, AccessLevel
from cloudctl.domain.devices import Device, DeviceKind
from cloudctl.domain.errors import Conflict
from cloudctl.domain.racks import Rack
from cloudctl.domain.register_sheets import SHEETS
from cloudctl.domain.rooms import Room
from cloudctl.domain.systems import System
from tests.persistence.records import City

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def made(city: City) -> dict[str, list[Any]]:
    owner: dict[str, Any] = {"department_id": city.department.id, "created_at": NOW}
    room = Room(code="jf", name="n", zones=["核心", "扩展"], area_m2=12.5, **owner)
    rack = Rack(room_id=room.id, code="A01", created_at=NOW)
    return {
        "systems": [System(code=f"x{n}", name="n", mlps_level=2, built_on=date(2020, 1, 1), **owner) for n in range(3)],
        "rooms": [room],
        "racks": [rack],
        "devices": [Device(code="sb", kind=DeviceKind.SERVER, room_id=room.id, addresses=["10.1.1.1"], **owner)],
        "accesses": [
            Access(number="jr", kind=AccessKind.LINE, level=AccessLevel.CITY, zone="egov", bandwidth_mbps=10, **owner)
        ],
    }  # fmt: skip


def test_what_was_put_on_record_is_read_back_as_it_is_and_as_it_was(city: City) -> None:
    nouns = made(city)
    for noun, entities in nouns.items():
        with city.database.work() as uow:
            uow.register_rows.put_many(noun, entities, {})
    city.database.clock.sleep(86400)
    for noun, entities in nouns.items():
        with city.database.work() as uow:
            uow.because("a sheet")
            key = SHEETS[noun].key[-1]
            uow.register_rows.put_many(noun, [], {entities[0].id: {key: "other"}})
        with city.database.work() as uow:
            now = {row["id"]: row for row in uow.register_rows.on_record(noun)}
            then = {
                row["id"]: row
                for row in uow.register_rows.on_record(noun, city.database.clock.now() - timedelta(hours=1))
            }
        first = entities[0]
        assert (now[first.id][key], then[first.id][key], now[first.id]["version"]) == ("other", getattr(first, key), 2)
        names = [field.name for field in SHEETS[noun].fields]
        assert {name: then[first.id][name] for name in names} == {name: getattr(first, name) for name in names}


def test_a_code_that_is_taken_undoes_all_of_it(city: City) -> None:
    systems = made(city)["systems"]
    with city.database.work() as uow:
        uow.register_rows.put_many("systems", systems[:1], {})
    twice = System(code="x0", name="n", mlps_level=2, department_id=city.department.id, created_at=NOW)
    with pytest.raises(Conflict), city.database.work() as uow:
        uow.register_rows.put_many("systems", [systems[1], twice], {})
    with city.database.work() as uow:
        assert not {"x1"} & {row["code"] for row in uow.register_rows.on_record("systems")}
