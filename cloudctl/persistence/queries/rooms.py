"""The list of machine rooms, today's or that of a past day."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, FromClause, and_, bindparam, func, or_

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.rooms import RoomStatus
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import exemptions, rooms, rooms_versions
from cloudctl.ports.clock import Clock
from cloudctl.ports.queries.rows import RoomRow

_OVER = or_(exemptions.c.ends_on < bindparam("today", type_=Date), exemptions.c.revoked_at.is_not(None))


def _listed(table: FromClause, past: Listed | None = None) -> Listed:
    return Listed(
        row=RoomRow,
        table=table,
        source=table.outerjoin(exemptions, exemptions.c.id == table.c.exemption_id),
        scope=table.c.department_id,
        others={
            "exempt_until": exemptions.c.ends_on,
            "lapsed": func.coalesce(and_(_OVER, table.c.status != RoomStatus.CLOSED), False),
        },
        past=past,
    )


ROOMS = _listed(rooms, past=_listed(rooms_versions))


def moment(clock: Clock) -> dict[str, Any]:
    """The present time: what tells whether an exemption is over."""
    now = clock.now()
    return {"now": now, "today": today_for_people(now)}
