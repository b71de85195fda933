"""What a transaction adds and does not look at again: kept until its end, then written by one statement a table.

    append(session, letters, letter)                    # a row that nobody changes
    put(session, STATEMENT, row)                        # the same by a statement of one's own
    add_up(session, STATEMENT, key, {"amount": 3})      # an increment: those of one key become one
    hand_over(session, write, entry)                    # for `write`, which gets all of its entries at once
    write_out(session)                                  # before something reads it, at the latest before the commit

Statements are made once. Rows are written in the order in which they were put, increments in the order of their keys:
so whoever locks rows by them locks them in that order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Insert, Table, insert
from sqlalchemy.orm import Session

_OUTGOING = "cloudctl.outgoing"

Key = tuple[Any, ...]
"""Sorts; its last part is the parameter `key` of the statement."""

Write = Callable[[Connection, Sequence[Any]], None]


@dataclass(slots=True)
class _Outgoing:
    rows: dict[Executable, list[Mapping[str, Any]]] = field(default_factory=dict)
    sums: dict[Executable, dict[Key, Counter[str]]] = field(default_factory=dict)
    entries: dict[Write, list[Any]] = field(default_factory=dict)


def append(session: Session, table: Table, entity: object) -> None:
    """A noun that is no mapped class: its fields are the table's columns."""
    put(session, _into(table), vars(entity))


def put(session: Session, statement: Executable, row: Mapping[str, Any]) -> None:
    """A row for `statement`, whose parameters it has."""
    _of(session).rows.setdefault(statement, []).append(row)


def add_up(session: Session, statement: Executable, key: Key, amounts: Mapping[str, int]) -> None:
    """An increment for `statement`, whose parameters are `key` and the amounts' names."""
    _of(session).sums.setdefault(statement, {}).setdefault(key, Counter()).update(amounts)


def hand_over(session: Session, write: Write, entry: object) -> None:
    """An entry for `write`, which puts all of them on record in the session's transaction."""
    _of(session).entries.setdefault(write, []).append(entry)


def write_out(session: Session) -> None:
    """Writes what waits, after what it refers to."""
    waiting: _Outgoing | None = session.info.pop(_OUTGOING, None)
    if waiting is None:
        return
    session.flush()
    connection = session.connection()
    for statement, rows in waiting.rows.items():
        connection.execute(statement, rows)
    for statement, sums in waiting.sums.items():
        connection.execute(statement, [{"key": key[-1], **sums[key]} for key in sorted(sums)])
    for write, entries in waiting.entries.items():
        write(connection, entries)


def drop(session: Session) -> None:
    """Forgets what waits: it was part of what is undone."""
    session.info.pop(_OUTGOING, None)


def _of(session: Session) -> _Outgoing:
    found: _Outgoing | None = session.info.get(_OUTGOING)
    if found is None:
        found = session.info[_OUTGOING] = _Outgoing()
    return found


@cache
def _into(table: Table) -> Insert:
    return insert(table)
