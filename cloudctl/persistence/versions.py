"""Every version of the register's rows, written in the transaction that makes it.

    session = RegisterSession(guarded(engine))
    trace(session, Trace(now, account_id, "name", "request"))
    session.add(system); session.flush()            # its first version is on record
    change(session, update(devices).where(...).values(system_id=new))    # many rows in one statement, versions too

The session does it by itself for what it flushes, so that no use case can forget it. A version is copied from its row
within the database, however many there are: two statements for up to AT_A_TIME rows. A statement of one's own on a
versioned table goes through `change`; a guarded engine refuses any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    Connection,
    Delete,
    Engine,
    Executable,
    Insert,
    Table,
    Text,
    Update,
    Uuid,
    bindparam,
    case,
    event,
    func,
    insert,
    inspect,
    null,
    select,
    update,
)
from sqlalchemy.orm import Session, UOWTransaction

from cloudctl.persistence.tables.versions import VERSIONED
from cloudctl.persistence.types import Instant

AT_A_TIME = 10_000
E = TypeVar("E", bound=Executable)
_TRACE, _GOING_OUT, _ALLOWED = "cloudctl.trace", "cloudctl.versions", "cloudctl.versioned"


class RegisterSession(Session):
    """A session that keeps the versions of what it writes."""


class Trace(NamedTuple):
    """When the versions of a session were made, by which account (None: the platform itself), and why."""

    now: datetime
    by_id: UUID | None
    by_name: str
    request_id: str
    reason: str | None = None


@dataclass(slots=True)
class _GoingOut:
    """What a flush is about to write: ids by table. `leave` is where the guard looks whether it may."""

    leave: dict[Any, Any]
    new: dict[Table, list[UUID]] = field(default_factory=dict)
    changed: dict[Table, list[UUID]] = field(default_factory=dict)
    gone: dict[Table, list[UUID]] = field(default_factory=dict)


def trace(session: Session, by: Trace) -> None:
    """Says who makes the versions of this session's rows, and when."""
    session.info[_TRACE] = by


def because(session: Session, reason: str) -> None:
    """Why the rows change that are written from here on."""
    session.flush()
    session.info[_TRACE] = session.info[_TRACE]._replace(reason=reason)


@event.listens_for(RegisterSession, "before_flush")
def _look(session: Session, _flush: UOWTransaction, _objects: object) -> None:
    new, gone = _by_table(session.new), _by_table(session.deleted)
    changed = _by_table(session.dirty, session.is_modified)
    if new or changed or gone:
        leave = session.connection().info
        leave[_ALLOWED] = True
        session.info[_GOING_OUT] = _GoingOut(leave, new, changed, gone)


@event.listens_for(RegisterSession, "after_flush")
def _keep(session: Session, _flush: UOWTransaction) -> None:
    going = _forget(session, None)
    if going is None:
        return
    for table, ids in going.gone.items():
        _close(session, table, ids)
    for table, ids in going.new.items():
        keep(session, table, ids, new=True)
    for table, ids in going.changed.items():
        keep(session, table, ids)


def _by_table(entities: Iterable[Any], which: Callable[[object], bool] | None = None) -> dict[Table, list[UUID]]:
    found: dict[Table, list[UUID]] = {}
    for entity in entities:
        noun: Any = type(entity)
        table = _table_of(noun)
        if table is not None and (which is None or which(entity)):
            found.setdefault(table, []).append(entity.id)
    return found


@event.listens_for(RegisterSession, "after_soft_rollback")
def _forget(session: Session, _transaction: object) -> _GoingOut | None:
    going: _GoingOut | None = session.info.pop(_GOING_OUT, None)
    if going is not None:
        going.leave.pop(_ALLOWED, None)
    return going


@cache
def _table_of(noun: Any) -> Table | None:
    """The versioned table that a class is mapped to, if it is one."""
    table: Table = inspect(noun).local_table
    return table if table in VERSIONED else None


def keep(session: Session, table: Table, ids: Sequence[UUID], *, new: bool = False) -> None:
    """Closes the present versions of these rows, unless they are `new`, and copies the rows as they stand now."""
    by: Trace = session.info[_TRACE]
    if not new:
        _close(session, table, ids)
    for some in _chunks(ids):
        session.connection().execute(_copying(table), {**by._asdict(), "ids": some})


def change(session: Session, statement: Update) -> int:
    """Carries out an UPDATE of rows of a versioned table and keeps their versions; answers how many rows it changed."""
    table = statement.table
    assert isinstance(table, Table)
    session.flush()
    counted = statement.values(version=table.c.version + 1).returning(table.c.id).execution_options(**{_ALLOWED: True})
    ids = list(session.connection().execute(counted).scalars())
    keep(session, table, ids)
    session.expire_all()
    return len(ids)


def allowed(statement: E) -> E:
    """The statement, for who keeps the versions of its rows itself."""
    return statement.execution_options(**{_ALLOWED: True})


def guarded(engine: Engine) -> Engine:
    """The engine, refusing what would change a versioned row and keep no version of it: that is a fault of ours."""
    tables = frozenset(VERSIONED)
    watched = engine.execution_options()

    @event.listens_for(watched, "before_execute")
    def look(
        connection: Connection, statement: object, _many: object, _params: object, options: dict[str, Any]
    ) -> None:
        if (
            isinstance(statement, Insert | Update | Delete)
            and statement.table in tables
            and not (options.get(_ALLOWED) or connection.info.get(_ALLOWED))
        ):
            raise RuntimeError(f"{statement.table} keeps its versions: write through the session, or by `change`")

    return watched


def _close(session: Session, table: Table, ids: Sequence[UUID]) -> None:
    by: Trace = session.info[_TRACE]
    for some in _chunks(ids):
        session.connection().execute(_closing(table), {"now": by.now, "ids": some})


@cache
def _closing(table: Table) -> Update:
    """The present version ends now; or as it began, where somebody whose clock is ahead came between."""
    versions, now = VERSIONED[table], bindparam("now", type_=Instant)
    ends = case((versions.c.since < now, now), else_=versions.c.since)
    these = versions.c.id.in_(bindparam("ids", expanding=True, type_=Uuid)), versions.c.until.is_(None)
    return update(versions).where(*these).values(until=ends)


@cache
def _copying(table: Table) -> Insert:
    """The rows as they stand, from where their last version ended: at no time are there two, or none."""
    versions = VERSIONED[table]
    ended = select(func.max(versions.c.until)).where(versions.c.id == table.c.id).scalar_subquery()
    made = {
        "since": func.coalesce(ended, bindparam("now", type_=Instant)),
        "until": null(),
        "by_id": bindparam("by_id", type_=Uuid),
        "by_name": bindparam("by_name", type_=Text),
        "request_id": bindparam("request_id", type_=Text),
        "reason": bindparam("reason", type_=Text),
    }
    rows = select(*table.columns, *made.values()).where(table.c.id.in_(bindparam("ids", expanding=True, type_=Uuid)))
    return insert(versions).from_select([*(c.name for c in table.columns), *made], rows)


def _chunks(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), AT_A_TIME):
        yield list(ids[start : start + AT_A_TIME])
