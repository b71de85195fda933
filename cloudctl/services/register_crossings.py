"""What the rows of a sheet must not do to each other, and to what is on record beside them.

Racks hold what stands in them, a device stands in one place only, and what is merged has a living successor. Each is
looked at once for all rows of the sheet, against the register as it would be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from uuid import UUID

from cloudctl.domain.devices import Device, DeviceStatus
from cloudctl.domain.errors import Invalid
from cloudctl.domain.racks import Occupant, Rack, crowding
from cloudctl.domain.rooms import RoomKind, RoomStatus
from cloudctl.domain.systems import ENDED
from cloudctl.services.register_rows import Desk, Row

ON_ITS_WAY_OUT = frozenset({RoomStatus.CLOSED, RoomStatus.CLOSING})
"""What a department may always say of a room of its own."""
JUDGED = frozenset({"kind", "status", "opened_on"})
UNDER_CONTRACT = frozenset({"room_id", "rack_id", "first_unit", "units", "power_w", "status"})
"""What of a device under a colocation has to fit into what the contract has."""


def check(desk: Desk) -> None:
    """Puts on the desk's list what the rows do wrong together."""
    look = _LOOKS.get(desk.form.plural)
    if look is not None:
        for row, error in look(desk):
            desk.fault(row.line.row, error.field or "", error)


def _systems(desk: Desk) -> Iterator[tuple[Row, Invalid]]:
    """A successor that has ended itself is none; so there are no circles either."""
    status = {record["id"]: record["status"] for record in desk.records.values()}
    status |= {row.entity.id: row.entity.status for row in desk.rows}
    for row in desk.rows:
        into = row.entity.merged_into_id
        if into is not None and (row.changes is None or "merged_into_id" in row.changes) and status.get(into) in ENDED:
            yield row, Invalid(
                "Its successor is {state} itself.", field="merged_into_id",
                way_out="Name the system that does the work now.", state=status[into],
            )  # fmt: skip


def _rooms(desk: Desk) -> Iterator[tuple[Row, Invalid]]:
    """A department's application for a room of its own is judged by the rule, one by one."""
    if desk.uow.actor.sees_all:
        return
    for row in desk.rows:
        if row.entity.kind is not RoomKind.OWN:
            yield (
                row,
                Invalid(
                    "A department puts its own rooms on record.", field="kind", way_out="Leave the rest to the office."
                ),
            )
        elif (row.changes is None or JUDGED & row.changes.keys()) and row.entity.status not in ON_ITS_WAY_OUT:
            yield row, Invalid(
                "A room of one's own is applied for, not imported.", field="status",
                way_out="Apply for it: `cloudctl rooms create`; the rule and its exemptions are looked at there.",
            )  # fmt: skip


def _accesses(desk: Desk) -> Iterator[tuple[Row, Invalid]]:
    """Departments order network access, and what an order granted is changed by another one."""
    ordered = {record["id"] for record in desk.records.values() if record["order_id"] is not None}
    for row in desk.rows:
        if not desk.uow.actor.sees_all:
            yield row, Invalid(
                "A department orders network access.", field="number",
                way_out="Write an order with an item of the kind access.",
            )  # fmt: skip
        elif row.entity.id in ordered:
            yield row, Invalid(
                "What an order granted is changed by an order.", field="number",
                way_out="Order what is needed now, and give this one back.",
            )  # fmt: skip


def _devices(desk: Desk) -> Iterator[tuple[Row, Invalid]]:
    yield from _two_places(desk)
    yield from _out_of_bounds(desk)
    rows = {row.entity.id: row for row in desk.rows}
    touched = {row.entity.rack_id for row in desk.rows if row.entity.rack_id is not None}
    racks = {rack.id: rack for rack in (desk.uow.racks.get(key) for key in touched)}
    for row in rows.values():
        rack = racks.get(row.entity.rack_id)
        if rack is not None and rack.room_id != row.entity.room_id:
            yield row, Invalid(
                "Rack {rack} stands in another room.", field="rack_id", way_out="Name a rack of the room.",
                rack=rack.code,
            )  # fmt: skip
        elif rack is not None and rack.gone_on is not None and row.entity.stands:
            yield row, Invalid(
                "Rack {rack} was taken out on {day}.", field="rack_id", way_out="Name another rack.", rack=rack.code,
                day=rack.gone_on.isoformat(),
            )  # fmt: skip
    there = desk.uow.racks.occupants(touched)
    would: dict[UUID, list[Occupant]] = {
        key: [entry for entry in entries if entry.id not in rows] for key, entries in there.items()
    }
    for row in rows.values():
        if (occupant := row.entity.occupant) is not None:
            would[occupant.rack_id].append(occupant)
    for key, occupants in would.items():
        yield from _crowded(racks[key], occupants, [row for row in rows.values() if row.entity.rack_id == key])


def _out_of_bounds(desk: Desk) -> Iterator[tuple[Row, Invalid]]:
    """What a sheet cannot place: devices under a contract, and running ones in a room that is said to be closed."""
    rooms = {key: desk.uow.rooms.get(key) for key in {row.entity.room_id for row in desk.rows} if key is not None}
    for row in desk.rows:
        device: Device = row.entity
        room = rooms.get(device.room_id) if device.room_id is not None else None
        if device.colocation_id is not None and row.changes and UNDER_CONTRACT & row.changes.keys():
            yield row, Invalid(
                "It stands under a colocation.", field="code",
                way_out="Change it by itself: `cloudctl devices edit`; what the contract has is looked at there.",
            )  # fmt: skip
        elif room is not None and room.status is RoomStatus.CLOSED and device.status is DeviceStatus.RUNNING:
            yield row, Invalid(
                "The room {room} is said to be closed since {day}.", field="room_id",
                way_out="Name another room, say that the device is off, or that the room was reopened.",
                room=room.code, day=str(room.closed_on),
            )  # fmt: skip


def _crowded(rack: Rack, occupants: list[Occupant], rows: list[Row]) -> Iterator[tuple[Row, Invalid]]:
    """What does not fit, at the row that it names, or at the last of the sheet's rows in this rack."""
    named = {row.entity.code: row for row in rows}
    for error in crowding(rack, occupants):
        row = named.get(str(error.params.get("name"))) or named.get(str(error.params.get("other"))) or rows[-1]
        yield row, error


def _two_places(desk: Desk) -> Iterator[tuple[Row, Invalid]]:
    """A serial number is one machine, and a machine stands in one place."""
    mine = {row.entity.id for row in desk.rows}
    standing: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for record in desk.everywhere:
        if record["serial"] and record["status"] != DeviceStatus.GONE and record["id"] not in mine:
            standing[record["serial"]].append((record["code"], record["vendor"]))
    for row in desk.rows:
        device: Device = row.entity
        if not device.serial or not device.stands:
            continue
        twins = [code for code, vendor in standing[device.serial] if vendor in ("", device.vendor)]
        if twins:
            yield row, Invalid(
                "{serial} is on record as the serial number of {code}: a device stands in one rack.", field="serial",
                way_out="Change that device instead, say that it is gone, or correct the number.",
                serial=device.serial, code=twins[0],
            )  # fmt: skip
        standing[device.serial].append((device.code, device.vendor))


def _racks(desk: Desk) -> Iterator[tuple[Row, Invalid]]:
    """A rack on record still has to hold what stands in it."""
    changed = {row.entity.id: row for row in desk.rows if row.changes is not None}
    for key, occupants in desk.uow.racks.occupants(list(changed)).items():
        row = changed[key]
        if occupants and row.entity.gone_on is not None:
            yield row, Invalid(
                "{count} devices stand in it still.", field="gone_on", way_out="Take them out first.",
                count=len(occupants),
            )  # fmt: skip
        for error in crowding(row.entity, occupants):
            error.field = {"first_unit": "units", "rack_id": "units"}.get(error.field or "", error.field)
            yield row, error


_LOOKS: dict[str, Callable[[Desk], Iterator[tuple[Row, Invalid]]]] = {
    "systems": _systems,
    "rooms": _rooms,
    "racks": _racks,
    "devices": _devices,
    "accesses": _accesses,
}
