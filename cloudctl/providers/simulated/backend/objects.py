"""What the simulated cloud keeps: every object is a `Thing`, and time changes it without anybody's doing.

A thing has the `state` it is in and, while something is under way, what it will be `later` and from when. Whoever
reads after that moment sees the later state; no thread has to bring it about.

    server = Thing.load(row, now)
    server.status            # Status.BUILD before later_at, Status.ACTIVE from then on
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """The kinds of thing."""

    TENANT = "tenant"
    NETWORK = "network"
    VOLUME = "volume"
    SERVER = "server"
    ADDRESS = "address"
    IMAGE = "image"


class Status(StrEnum):
    """The simulated cloud's own words; only `translate` brings them to the platform's."""

    BUILD = "BUILD"
    ACTIVE = "ACTIVE"
    SHUTOFF = "SHUTOFF"
    POWERING_ON = "POWERING_ON"
    POWERING_OFF = "POWERING_OFF"
    RESIZE = "RESIZE"
    VERIFY_RESIZE = "VERIFY_RESIZE"
    CONFIRMING = "CONFIRMING"
    AVAILABLE = "AVAILABLE"
    IN_USE = "IN_USE"
    ATTACHING = "ATTACHING"
    DETACHING = "DETACHING"
    EXTENDING = "EXTENDING"
    DELETING = "DELETING"
    ERROR = "ERROR"


COLUMNS = (
    "number", "id", "kind", "key", "tenant", "name", "vcpu", "memory_mib", "volume_gib",
    "visible_at", "gone_at", "state", "later", "later_at",
)  # fmt: skip
NAMES = ", ".join(COLUMNS)
SAVE = f"INSERT OR REPLACE INTO objects ({NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - constants


@dataclass(slots=True, kw_only=True)
class Thing:
    """One object. `vcpu`, `memory_mib` and `volume_gib` are what it takes; `state` is what it shows."""

    number: int
    id: str
    kind: Kind
    key: str | None
    tenant: str | None
    name: str
    visible_at: float
    state: dict[str, Any]
    vcpu: int = 0
    memory_mib: int = 0
    volume_gib: int = 0
    gone_at: float | None = None
    later: dict[str, Any] | None = None
    later_at: float | None = None

    @property
    def status(self) -> Status:
        """What it is at the time it was loaded for."""
        return Status(self.state["status"])

    @classmethod
    def load(cls, row: sqlite3.Row, now: float) -> Self:
        """The thing as it stands at `now`."""
        thing = cls(**dict(zip(COLUMNS, row, strict=True)))
        thing.kind = Kind(row["kind"])
        thing.state = json.loads(row["state"])
        thing.later = json.loads(row["later"]) if row["later"] else None
        if thing.later is not None and row["later_at"] <= now:
            thing.state |= thing.later
            thing.later = thing.later_at = None
        return thing

    def row(self) -> tuple[object, ...]:
        """Its columns, for SAVE."""
        values = {column: getattr(self, column) for column in COLUMNS}
        values["state"] = json.dumps(self.state)
        values["later"] = None if self.later is None else json.dumps(self.later)
        return tuple(values.values())


def select(
    connection: sqlite3.Connection,
    kind: Kind,
    now: float,
    *,
    tenant: str | None = None,
    keys: Iterable[str] | None = None,
    listed: bool = False,
    after: int | None = None,
    limit: int | None = None,
) -> list[Thing]:
    """Things that exist, oldest first; `listed` leaves out what a lagging list does not show yet.

    With `after` and `limit` it is a page: at most so many whose number is higher.
    """
    where, values = ["kind = ?", "(gone_at IS NULL OR gone_at > ?)"], [kind.value, now]
    if tenant is not None:
        where.append("tenant = ?")
        values.append(tenant)
    if keys is not None:
        where.append("key IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(list(keys)))
    if listed:
        where.append("visible_at <= ?")
        values.append(now)
    if after is not None:
        where.append("number > ?")
        values.append(after)
    query = f"SELECT {NAMES} FROM objects WHERE {' AND '.join(where)} ORDER BY number LIMIT ?"  # noqa: S608 - constants
    values.append(-1 if limit is None else limit)
    return [Thing.load(row, now) for row in connection.execute(query, values)]


def by_id(connection: sqlite3.Connection, backend_id: str, now: float) -> Thing | None:
    """One thing of any kind that exists."""
    query = f"SELECT {NAMES} FROM objects WHERE id = ? AND (gone_at IS NULL OR gone_at > ?)"  # noqa: S608 - constants
    row = connection.execute(query, (backend_id, now)).fetchone()
    return None if row is None else Thing.load(row, now)
