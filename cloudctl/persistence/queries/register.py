"""The register as it stood, read from the versions of its nouns; implements `ports.queries.register.Register`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, Row, Select, Table, Uuid, bindparam, select

from cloudctl.domain.departments import Level
from cloudctl.domain.errors import Invalid
from cloudctl.persistence.queries.listing import LIMITS
from cloudctl.persistence.queries.references import REFERS, Names
from cloudctl.persistence.queries.subtrees import subtree_then
from cloudctl.persistence.standing import standing
from cloudctl.persistence.tables import (
    VERSIONED,
    accesses_versions,
    colocations_versions,
    departments_versions,
    dependencies_versions,
    devices_versions,
    racks_versions,
    rooms_versions,
    systems_versions,
)
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.queries.register import (
    AccessAsOf,
    ColocationAsOf,
    DependencyAsOf,
    DeviceAsOf,
    RackAsOf,
    RegisterScope,
    RoomAsOf,
    SystemAsOf,
    VersionRow,
)

_CITY = select(departments_versions.c.id).where(
    departments_versions.c.level == Level.CITY, standing(departments_versions)
)
_UNTOLD = frozenset({"version", "path"})
"""What changes with every version, and says nothing; and a department's path, which its upper units say."""


@dataclass(frozen=True, slots=True)
class RegisterReader:
    """Implements ports.queries.register.Register on one database."""

    engine: Engine

    def systems(self, at: datetime, scope: RegisterScope) -> Sequence[SystemAsOf]:
        return self.as_of(systems_versions, SystemAsOf, at, scope)

    def dependencies(self, at: datetime) -> Sequence[DependencyAsOf]:
        return self.as_of(dependencies_versions, DependencyAsOf, at, "all")

    def rooms(self, at: datetime, scope: RegisterScope) -> Sequence[RoomAsOf]:
        return self.as_of(rooms_versions, RoomAsOf, at, scope)

    def racks(self, at: datetime) -> Sequence[RackAsOf]:
        return self.as_of(racks_versions, RackAsOf, at, "all")

    def devices(self, at: datetime, scope: RegisterScope) -> Sequence[DeviceAsOf]:
        return self.as_of(devices_versions, DeviceAsOf, at, scope)

    def colocations(self, at: datetime, scope: RegisterScope) -> Sequence[ColocationAsOf]:
        return self.as_of(colocations_versions, ColocationAsOf, at, scope)

    def accesses(self, at: datetime, scope: RegisterScope) -> Sequence[AccessAsOf]:
        return self.as_of(accesses_versions, AccessAsOf, at, scope)

    def as_of(self, versions: Table, row: Any, at: datetime, scope: RegisterScope) -> list[Any]:
        """The rows of a noun as they stood, as `row`, whose fields are columns of `versions`; by id.

        The owner of a row is its `department_id`; what has none belongs to the whole city.
        """
        kind, root = (scope, None) if isinstance(scope, str) else ("subtree", scope.root)
        with self.engine.connect() as connection:
            found = connection.execute(_statement(versions, row, kind), {"at": at, "root": root})
            names = row.__struct_fields__
            return [row(**dict(zip(names, values, strict=True))) for values in found]

    def history(self, noun: str, key: UUID, ask: PageAsk) -> Page:
        if ask.limit not in LIMITS:
            raise Invalid("A page has 1 to 500 rows.", field="limit", way_out="Give a number from 1 to 500.")
        versions = next(kept for table, kept in VERSIONED.items() if table.name == noun)
        before = _opened(ask.cursor)
        with self.engine.connect() as connection:
            parameters = {"key": key, "before": before, "rows": ask.limit + 1}
            found = connection.execute(_history(versions), parameters).all()
            told = [_told(newer, older) for newer, older in zip(found, [*found[1:], None], strict=True)][: ask.limit]
            items = _named(connection, told)
        return Page(items=list(items), next=str(items[-1].version) if len(found) > ask.limit else None)


@cache
def _statement(versions: Table, row: Any, kind: str) -> Select[Any]:
    columns = [versions.c[name] for name in row.__struct_fields__]
    statement = select(*columns).where(standing(versions)).order_by(versions.c.id)
    if kind == "city_departments":
        return statement.where(versions.c.department_id.in_(_CITY))
    if kind == "subtree":
        return statement.where(versions.c.department_id.in_(subtree_then(bindparam("root", type_=Uuid))))
    return statement


@cache
def _history(versions: Table) -> Select[Any]:
    these = versions.c.id == bindparam("key", type_=Uuid), versions.c.version < bindparam("before")
    return select(versions).where(*these).order_by(versions.c.version.desc()).limit(bindparam("rows"))


def _told(newer: Row[Any], older: Row[Any] | None) -> VersionRow:
    now: dict[str, Any] = dict(newer._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    was: dict[str, Any] = {} if older is None else dict(older._mapping)  # noqa: SLF001
    who = {name: now.pop(name) for name in ("by_id", "by_name", "request_id", "reason")}
    at, _ = now.pop("since"), now.pop("until")
    changes = {
        name: (was.get(name), value) for name, value in now.items() if name not in _UNTOLD and was.get(name) != value
    }
    return VersionRow(version=now["version"], at=at, changes=changes, **who)


def _named(connection: Connection, told: Sequence[VersionRow]) -> list[VersionRow]:
    """The versions with what the ids in them were called at their time."""
    ids = [
        [
            (field, key)
            for field in REFERS.keys() & version.changes
            for key in version.changes[field]
            if isinstance(key, UUID)
        ]
        for version in told
    ]
    names = Names(connection, (one for some in ids for one in some))
    return [
        msgspec.structs.replace(
            version, names={str(key): name for _, key in some if (name := names.at(version.at, key)) is not None}
        )
        for version, some in zip(told, ids, strict=True)
    ]


def _opened(cursor: str | None) -> int:
    if cursor is None:
        return 2**31 - 1
    try:
        return msgspec.convert(cursor, int, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid("The cursor is broken.", field="cursor", way_out="Start again without a cursor.") from error
