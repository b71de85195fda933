"""The list of racks, today's or that of a past day; a rack is seen by who sees its room's records."""

from __future__ import annotations

from sqlalchemy import FromClause

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import racks, racks_versions, rooms
from cloudctl.ports.queries.rows import RackRow


def _listed(table: FromClause, past: Listed | None = None) -> Listed:
    return Listed(
        row=RackRow,
        table=table,
        source=table.join(rooms, rooms.c.id == table.c.room_id),
        scope=rooms.c.department_id,
        others={"room": rooms.c.code, "department_id": rooms.c.department_id},
        past=past,
    )


RACKS = _listed(racks, past=_listed(racks_versions))
