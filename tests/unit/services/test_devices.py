"""Devices and racks through the use cases: one place each, within what the rack has."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.errors import Conflict, Invalid, NotFound
from cloudctl.ports.queries import PageAsk
from cloudctl.services import devices, racks, rooms
from tests.factories import Installed

OLD = date(2012, 5, 1)


class Place:
    """A room of the department with one rack of 10 units and 1000 W."""

    def __init__(self, city: Installed) -> None:
        self.city, self.officer = city, city.people["officer"]
        self.room = rooms.create(city.ctx, self.officer, code=f"r-{uuid4().hex[:8]}", name="机房", opened_on=OLD)
        self.rack = racks.create(city.ctx, self.officer, room_id=self.room.id, code="A01", units=10, power_w=1000)

    def device(self, **fields: Any) -> Any:
        own = {"code": f"sv-{uuid4().hex[:8]}", "kind": "server", "rack_id": self.rack.id}
        return devices.create(self.city.ctx, self.officer, **own | fields)

    def change(self, key: UUID, **changes: Any) -> Any:
        return devices.update(self.city.ctx, self.officer, key, changes)


@pytest.fixture
def place(city: Installed) -> Place:
    return Place(city)


def refused(place: Place, field: str, **fields: Any) -> Invalid:
    before = place.city.rows()
    with pytest.raises(Invalid) as caught:
        place.device(**fields)
    assert (caught.value.field, bool(caught.value.way_out), place.city.rows()) == (field, True, before)
    return caught.value


def test_a_device_in_a_rack_is_in_its_room(place: Place) -> None:
    device = place.device(first_unit=1, units=2, power_w=300, addresses=["10.1.1.1"], vendor=" 华为 ")
    assert (device.room_id, device.vendor) == (place.room.id, "华为")
    (row,) = place.city.ctx.queries.devices.page(None, {"code": device.code}, PageAsk()).items
    assert (row.room, row.rack, row.first_unit, row.addresses) == (place.room.code, "A01", 1, ["10.1.1.1"])


def test_what_does_not_fit_into_the_rack(place: Place) -> None:
    place.device(first_unit=3, units=2, power_w=700)
    refused(place, "first_unit", first_unit=4, units=1)
    refused(place, "first_unit", first_unit=10, units=2)
    refused(place, "power_w", first_unit=1, units=1, power_w=400)
    refused(place, "rack_id", units=9)


def test_a_server_stands_in_one_rack(place: Place) -> None:
    first = place.device(serial="SN-1", vendor="H3C")
    other = racks.create(place.city.ctx, place.officer, room_id=place.room.id, code="A02")
    told = refused(place, "serial", serial="SN-1", vendor="H3C", rack_id=other.id)
    assert first.code in str(told)
    place.change(first.id, status="gone", gone_on=date(2026, 1, 5))
    place.device(serial="SN-1", vendor="H3C", rack_id=other.id)


def test_the_rack_stands_in_the_room(place: Place) -> None:
    elsewhere = rooms.create(place.city.ctx, place.officer, code=f"r-{uuid4().hex[:8]}", name="x", opened_on=OLD)
    refused(place, "rack_id", room_id=elsewhere.id)


def test_what_is_gone_frees_its_units_and_comes_back_only_where_there_is_room(place: Place) -> None:
    old = place.device(first_unit=1, units=10)
    refused(place, "first_unit", first_unit=1, units=1)
    place.change(old.id, status="gone", gone_on=date(2026, 1, 5))
    place.device(first_unit=1, units=1)
    with pytest.raises(Invalid):
        place.change(old.id, status="running")
    assert place.change(old.id, status="running", first_unit=2, units=9).gone_on is None


def test_a_rack_that_is_taken_out_is_empty(place: Place) -> None:
    device = place.device(first_unit=1, units=1)
    with pytest.raises(Conflict) as caught:
        racks.update(place.city.ctx, place.officer, place.rack.id, {"gone_on": date(2026, 1, 5)})
    assert device.code in str(caught.value)
    place.change(device.id, status="gone", gone_on=date(2026, 1, 5))
    racks.update(place.city.ctx, place.officer, place.rack.id, {"gone_on": date(2026, 1, 5)})
    refused(place, "rack_id", first_unit=1, units=1)


def test_a_rack_does_not_shrink_below_what_stands_in_it(place: Place) -> None:
    place.device(first_unit=8, units=3)
    with pytest.raises(Invalid) as caught:
        racks.update(place.city.ctx, place.officer, place.rack.id, {"units": 9})
    assert caught.value.field == "first_unit"


def test_the_zone_of_a_rack_is_one_of_its_room(place: Place) -> None:
    office = place.city.people["office-admin"]
    fields = {"department_id": place.city.ids["fgw"], "kind": "shared", "zones": ["屏蔽", "核心"]}
    room = rooms.create(place.city.ctx, office, code=f"s-{uuid4().hex[:8]}", name="共享机房", **fields)
    with pytest.raises(Invalid) as caught:
        racks.create(place.city.ctx, office, room_id=room.id, code="A01", zone="扩展")
    assert (caught.value.field, caught.value.params["zones"]) == ("zone", "屏蔽, 核心")
    refused(place, "colocation_id", rack_id=None, room_id=room.id)


def test_whose_it_is(place: Place) -> None:
    device, stranger, ctx = place.device(), place.city.people["stranger"], place.city.ctx
    for look in (
        lambda: devices.get(ctx, stranger, device.id),
        lambda: devices.update(ctx, stranger, device.id, {"name": "mine"}),
        lambda: racks.get(ctx, stranger, place.rack.id),
        lambda: racks.create(ctx, stranger, room_id=place.room.id, code="B01"),
        lambda: devices.create(ctx, stranger, code="sv-x", kind="server", room_id=place.room.id),
        lambda: place.change(device.id, system_id=place.city.ids["ys"]),
        lambda: place.change(device.id, department_id=place.city.ids["czj"]),
    ):
        with pytest.raises(NotFound):
            look()
