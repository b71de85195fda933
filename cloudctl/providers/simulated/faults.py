"""Faults on order: what a real cloud does wrong, scripted, and kept in the cloud's file so that every process meets it.

    cloud.inject(Fault(operation="servers.create", kind=FaultKind.ACCEPTED_THEN_LOST))
    cloud.inject(Fault(operation="volumes.*", kind=FaultKind.BUSY_409, match="db-*", after=1, times=3))

Several faults may strike one call: an answer that is lost and a list that lags make the classic duplicate.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """What goes wrong. The first six refuse before any effect."""

    NO_CAPACITY = "no_capacity"
    QUOTA_403 = "quota_403"
    QUOTA_413 = "quota_413"
    QUOTA_409 = "quota_409"
    BUSY_409 = "busy_409"
    SERVER_ERROR_5XX = "server_error_5xx"
    HANG = "hang"  # no answer for `seconds`, then a time-out; nothing was done
    SLOW = "slow"  # done after `seconds`
    GOES_TO_ERROR = "goes_to_error"  # accepted; the object ends in ERROR with `message`
    ACCEPTED_THEN_LOST = "accepted_then_lost"  # done, then the connection breaks after `seconds`
    LISTS_LATE = "lists_late"  # created, but lists do not show it for `seconds`
    FEED_GAP = "feed_gap"  # the feed of changes has lost what lies between


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault: strikes calls of `operation` whose key or name fits `match` (both are shell patterns).

    `after` fitting calls pass first, then `times` are struck (None: all). `message` stands in for the cloud's words.
    """

    operation: str
    kind: FaultKind
    match: str = "*"
    after: int = 0
    times: int | None = 1
    seconds: float = 0.0
    message: str = ""

    def fits(self, operation: str, subjects: Iterable[str]) -> bool:
        """Whether a call of `operation` on `subjects` (keys and names) is meant."""
        return fnmatchcase(operation, self.operation) and (
            self.match == "*" or any(fnmatchcase(subject, self.match) for subject in subjects)
        )


Struck = dict[FaultKind, Fault]


def inject(connection: sqlite3.Connection, fault: Fault) -> None:
    """Puts a fault into the file."""
    connection.execute(
        "INSERT INTO faults (operation, kind, match, after, times, seconds, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
        astuple(fault),
    )


def clear(connection: sqlite3.Connection) -> None:
    """Forgets every fault."""
    connection.execute("DELETE FROM faults")


def pending(connection: sqlite3.Connection) -> list[Fault]:
    """The faults that have strikes left, in the order in which they were injected."""
    return [fault for _, _, fault in _live(connection)]


def meet(connection: sqlite3.Connection, operation: str, subjects: Iterable[str]) -> Struck:
    """The faults that strike this call, counted off."""
    struck: Struck = {}
    for number, met, fault in _live(connection):
        if fault.kind not in struck and fault.fits(operation, subjects):
            connection.execute("UPDATE faults SET met = met + 1 WHERE number = ?", (number,))
            if met >= fault.after:
                struck[fault.kind] = fault
    return struck


def _live(connection: sqlite3.Connection) -> list[tuple[int, int, Fault]]:
    rows = connection.execute("SELECT * FROM faults WHERE times IS NULL OR met < after + times ORDER BY number")
    return [
        (
            row["number"],
            row["met"],
            Fault(
                operation=row["operation"],
                kind=FaultKind(row["kind"]),
                match=row["match"],
                after=row["after"],
                times=row["times"],
                seconds=row["seconds"],
                message=row["message"],
            ),
        )
        for row in rows
    ]
