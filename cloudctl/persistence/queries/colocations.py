"""The list of colocations, today's or that of a past day."""

from __future__ import annotations

from sqlalchemy import FromClause

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import colocations, colocations_versions, racks, rooms
from cloudctl.ports.queries.rows import ColocationRow


def _listed(table: FromClause, past: Listed | None = None) -> Listed:
    there = table.outerjoin(rooms, rooms.c.id == table.c.room_id).outerjoin(racks, racks.c.id == table.c.rack_id)
    return Listed(
        row=ColocationRow,
        table=table,
        source=there,
        scope=table.c.department_id,
        others={"room": rooms.c.code, "rack": racks.c.code},
        by_time=True,
        past=past,
    )


COLOCATIONS = _listed(colocations, past=_listed(colocations_versions))
