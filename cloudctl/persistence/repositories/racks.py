"""Racks, and what takes up their units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select, union_all

from cloudctl.domain.devices import DeviceStatus
from cloudctl.domain.fittings import HELD
from cloudctl.domain.racks import Occupant, Rack
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import colocations, devices, racks


class RackRecords(Records[Rack]):
    """Racks."""

    noun, what = Rack, "rack"

    def in_room(self, room_id: UUID, code: str) -> Rack | None:
        return self._one(select(Rack).where(racks.c.room_id == room_id, racks.c.code == code))

    def of_rooms(self, rooms: Collection[UUID]) -> Sequence[Rack]:
        there = racks.c.room_id.in_(rooms), racks.c.gone_on.is_(None)
        return self._all(select(Rack).where(*there).order_by(racks.c.code, racks.c.id))

    def codes(self) -> dict[tuple[UUID, str], UUID]:
        every = select(racks.c.room_id, racks.c.code, racks.c.id)
        return {(row[0], row[1]): row[2] for row in self.session.execute(every)}

    def occupants(self, racks: Collection[UUID]) -> dict[UUID, list[Occupant]]:
        found: dict[UUID, list[Occupant]] = {key: [] for key in racks}
        for row in self.session.execute(_OCCUPANTS, {"racks": list(racks)}):
            found[row.rack_id].append(Occupant(*row))
        return found


# As `Device.occupant` and `Colocation.occupant` have it: under a contract the contract takes up the place.
_OCCUPANTS = union_all(
    select(
        devices.c.id,
        devices.c.rack_id,
        devices.c.code,
        devices.c.first_unit,
        func.coalesce(devices.c.units, 1),
        func.coalesce(devices.c.power_w, 0),
    ).where(
        devices.c.rack_id.in_(bindparam("racks", expanding=True)),
        devices.c.status != DeviceStatus.GONE,
        devices.c.colocation_id.is_(None),
    ),
    select(
        colocations.c.id,
        colocations.c.rack_id,
        colocations.c.number,
        colocations.c.first_unit,
        colocations.c.units,
        colocations.c.power_w,
    ).where(colocations.c.rack_id.in_(bindparam("racks", expanding=True)), colocations.c.state.in_(HELD)),
)
