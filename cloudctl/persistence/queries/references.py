"""What the ids in versions of the register's records were called at the time: codes, for a colocation its number.

names = Names(connection, [("room_id", room_id)])
names.at(moment, room_id)       # 'fgw-jf', or None for what is on no record
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, Table, Uuid, bindparam, select

from cloudctl.persistence.tables import (
    colocations_versions,
    departments_versions,
    racks_versions,
    rooms_versions,
    systems_versions,
)

REFERS: Mapping[str, Table] = {
    "department_id": departments_versions,
    "parent_id": departments_versions,
    "successor_id": departments_versions,
    "system_id": systems_versions,
    "on_id": systems_versions,
    "merged_into_id": systems_versions,
    "room_id": rooms_versions,
    "rack_id": racks_versions,
    "colocation_id": colocations_versions,
}
"""The fields that name another record of the register, and where its versions are."""


class Names:
    """The codes of these ids through time, read once: a statement for each noun that is named."""

    def __init__(self, connection: Connection, named: Iterable[tuple[str, UUID]]) -> None:
        wanted: defaultdict[Table, set[UUID]] = defaultdict(set)
        for field, key in named:
            wanted[REFERS[field]].add(key)
        self._codes: defaultdict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
        for versions, ids in wanted.items():
            for key, since, code in connection.execute(_codes(versions), {"ids": sorted(ids)}):
                self._codes[key].append((since, code))

    def at(self, moment: datetime, key: UUID) -> str | None:
        """What it was called: of one that was put on record later, what it was called first."""
        known = self._codes.get(key)
        if known is None:
            return None
        return next((code for since, code in reversed(known) if since <= moment), known[0][1])


@cache
def _codes(versions: Table) -> Select[Any]:
    code = versions.c.number if "number" in versions.c else versions.c.code
    these = versions.c.id.in_(bindparam("ids", expanding=True, type_=Uuid))
    return select(versions.c.id, versions.c.since, code).where(these).order_by(versions.c.id, versions.c.version)
