from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.netbox.reader import HttpNetbox
from cloudctl.services import netbox
from tests.factories import Installed
from tests.unit.netbox.answers import ANSWERS, TOKEN, URL, transport
from tests.unit.services.outside import Outside


@pytest.fixture
def city(outside: Outside) -> Installed:
    return outside.city


def take(city: Installed, who: str = "office-admin", **more: Any) -> netbox.Receipt:
    ctx = replace(city.ctx, netbox=HttpNetbox(transport([])))
    given = {"url": URL, "token": TOKEN, "department": "fgw", **more}
    return netbox.take(ctx, city.people[who], **given)


def counts(receipt: netbox.Receipt) -> dict[str, tuple[int, int, int, int]]:
    return {part.noun: (part.added, part.altered, part.unchanged, len(part.left_out)) for part in receipt.nouns}


def test_sites_racks_and_devices_go_on_record_once(city: Installed) -> None:
    receipt = take(city)
    assert counts(receipt) == {"rooms": (3, 0, 0, 0), "racks": (2, 0, 0, 0), "devices": (3, 0, 0, 1)}
    rooms = {code: city.read(lambda uow, code=code: uow.rooms.by_code(code)) for code in ("jf-a", "jf-b", "jf-c")}
    assert (rooms["jf-a"].name, rooms["jf-a"].address) == ("中心机房", "香港中路 11 号 3 楼")
    owners = {code: room.department_id for code, room in rooms.items()}
    assert owners == {"jf-a": city.ids["fgw"], "jf-b": city.ids["czj"], "jf-c": city.ids["fgw"]}
    assert rooms["jf-b"].status == "planned"
    one = city.read(lambda uow: uow.devices.by_code("srv-1"))
    assert (one.first_unit, one.units, one.addresses, one.vendor, one.status) == (
        1,
        2,
        ["10.1.1.1"],
        "inspur",
        "running",
    )
    off = city.read(lambda uow: uow.devices.by_code("netbox-3"))
    assert (off.status, off.off_on) == ("off", city.clock.now().date())
    assert city.read(lambda uow: uow.devices.by_code("ZC-4")).kind == "network"
    assert receipt.overlapping == ["10.8.3.0/24"]
    city.clock.sleep(5 * 86400)
    assert counts(take(city)) == {"rooms": (0, 0, 3, 0), "racks": (0, 0, 2, 0), "devices": (0, 0, 3, 1)}


def test_what_does_not_pass_is_named_and_the_rest_is_taken(city: Installed) -> None:
    ((code, fault),) = take(city).nouns[2].left_out
    assert (code, fault.message.format(**fault.params)) == (
        "srv-2",
        "srv-2 and srv-1 both stand on unit 2 of rack A01.",
    )
    assert city.read(lambda uow: uow.devices.by_code("srv-2")) is None


def test_a_rehearsal_keeps_nothing(city: Installed) -> None:
    before = city.rows()
    assert counts(take(city, rehearse=True))["devices"] == (3, 0, 0, 1)
    assert city.rows() == before


def test_a_change_there_is_a_change_here_and_the_claim_on_a_room_stays(
    city: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(city)
    changed = [{**ANSWERS["dcim/sites/"][1], "name": "新名称", "status": {"value": "active"}}]
    off = {**ANSWERS["dcim/devices/"][0], "status": {"value": "decommissioning"}}
    monkeypatch.setitem(ANSWERS, "dcim/sites/", changed)
    monkeypatch.setitem(ANSWERS, "dcim/devices/", [off])
    assert counts(take(city)) == {"rooms": (0, 1, 0, 0), "racks": (0, 0, 2, 0), "devices": (0, 1, 0, 0)}
    room = city.read(lambda uow: uow.rooms.by_code("jf-b"))
    assert (room.name, room.status) == ("新名称", "planned")
    monkeypatch.setitem(ANSWERS, "dcim/devices/", [ANSWERS["dcim/devices/"][0] | {"status": {"value": "active"}}])
    take(city)
    device = city.read(lambda uow: uow.devices.by_code("srv-1"))
    assert (device.status, device.off_on) == ("running", None)


def test_it_is_the_offices_and_the_token_is_nowhere(city: Installed) -> None:
    with pytest.raises(NotFound):
        take(city, "officer")
    with pytest.raises(Invalid) as caught:
        take(city, department="nobody")
    assert caught.value.field == "department"
    take(city)
    assert TOKEN not in str(city.audited())
