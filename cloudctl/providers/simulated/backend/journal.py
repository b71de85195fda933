"""What happened to the objects of the simulated cloud, in order: the feed of changes is read from here.

A line is written with every change, and one for each moment at which time alone will change the object: a cursor is
therefore the number of the last line and the moment up to which lines were due.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Self

from cloudctl.providers.simulated.backend.objects import Kind, Thing

KEPT_LINES = 200_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where the journal was read."""

    number: int
    at: float

    def __str__(self) -> str:
        return f"{self.number}/{self.at!r}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The cursor of a text; None for a text that is none."""
        number, _, at = text.partition("/")
        try:
            return cls(int(number), float(at))
        except ValueError:
            return None


def note(connection: sqlite3.Connection, thing: Thing, now: float) -> None:
    """Writes that a thing changed now, and when it will change or be gone by itself."""
    moments = {now, *(moment for moment in (thing.later_at, thing.gone_at, thing.visible_at) if moment is not None)}
    lines = [(thing.id, thing.kind.value, moment) for moment in sorted(moments) if moment >= now]
    connection.executemany("INSERT INTO journal (object, kind, at) VALUES (?, ?, ?)", lines)


def end(connection: sqlite3.Connection, now: float) -> Cursor:
    """The cursor of somebody who has read everything that happened until now."""
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM journal").fetchone()
    return Cursor(int(last), now)


def since(connection: sqlite3.Connection, cursor: Cursor, now: float) -> dict[str, Kind] | None:
    """What changed since a cursor: the kinds by id; None where lines after it are no longer kept."""
    (first, last) = connection.execute(
        "SELECT coalesce(min(number), 1), coalesce(max(number), 0) FROM journal"
    ).fetchone()
    if cursor.number < first - 1 or cursor.number > last:
        return None
    rows = connection.execute(
        "SELECT object, kind FROM journal WHERE number > ? OR (at > ? AND at <= ?) ORDER BY number",
        (cursor.number, cursor.at, now),
    )
    return {row["object"]: Kind(row["kind"]) for row in rows}


def trim(connection: sqlite3.Connection, now: float) -> None:
    """Drops old lines; what is still to come stays."""
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM journal").fetchone()
    connection.execute("DELETE FROM journal WHERE number <= ? AND at <= ?", (int(last) - KEPT_LINES, now))
