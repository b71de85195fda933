"""Machine rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.rooms import Room, RoomKind, RoomStatus
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import exemptions, rooms

OPEN = (RoomStatus.IN_USE, RoomStatus.REOPENED)


class RoomRecords(Records[Room]):
    """Machine rooms."""

    noun, what = Room, "room"

    def lock(self, key: UUID) -> Room:
        return self._locked(key)

    def by_code(self, code: str) -> Room | None:
        return self._one(select(Room).where(rooms.c.code == code))

    def codes(self) -> dict[str, tuple[UUID, UUID]]:
        every = select(rooms.c.code, rooms.c.id, rooms.c.department_id)
        return {row[0]: (row[1], row[2]) for row in self.session.execute(every)}

    def shared(self) -> Sequence[Room]:
        mine = rooms.c.kind == RoomKind.SHARED, rooms.c.status.in_(OPEN)
        return self._all(select(Room).where(*mine).order_by(rooms.c.code))

    def lapsed(self, now: datetime) -> Sequence[Room]:
        over = or_(exemptions.c.ends_on < today_for_people(now), exemptions.c.revoked_at.is_not(None))
        these = select(Room).join(exemptions, exemptions.c.id == rooms.c.exemption_id)
        return self._all(these.where(over, rooms.c.status != RoomStatus.CLOSED).order_by(rooms.c.code))

    def of_department(self, department_id: UUID) -> Sequence[Room]:
        return self._all(select(Room).where(rooms.c.department_id == department_id).order_by(rooms.c.code))
