"""Histories name what they refer to as it was called then."""

from __future__ import annotations

from cloudctl.domain.devices import Device, DeviceKind
from cloudctl.domain.racks import Rack
from cloudctl.domain.rooms import Room
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.queries.references import REFERS
from cloudctl.persistence.tables import VERSIONED
from cloudctl.ports.queries import PageAsk
from tests.persistence.records import START, City, Statements, system


def test_ids_are_named_as_they_were_called_at_the_time(city: City, queries: DatabaseQueries) -> None:
    own = city.department.id
    room = Room(code="jf-1", name="机房", department_id=own, created_at=START)
    old, new = (Rack(room_id=room.id, code=code, created_at=START) for code in ("A1", "B1"))
    device = Device(
        code="d-1", kind=DeviceKind.SERVER, department_id=own, room_id=room.id, rack_id=old.id, created_at=START
    )
    with city.database.work() as uow:
        uow.rooms.add(room)
        uow.racks.add(old)
        uow.racks.add(new)
    with city.database.work() as uow:
        uow.devices.add(device)
    city.database.clock.sleep(60)
    with city.database.work() as uow:
        uow.devices.get(device.id).rack_id = new.id
    city.database.clock.sleep(60)
    with city.database.work() as uow:
        uow.racks.get(old.id).code = "A1-old"
        uow.devices.get(device.id).system_id = city.system.id
    last, moved, first = queries.register.history("devices", device.id, PageAsk()).items
    assert (last.changes, last.names) == ({"system_id": (None, city.system.id)}, {str(city.system.id): "relief"})
    assert moved.changes == {"rack_id": (old.id, new.id)}
    assert moved.names == {str(old.id): "A1", str(new.id): "B1"}
    assert first.names == {str(own): city.department.code, str(room.id): "jf-1", str(old.id): "A1"}


def test_a_page_of_versions_reads_the_names_of_each_noun_once(city: City, queries: DatabaseQueries) -> None:
    others = [system(city.department.id, f"s-{number}") for number in range(20)]
    with city.database.work() as uow:
        for one in others:
            uow.systems.add(one)
    for one in others:
        city.database.clock.sleep(1)
        with city.database.work() as uow:
            uow.systems.get(city.system.id).merged_into_id = one.id
    with Statements(city.database.engines) as sent:
        page = queries.register.history("systems", city.system.id, PageAsk(limit=50))
    assert len(sent) <= 3
    assert page.items[0].names == {str(others[19].id): "s-19", str(others[18].id): "s-18"}


def test_every_reference_among_the_registers_nouns_is_named() -> None:
    kept = {table.name for table in VERSIONED}
    named = {
        (table.name, column.name)
        for table in VERSIONED
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in kept
    }
    assert {column for _, column in named} <= REFERS.keys()
