"""The records of a noun of the register, all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from cloudctl.persistence.repositories.bulk import insert_many, update_many
from cloudctl.persistence.standing import standing
from cloudctl.persistence.tables import VERSIONED, accesses, devices, racks, rooms, systems

NOUNS = {table.name: table for table in (systems, rooms, racks, devices, accesses)}


class RegisterRowRecords:
    """Implements ports.repositories.register.RegisterRows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def on_record(self, noun: str, at: datetime | None = None) -> Sequence[dict[str, Any]]:
        table = NOUNS[noun]
        if at is None:
            found = self._session.connection().execute(select(table).order_by(table.c.id))
            return [dict(row) for row in found.mappings()]
        kept = VERSIONED[table]
        then = select(*(kept.c[column.name] for column in table.c)).where(standing(kept)).order_by(kept.c.id)
        return [dict(row) for row in self._session.connection().execute(then, {"at": at}).mappings()]

    def put_many(self, noun: str, new: Sequence[Any], changed: Mapping[UUID, Mapping[str, object]]) -> None:
        insert_many(self._session, NOUNS[noun], new)
        update_many(self._session, NOUNS[noun], changed)
