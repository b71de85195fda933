"""No unit of a rack and no Mbit/s of an egress is given twice, however many ask at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

from cloudctl.domain.accesses import Access
from cloudctl.domain.catalogue import Zone
from cloudctl.domain.colocations import Colocation
from cloudctl.domain.devices import Device, DeviceKind, DeviceStatus
from cloudctl.domain.errors import PoolExhausted
from cloudctl.domain.fittings import AccessKind, AccessLevel
from cloudctl.domain.items import AccessItem, ColocationItem, Item
from cloudctl.domain.plans import Plan
from cloudctl.domain.racks import Rack, crowding
from cloudctl.domain.register import standing_at
from cloudctl.domain.rooms import Room, RoomKind
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.ports.queries import PageAsk
from cloudctl.services import fittings
from tests.persistence.records import START, City, Database

RIVALS = 20


def shared(city: City, database: Database) -> Rack:
    room = Room(code="s", name="共享机房", department_id=city.department.id, kind=RoomKind.SHARED, created_at=START)
    rack = Rack(room_id=room.id, code="A01", units=10, power_w=3000, created_at=START)
    with database.work() as uow:
        uow.rooms.add(room)
        uow.racks.add(rack)
    return rack


def rush(city: City, database: Database, item: Item) -> Counter[str]:
    """So many orders of the item at once; how they went."""
    start = Barrier(RIVALS)

    def submit(number: int) -> str:
        order = city.unsaved_order(f"2026-{number:06d}", items=[item], state="draft")
        made: Any = Colocation if isinstance(item, ColocationItem) else Access
        start.wait()
        try:
            with database.work() as uow:
                uow.orders.add(order)
                plan = Plan(fittings=[made.of(order, 0, item, uow.now)])
                fittings.places(uow, order, plan)
                fittings.hold(uow, order, plan)
        except PoolExhausted:
            return "refused"
        return "held"

    with ThreadPoolExecutor(RIVALS) as pool:
        return Counter(pool.map(submit, range(1, RIVALS + 1)))


def test_twenty_orders_of_the_last_units_hold_each_unit_once(city: City, database: Database) -> None:
    rack = shared(city, database)
    item = ColocationItem(name="db", units=2, power_w=100, term_months=12)
    assert rush(city, database, item) == {"held": 5, "refused": RIVALS - 5}
    with database.work() as uow:
        here = uow.racks.occupants([rack.id])[rack.id]
    assert sorted(entry.first_unit or 0 for entry in here) == [1, 3, 5, 7, 9]
    assert list(crowding(rack, here)) == []


def test_twenty_orders_of_an_egress_take_no_more_than_it_has(city: City, database: Database) -> None:
    with database.work() as uow:
        uow.catalogue.add(Zone(code="net", name="n", name_en="n", max_mlps_level=3, egress_mbps=300))
        zone = uow.catalogue.zone("egov")
        zone.egress_mbps = 300
    item = AccessItem(name="出口", access=AccessKind.EGRESS, level=AccessLevel.CITY, bandwidth_mbps=100, term_months=12)
    assert rush(city, database, item) == {"held": 3, "refused": RIVALS - 3}
    with database.work() as uow:
        assert (uow.accesses.egress_mbps("egov"), uow.accesses.egress_mbps("net")) == (300, 0)


def test_who_takes_up_a_rack(city: City, database: Database) -> None:
    """The statement says what the nouns' own `occupant` says."""
    rack = shared(city, database)
    order = city.order()
    contract = Colocation(
        number="c", department_id=city.department.id, order_id=order.id, units=3, power_w=500, created_at=START,
        rack_id=rack.id, room_id=rack.room_id, first_unit=4, state="in_use",
    )  # fmt: skip
    ended = Colocation(
        number="e", department_id=city.department.id, units=3, power_w=500, created_at=START, rack_id=rack.id,
        first_unit=4, state="ended",
    )  # fmt: skip
    fields: dict[str, Any] = {"kind": DeviceKind.SERVER, "department_id": city.department.id, "created_at": START}
    devices = [
        Device(code="in", rack_id=rack.id, first_unit=1, units=2, power_w=300, **fields),
        Device(code="vague", rack_id=rack.id, **fields),
        Device(code="gone", rack_id=rack.id, status=DeviceStatus.GONE, gone_on=START.date(), **fields),
        Device(code="under", rack_id=rack.id, first_unit=4, units=1, colocation_id=contract.id, **fields),
        Device(code="elsewhere", **fields),
    ]
    with database.work() as uow:
        for colocation in (contract, ended):
            uow.colocations.add(colocation)
        for device in devices:
            uow.devices.add(device)
    with database.work() as uow:
        found = uow.racks.occupants([rack.id])[rack.id]
    expected = [entry.occupant for entry in (*devices, contract, ended)]
    assert sorted(found, key=lambda entry: entry.name) == sorted(
        (entry for entry in expected if entry is not None), key=lambda entry: entry.name
    )


def test_every_list_shows_a_past_day_as_it_stood(city: City, database: Database, queries: DatabaseQueries) -> None:
    rack = shared(city, database)
    own: dict[str, Any] = {"department_id": city.department.id, "created_at": START}
    device = Device(code="d", kind=DeviceKind.SERVER, rack_id=rack.id, room_id=rack.room_id, **own)
    place = Colocation(number="c", units=1, power_w=1, state="in_use", rack_id=rack.id, room_id=rack.room_id, **own)
    line = Access(number="a", kind=AccessKind.LINE, level=AccessLevel.VILLAGE, zone="egov", **own)
    with database.work() as uow:
        uow.devices.add(device)
        uow.colocations.add(place)
        uow.accesses.add(line)
    database.clock.sleep(86400)
    day, later = START.date(), (START + timedelta(days=1)).date()
    with database.work() as uow:
        uow.rooms.lock(rack.room_id).name = "新名"
        uow.racks.get(rack.id).units = 47
        uow.devices.lock(device.id).name = "新名"
        uow.colocations.lock(place.id).advance("release")
        uow.accesses.lock(line.id).bandwidth_mbps = 10

    def stood(on: date) -> list[object]:
        lists = (queries.rooms, queries.racks, queries.devices, queries.colocations, queries.accesses)
        pages = [listing.page(city.department.id, {"as_of": on.isoformat()}, PageAsk()).items for listing in lists]
        ((room,), (stand,), (machine,), (contract,), (access,)) = pages
        return [room.name, stand.units, stand.room, machine.name, machine.rack, contract.state, access.bandwidth_mbps]  # type: ignore[attr-defined]

    assert stood(day) == ["共享机房", 10, "s", "", "A01", "in_use", None]
    assert stood(later) == ["新名", 47, "s", "新名", "A01", "leaving", 10]
    then = queries.register
    at = standing_at(day)
    assert [then.rooms(at, "all")[0].name, then.racks(at)[0].units, then.devices(at, "all")[0].rack_id] == [
        "共享机房", 10, rack.id,
    ]  # fmt: skip
    assert then.colocations(at, "city_departments")[0].state == "in_use"
    assert then.accesses(standing_at(later), "all")[0].bandwidth_mbps == 10
