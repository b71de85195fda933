"""The list of what the clouds have, by name, and its history.

Whether an object is stale is its cloud's matter: it is worked out with the page and written to no row. A department
sees the objects of its resources.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    select,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from cloudctl.domain.errors import Invalid
from cloudctl.domain.inventory import CloudObject
from cloudctl.domain.syncs import Health
from cloudctl.persistence.queries.listing import LIMITS, Listed, Moment, filter_values
from cloudctl.persistence.queries.subtrees import part, within
from cloudctl.persistence.queries.syncs import CLEAN_AT, HEALTH
from cloudctl.persistence.tables import (
    addresses,
    clouds,
    inventory_changes,
    inventory_objects,
    networks,
    servers,
    volumes,
)
from cloudctl.ports.queries import Page, PageAsk, Scope
from cloudctl.ports.queries.rows import InventoryChangeRow, InventoryRow

_o = inventory_objects.c
_owners = union_all(
    *(select(table.c.id, table.c.department_id) for table in (servers, volumes, networks, addresses))
).subquery("owners")
_standing = select(clouds.c.code, HEALTH.label("health"), CLEAN_AT.label("clean_at")).subquery("standing")
_fresh = select(clouds.c.code).where(HEALTH.in_([Health.FRESH.value]))


def _columns(o: ReadOnlyColumnCollection[str, Any]) -> dict[str, ColumnElement[Any]]:
    """A row's columns but for those in the facts: `o` are the objects', beside their owners and clouds."""
    stale = func.coalesce(_standing.c.health, Health.NEVER.value) != Health.FRESH.value
    # An unchanged object is not written again: if the last clean sync did not miss it, it saw it.
    seen_later = and_(o.misses == 0, o.state == "present", _standing.c.clean_at > o.seen_at)
    return {
        "id": o.id,
        "cloud": o.cloud,
        "kind": type_coerce(o.kind, Text),
        "native_id": o.native_id,
        "name": o.name,
        "status": type_coerce(o.status, Text),
        "state": type_coerce(o.state, Text),
        "stale": stale,
        "as_of": case((seen_later, _standing.c.clean_at), else_=o.seen_at),
        "on_record": o.resource_id.is_not(None),
        "resource_id": o.resource_id,
        "department_id": _owners.c.department_id,
        "key": o.key,
        "tenant": o.tenant,
        "tenant_name": o.tenant_name,
        "zone": o.zone,
        "misses": o.misses,
        "first_seen_at": o.first_seen_at,
        "changed_at": o.changed_at,
    }


_COLUMNS = _columns(_o)
_FACTS = tuple(field for field in InventoryRow.__struct_fields__ if field not in _COLUMNS)

CHANGES = Listed(
    row=InventoryChangeRow,
    table=inventory_changes,
    source=inventory_changes.join(inventory_objects, _o.id == inventory_changes.c.object_id).outerjoin(
        _owners, _owners.c.id == _o.resource_id
    ),
    scope=_owners.c.department_id,
)


@dataclass(frozen=True, slots=True)
class InventoryReader:
    """Implements `ports.queries.Listing` for the inventory; by name, because that is what people look for."""

    engine: Engine
    moment: Moment

    def page(self, scope: Scope, filters: dict[str, object], ask: PageAsk) -> Page:
        """Rows of the scope by name; raises Invalid for an unknown filter, a limit or a cursor that is none."""
        if ask.limit not in LIMITS:
            raise Invalid("A page has 1 to 500 rows.", field="limit", way_out="Give a number from 1 to 500.")
        values = dict(filter_values(InventoryRow, filters))
        name = values.get("name")
        if isinstance(name, str) and name.endswith("*"):
            del values["name"]
            values["prefix"] = name[:-1]
        after = {} if ask.cursor is None else _opened(ask.cursor)
        kind, root = part(scope)
        statement = _statement(frozenset(values), kind, bool(after))
        given = {f"filter_{name}": value for name, value in values.items()}
        parameters = {**given, **after, **self.moment(), "scope": root, "rows": ask.limit + 1}
        with self.engine.connect() as connection:
            found = connection.execute(statement, parameters).all()
        items: list[object] = [_row(*values) for values in found[: ask.limit]]
        return Page(items=items, next=_cursor(items[-1]) if len(found) > ask.limit else None)


@lru_cache(maxsize=1024)
def _statement(filters: frozenset[str], kind: str, after: bool) -> Select[Any]:
    """The page is cut from the objects alone; whose they are and how their clouds do is looked up for its rows."""
    objects = select(inventory_objects)
    for name in sorted(filters):
        objects = objects.where(_condition(name))
    for inside in within(_owners.c.department_id, kind, bindparam("scope", type_=Uuid)):
        objects = objects.where(_o.resource_id.in_(select(_owners.c.id).where(inside)))
    if after:
        marks = bindparam("after_name", type_=Text), bindparam("after_id", type_=Uuid)
        objects = objects.where(tuple_(_o.name, _o.id) > tuple_(*marks))
    page = objects.order_by(_o.name, _o.id).limit(bindparam("rows")).subquery("page")
    source = page.outerjoin(_owners, _owners.c.id == page.c.resource_id).outerjoin(
        _standing, _standing.c.code == page.c.cloud
    )
    rows = select(page.c.facts, *_columns(page.c).values()).select_from(source)
    return rows.order_by(page.c.name, page.c.id)


def _condition(name: str) -> ColumnElement[bool]:
    """What a filter asks of an object."""
    given: ColumnElement[Any] = bindparam(f"filter_{name}")
    match name:
        case "prefix":
            start = bindparam("filter_prefix", type_=Text)
            return func.substr(_o.name, 1, func.length(start)) == start
        case "stale":
            return _o.cloud.not_in(_fresh) == given
        case "department_id":
            return _o.resource_id.in_(select(_owners.c.id).where(_owners.c.department_id == given))
    return _COLUMNS[name] == given


def _row(facts: CloudObject, *values: Any) -> InventoryRow:
    return InventoryRow(
        **dict(zip(_COLUMNS, values, strict=True)), **{field: getattr(facts, field) for field in _FACTS}
    )


def _cursor(row: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode((row.name, row.id))).decode()


def _opened(cursor: str) -> dict[str, object]:
    try:
        name, key = msgspec.json.decode(urlsafe_b64decode(cursor.encode("ascii")), type=tuple[str, UUID])
    except (ValueError, msgspec.DecodeError) as error:
        raise Invalid("The cursor is broken.", field="cursor", way_out="Start again without a cursor.") from error
    return {"after_name": name, "after_id": key}
