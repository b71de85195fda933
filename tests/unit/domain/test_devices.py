from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.devices import FIELDS, WORDS, Device, DeviceKind, DeviceStatus
from cloudctl.domain.errors import Invalid, Refused

TODAY = date(2026, 11, 22)


def device(**fields: Any) -> Device:
    own = {"code": "sv-1", "kind": DeviceKind.SERVER, "department_id": uuid4(), "created_at": datetime.now(UTC)}
    return Device(**own | fields)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cost_fen": -1}, "cost_fen"),
        ({"power_w": -1}, "power_w"),
        ({"units": 0}, "units"),
        ({"kind": DeviceKind.STORAGE, "virtual_host": True}, "virtual_host"),
        ({"vm_count": 3}, "vm_count"),
        ({"first_unit": 3, "units": 1}, "first_unit"),
        ({"first_unit": 3, "rack_id": uuid4()}, "units"),
        ({"status": DeviceStatus.OFF}, "off_on"),
        ({"status": DeviceStatus.GONE}, "gone_on"),
        ({"off_on": TODAY}, "off_on"),
        ({"bought_on": date(2026, 11, 23)}, "bought_on"),
    ],
)
def test_what_contradicts_itself_is_refused_naming_field_and_way_out(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        device(**fields).check(TODAY)
    assert caught.value.field == field
    assert caught.value.way_out
    assert str(caught.value)


def test_what_can_be() -> None:
    device(virtual_host=True, vm_count=20, rack_id=uuid4(), first_unit=1, units=2, cost_fen=0).check(TODAY)
    device(status=DeviceStatus.GONE, off_on=TODAY, gone_on=TODAY).check(TODAY)


def test_it_takes_up_its_place_until_it_is_gone_and_none_of_its_own_under_a_contract() -> None:
    standing = device(rack_id=uuid4(), first_unit=3, units=2, power_w=300)
    assert standing.occupant is not None
    assert standing.occupant[2:] == ("sv-1", 3, 2, 300)
    assert device(rack_id=uuid4(), status=DeviceStatus.GONE, gone_on=TODAY).occupant is None
    assert device(rack_id=uuid4(), colocation_id=uuid4()).occupant is None
    assert device().occupant is None


def test_what_is_gone_runs_again_and_is_not_switched_off_first() -> None:
    gone = device(status=DeviceStatus.GONE, gone_on=TODAY)
    with pytest.raises(Refused):
        gone.turn(DeviceStatus.OFF)
    gone.turn(DeviceStatus.RUNNING)
    assert gone.status is DeviceStatus.RUNNING


def test_every_field_of_the_form_is_one_of_the_device_with_its_words() -> None:
    fields = {field.name: field for field in FIELDS}
    assert fields.keys() <= Device.__dataclass_fields__.keys()
    for name, words in WORDS.items():
        assert [option.code for option in fields[name].options] == [word.value for word in words]
