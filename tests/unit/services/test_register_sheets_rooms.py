"""Sheets of what stands in machine rooms: rooms, racks, devices, accesses; what the rows must not do together."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.errors import FormInvalid
from cloudctl.domain.register_sheets import SHEETS
from cloudctl.domain.sheets import FIRST_ROW
from cloudctl.services import register_sheets
from tests.factories import Installed
from tests.filled_sheets import filled_sheet, rows_of
from tests.seeds import ZONE


def code_of(city: Installed) -> str:
    return city.read(lambda uow: uow.departments.get(city.ids["fgw"])).code


def take(city: Installed, noun: str, *rows: dict[str, Any], who: str = "office-admin") -> Any:
    blank = register_sheets.form(city.ctx, city.people[who], noun)
    data = filled_sheet(blank, rows, SHEETS[noun].sheet)
    return register_sheets.take(city.ctx, city.people[who], noun, data)


def refused(city: Installed, noun: str, *rows: dict[str, Any], who: str = "office-admin") -> dict[str, str]:
    """The faults by column and row, from 0, in words; nothing may have been kept."""
    before = city.rows()
    with pytest.raises(FormInvalid) as caught:
        take(city, noun, *rows, who=who)
    assert city.rows() == before
    keys = {letters: key for key, letters in SHEETS[noun].sheet.letters.items()}
    return {
        f"{keys[fault.cell.rstrip('0123456789')]} {int(fault.cell.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')) - FIRST_ROW}":
        fault.message.format(**fault.params)
        for fault in caught.value.faults
    }  # fmt: skip


def room(city: Installed, **more: Any) -> dict[str, Any]:
    return {
        "code": f"jf-{uuid4().hex[:8]}", "name": "中心机房", "department_id": code_of(city), "kind": "自有",
        "category": "机房", "status": "在用", **more,
    }  # fmt: skip


def device(city: Installed, room: str, **more: Any) -> dict[str, Any]:
    return {
        "code": f"sb-{uuid4().hex[:8]}", "kind": "服务器", "department_id": code_of(city), "room_id": room,
        "status": "运行", **more,
    }  # fmt: skip


@pytest.fixture
def place(city: Installed) -> str:
    """A room with the rack A01 of ten units and 1,000 W; its code."""
    row = room(city)
    take(city, "rooms", row)
    take(city, "racks", {"room_id": row["code"], "code": "A01", "units": 10, "power_w": 1000})
    return str(row["code"])


def test_rooms_racks_devices_and_accesses_go_there_and_back(city: Installed, place: str) -> None:
    rooms = [
        room(city, zones="屏蔽、核心", area_m2="120.5", power_kw=80),
        room(city, closed_on="2026年1月5日", status="已关闭"),
    ]
    assert take(city, "rooms", *rooms).added == 2
    stored = device(
        city, place, rack_id="A01", first_unit=1, units=2, cost_fen="12,345.60", addresses="10.1.1.1、10.1.1.2"
    )
    assert take(city, "devices", stored).added == 1
    access = {
        "number": f"jr-{uuid4().hex[:6]}", "department_id": code_of(city), "kind": "专线", "level": "市级",
        "zone": ZONE, "count": 1, "bandwidth_mbps": 100, "state": "在用",
    }  # fmt: skip
    assert take(city, "accesses", access).added == 1
    made = city.read(lambda uow: uow.devices.by_code(stored["code"]))
    assert (made.cost_fen, made.addresses, made.first_unit) == (1_234_560, ["10.1.1.1", "10.1.1.2"], 1)
    assert city.read(lambda uow: uow.rooms.by_code(rooms[0]["code"])).zones == ["屏蔽", "核心"]
    for noun in ("rooms", "racks", "devices", "accesses"):
        data = register_sheets.form(city.ctx, city.people["office-admin"], noun, filled=True)
        receipt = register_sheets.take(city.ctx, city.people["office-admin"], noun, data)
        assert (receipt.added, receipt.altered) == (0, 0), noun
        assert receipt.unchanged == len(rows_of(data, SHEETS[noun].sheet)) > 0


def test_a_room_that_contradicts_itself_is_told_all_of_it(city: Installed) -> None:
    wrong = room(
        city, it_power_kw=90, total_power_kw=80, server_count=3, virtual_host_count=5, area_m2=-1, status="已关闭"
    )
    assert refused(city, "rooms", wrong | {"area_m2": None}, room(city, area_m2=-1)) == {
        "it_power_kw 0": "IT power of 90.0 kW is above the total of 80.0 kW.",
        "virtual_host_count 0": "5 virtual hosts are more than 3 servers.",
        "closed_on 0": "A room that is closed has a date.",
        "area_m2 1": "-1 is too small: it is at least 0.",
    }


def test_a_rack_holds_what_it_has_units_and_watts_for(city: Installed, place: str) -> None:
    one = device(city, place, rack_id="A01", first_unit=1, units=4, power_w=600)
    take(city, "devices", one)
    two = device(city, place, rack_id="A01", first_unit=4, units=2, power_w=500)
    told = refused(city, "devices", two)
    assert told["first_unit 0"] == f"{two['code']} and {one['code']} both stand on unit 4 of rack A01."
    assert told["power_w 0"] == "1100 W are more than the 1000 W of rack A01."
    high = refused(city, "devices", two | {"first_unit": 10, "power_w": 1})
    assert high == {"first_unit 0": f"{two['code']} stands on units 10 to 11; rack A01 has 1 to 10."}
    smaller = {"room_id": place, "code": "A01", "units": 3, "power_w": 500}
    assert set(refused(city, "racks", smaller)) == {"units 0", "power_w 0"}
    assert refused(city, "racks", {"room_id": place, "code": "A01", "gone_on": "2026-01-01"}) == {
        "gone_on 0": "1 devices stand in it still."
    }


def test_a_machine_stands_in_one_place(city: Installed, place: str) -> None:
    serial = uuid4().hex
    take(city, "devices", device(city, place, serial=serial))
    told = refused(city, "devices", device(city, place, serial=serial), device(city, place, serial="S2"),
                   device(city, place, serial="S2"))  # fmt: skip
    assert set(told) == {"serial 0", "serial 2"}
    assert refused(
        city, "devices", device(city, place, rack_id="Z9"), device(city, "", room_id=None, rack_id="A01")
    ) == {
        "rack_id 0": "The room has no rack Z9.",
        "room_id 1": "A rack stands in a room.",
    }


def test_nothing_runs_in_a_room_that_is_said_to_be_closed(city: Installed) -> None:
    row = room(city, status="已关闭", closed_on=date(2026, 1, 5))
    take(city, "rooms", row)
    assert set(refused(city, "devices", device(city, row["code"]))) == {"room_id 0"}
    assert take(city, "devices", device(city, row["code"], status="已关机", off_on="2026-01-01")).added == 1


def test_a_department_applies_for_a_room_and_does_not_import_it(city: Installed) -> None:
    told = refused(
        city, "rooms", room(city), room(city, kind="共享", status="腾退中", closed_on="2027-01-01"), who="officer"
    )
    assert told == {
        "status 0": "A room of one's own is applied for, not imported.",
        "kind 1": "A department puts its own rooms on record.",
    }
    assert take(city, "rooms", room(city, status="腾退中", closed_on="2027-01-01"), who="officer").added == 1


def test_accesses_are_the_offices(city: Installed) -> None:
    row = {
        "number": f"jr-{uuid4().hex[:6]}", "department_id": code_of(city), "kind": "终端", "level": "乡镇级",
        "zone": ZONE, "count": 40, "state": "在用",
    }  # fmt: skip
    assert set(refused(city, "accesses", row, who="officer")) == {"number 0"}
    take(city, "accesses", row)
    assert set(refused(city, "accesses", row | {"kind": "专线", "bandwidth_mbps": 10})) == {"kind 0"}
    assert take(city, "accesses", row | {"count": 41}).altered == 1
