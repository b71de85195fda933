from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from cloudctl.domain.errors import Invalid, Refused
from cloudctl.domain.rooms import FIELDS, WORDS, Room, RoomStatus

TODAY = date(2026, 11, 22)


def room(**fields: Any) -> Room:
    own = {"code": "fgw-1", "name": "机房", "department_id": uuid4(), "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return Room(**own | fields)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"area_m2": -1.0}, "area_m2"),
        ({"power_kw": -0.5}, "power_kw"),
        ({"it_power_kw": 12.0, "total_power_kw": 11.9}, "it_power_kw"),
        ({"virtual_host_count": 3, "server_count": 2}, "virtual_host_count"),
        ({"status": RoomStatus.CLOSED}, "closed_on"),
        ({"status": RoomStatus.CLOSING}, "closed_on"),
        ({"status": RoomStatus.CLOSED, "closed_on": date(2026, 11, 23)}, "closed_on"),
        ({"closed_on": date(2026, 1, 1)}, "closed_on"),
        ({"status": RoomStatus.CLOSED, "closed_on": date(2026, 1, 1), "opened_on": date(2026, 2, 1)}, "closed_on"),
    ],
)
def test_what_contradicts_itself_is_refused_naming_field_and_way_out(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        room(**fields).check(TODAY)
    assert caught.value.field == field
    assert caught.value.way_out
    assert str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"it_power_kw": 12.0, "total_power_kw": 12.0},
        {"it_power_kw": 12.0},
        {"server_count": 2, "virtual_host_count": 2},
        {"status": RoomStatus.CLOSING, "closed_on": date(2027, 1, 1)},
        {"status": RoomStatus.CLOSED, "closed_on": TODAY, "opened_on": TODAY},
    ],
)
def test_what_can_be(fields: dict[str, Any]) -> None:
    room(**fields).check(TODAY)


def test_all_faults_are_told_at_once() -> None:
    faults = list(room(it_power_kw=2.0, total_power_kw=1.0, status=RoomStatus.CLOSED).faults(TODAY))
    assert [fault.field for fault in faults] == ["it_power_kw", "closed_on"]


def test_a_closed_room_in_use_again_is_reopened_and_not_as_if_nothing_had_been() -> None:
    closed = room(status=RoomStatus.CLOSED, closed_on=TODAY)
    with pytest.raises(Refused, match="closed cannot become in_use"):
        closed.turn(RoomStatus.IN_USE)
    closed.turn(RoomStatus.REOPENED)
    assert closed.status is RoomStatus.REOPENED


def test_every_field_of_the_form_is_one_of_the_room_with_its_words() -> None:
    fields = {field.name: field for field in FIELDS}
    assert fields.keys() <= Room.__dataclass_fields__.keys()
    for name, words in WORDS.items():
        assert [option.code for option in fields[name].options] == [word.value for word in words]
