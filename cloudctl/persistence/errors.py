"""What a database says, in the domain's words.

    with translated():
        session.flush()

A broken unique or foreign key becomes Conflict naming the field, an overtaken version Stale, a lost race for a lock (a
deadlock, a timeout) Contended, and a database that does not answer, or has no room left, Unavailable. Everything else
passes unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from cloudctl.domain.errors import CloudctlError, Conflict, Contended, Stale, Unavailable
from cloudctl.persistence.tables import metadata

_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: \w+\.(?:.*\.)?(\w+)$")
_NO_ROOM = "53100"
_LOST_RACES = frozenset({"40001", "40P01", "55P03"})  # serialisation, deadlock, lock timeout


@contextmanager
def translated() -> Iterator[None]:
    """Raises the domain's error for a database error of its block."""
    try:
        yield
    except (DBAPIError, StaleDataError, PoolTimeout) as error:
        known = in_domain_words(error)
        if known is None:
            raise
        raise known from error


def in_domain_words(error: BaseException) -> CloudctlError | None:
    """The domain's error for a database error; None when there is none and the error is a fault of ours."""
    match error:
        case StaleDataError():
            return stale()
        case IntegrityError():
            return _broken_constraint(error)
        case OperationalError() if _lost_race(error):
            return Contended("The record is being changed by somebody else.", way_out="Send the request again.")
        case PoolTimeout() | OperationalError():
            return _unavailable(error)
        case DBAPIError() if error.connection_invalidated:
            return _unavailable(error)
    return None


def stale() -> Stale:
    """The one wording for an overtaken version."""
    return Stale(
        "The record was changed in the meantime.", field="If-Match", way_out="Read it again, then send the change anew."
    )


def _broken_constraint(error: IntegrityError) -> Conflict | None:
    said = str(error.orig)
    if match := _SQLITE_UNIQUE.search(said):
        return _taken(match[1])
    if "FOREIGN KEY constraint failed" in said:
        return _dangling(None)
    diagnosis = getattr(error.orig, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    return _named(name)


def _named(constraint: str) -> Conflict | None:
    kind, _, rest = constraint.partition("_")
    table = max((t for t in metadata.tables if rest == t or rest.startswith(f"{t}_")), key=len, default=None)
    if table is None:
        return None
    field = _last_column(table, rest.removeprefix(table).removeprefix("_"))
    return {"uq": _taken, "pk": _taken, "fk": _dangling}.get(kind, lambda _: None)(field)


def _last_column(table: str, columns: str) -> str | None:
    """The column that a constraint's name ends with: the one that tells its rows apart."""
    if not columns:
        return list(metadata.tables[table].primary_key.columns)[-1].name
    ends = [c.name for c in metadata.tables[table].columns if columns == c.name or columns.endswith(f"_{c.name}")]
    return max(ends, key=len, default=None)


def _taken(field: str | None) -> Conflict:
    return Conflict(
        "The {name} is taken already.",
        field=field,
        way_out="Choose another one, or change the record that has it.",
        name=field or "id",
    )


def _dangling(field: str | None) -> Conflict:
    return Conflict("The request refers to something that is not on record.", field=field, way_out="Check the ids.")


def _lost_race(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in _LOST_RACES or "database is locked" in str(error.orig)


def _unavailable(error: DBAPIError | PoolTimeout) -> Unavailable:
    said = getattr(error, "orig", None)
    if getattr(said, "sqlstate", None) == _NO_ROOM or "database or disk is full" in str(said):
        return Unavailable("The platform's database has no room left: nothing of this was kept.")
    return Unavailable("The platform's database does not answer.")
