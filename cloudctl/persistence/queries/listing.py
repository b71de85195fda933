"""Lists: one declaration a noun, from which the statements are built once and kept.

    SYSTEMS = Listed(row=SystemRow, table=systems, scope=systems.c.department_id)
    SYSTEMS.reader(engine).page(scope, {"mlps_level": 3}, PageAsk(limit=50))

A page is one statement. It goes on after the last row that was shown (keyset), newest first, so page 400 costs what
page 1 does, and rows that are added meanwhile shift nothing. Nouns whose ids are made by time go by id; resources,
whose ids are derived, by (created_at, id). A cursor is the base64 of those values.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property, lru_cache
from struct import Struct
from struct import error as StructError  # noqa: N812
from typing import Any, get_type_hints
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Select,
    Text,
    Uuid,
    bindparam,
    or_,
    select,
    tuple_,
    type_coerce,
)

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Invalid
from cloudctl.domain.register import standing_at
from cloudctl.persistence.queries.subtrees import part, within
from cloudctl.persistence.standing import standing
from cloudctl.persistence.types import Instant, Json, RawJson, Word
from cloudctl.ports.queries import Page, PageAsk, Scope
from cloudctl.ports.queries.rows import Row

LIMITS = range(1, 501)
Moment = Callable[[], dict[str, object]]
Match = Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]
"""(column, what was asked for) -> the condition."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PLACE = Struct(">16sq")  # an id, and the microseconds of created_at where the order needs them


@dataclass(frozen=True, eq=False, kw_only=True)
class Listed:
    """How a noun is listed.

    `row` gives the columns by its fields' names, taken from `table` or, by field, from `others`; `source` is what is
    selected from when that is more than `table`. `scope` is the column of the department that owns a row, None for what
    everybody may see; `shared` are those of others that see it as well. `matched` has, by field, what a filter asks for
    when that is more than equality. With `by_time` the order is (created_at, id). `past` is the same list of the noun's
    versions, where those are kept: the filter `as_of`, a day, asks for it.
    """

    row: type[Row]
    table: FromClause
    source: FromClause | None = None
    scope: ColumnElement[Any] | None = None
    shared: tuple[ColumnElement[Any], ...] = ()
    others: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    matched: Mapping[str, Match] = field(default_factory=dict)
    by_time: bool = False
    past: Listed | None = None

    @cached_property
    def columns(self) -> dict[str, ColumnElement[Any]]:
        """A field's column, read as the type that the row's field has."""
        return {name: _read_as(self.others.get(name, self.table.c.get(name)), hint) for name, hint in self.hints}

    @cached_property
    def hints(self) -> list[tuple[str, Any]]:
        """The row's fields and their types, in order."""
        types = get_type_hints(self.row)
        return [(name, types[name]) for name in self.row.__struct_fields__]

    def reader(self, engine: Engine, moment: Moment = dict) -> Reader:
        """The list on one database; implements `ports.queries.Listing`."""
        return Reader(engine, self, moment)


@dataclass(frozen=True, slots=True)
class Reader:
    """Implements `ports.queries.Listing` for one noun; `moment` gives what its columns make of the present time."""

    engine: Engine
    listed: Listed
    moment: Moment = dict

    def page(self, scope: Scope, filters: dict[str, object], ask: PageAsk) -> Page:
        """Rows of the scope, newest first; raises Invalid for an unknown filter, a limit or a cursor that is none."""
        if ask.limit not in LIMITS:
            raise Invalid("A page has 1 to 500 rows.", field="limit", way_out="Give a number from 1 to 500.")
        filters = dict(filters)
        at = self._as_of(filters.pop("as_of")) if self.listed.past and "as_of" in filters else {}
        values = dict(filter_values(self.listed.row, filters))
        after = {} if ask.cursor is None else _opened(ask.cursor, by_time=self.listed.by_time)
        kind, root = part(scope)
        statement = _statement(self.listed, frozenset(values), kind, bool(after), bool(at))
        given = {f"filter_{name}": value for name, value in values.items()}
        parameters = {**given, **after, **self.moment(), **at, "scope": root, "rows": ask.limit + 1}
        return self._page(statement, parameters, ask.limit)

    def _as_of(self, day: object) -> dict[str, object]:
        """The moment that `day` means; {} for None, which asks for the present. Raises Invalid for a day to come."""
        if day is None:
            return {}
        asked: date = _as(date, day, "as_of")
        now = self.moment().get("now")
        if isinstance(now, datetime) and asked > today_for_people(now):
            raise Invalid(
                "{day} is still to come.", field="as_of", way_out="Give a day up to today.", day=asked.isoformat()
            )
        return {"at": standing_at(asked)}

    def _page(self, statement: Select[Any], parameters: dict[str, object], limit: int) -> Page:
        row = self.listed.row
        with self.engine.connect() as connection:
            found = connection.execute(statement, parameters).all()
        items: list[object] = [row(*values) for values in found[:limit]]
        more = len(found) > limit
        return Page(items=items, next=_cursor(items[-1], by_time=self.listed.by_time) if more else None)


@lru_cache(maxsize=1024)
def _statement(listed: Listed, filters: frozenset[str], kind: str, after: bool, past: bool = False) -> Select[Any]:
    """The statement of one combination; building it anew at each call would cost a third of a request."""
    if past:
        assert listed.past is not None
        return _statement(listed.past, filters, kind, after).where(standing(listed.past.table))
    statement = select(*listed.columns.values()).select_from(listed.table if listed.source is None else listed.source)
    for name in sorted(filters):
        match = listed.matched.get(name, _equal)
        statement = statement.where(match(listed.columns[name], bindparam(f"filter_{name}")))
    if listed.scope is not None:
        root = bindparam("scope", type_=Uuid)
        owned = [inside for owner in (listed.scope, *listed.shared) for inside in within(owner, kind, root)]
        if owned:
            statement = statement.where(or_(*owned))
    places = [listed.table.c.created_at, listed.table.c.id] if listed.by_time else [listed.table.c.id]
    if after:
        marks = [bindparam("after_time", type_=Instant), bindparam("after_id", type_=Uuid)][-len(places) :]
        statement = statement.where(tuple_(*places) < tuple_(*marks))
    return statement.order_by(*(place.desc() for place in places)).limit(bindparam("rows"))


def _equal(column: ColumnElement[Any], asked: ColumnElement[Any]) -> ColumnElement[bool]:
    return column == asked


def _read_as(column: ColumnElement[Any] | None, hint: Any) -> ColumnElement[Any]:
    assert column is not None, "a row's field has no column"
    match column.type:
        case Json():
            return type_coerce(column, Json(hint))
        case Word():
            return type_coerce(column, Text)
        case _ if hint is msgspec.Raw:
            return type_coerce(column, RawJson)
    return column


def filter_values(row: type[Row], filters: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The filters as the types of the row's fields; one whose value is None was not asked for."""
    hints = _hints(row)
    for name, value in filters.items():
        if name not in row.FILTERS:
            raise _unknown(name, row)
        if value is not None:
            yield name, _as(hints[name], value, name)


@cache
def _hints(row: type[Row]) -> dict[str, Any]:
    return get_type_hints(row)


def _as(hint: Any, value: object, name: str) -> Any:
    try:
        return msgspec.convert(value, hint, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(
            "{value} cannot be a {name}.", field=name, way_out="Check its form.", name=name, value=value
        ) from error


def _unknown(name: str, row: type[Row]) -> Invalid:
    return Invalid(
        "There is no filter {name}.",
        field=name,
        way_out="Filter by: {allowed}.",
        name=name,
        allowed=", ".join(sorted(row.FILTERS)),
    )


def _cursor(row: Any, *, by_time: bool) -> str:
    moment = (row.created_at - _EPOCH) // _MICROSECOND if by_time else 0
    return urlsafe_b64encode(_PLACE.pack(row.id.bytes, moment)).decode()


def _opened(cursor: str, *, by_time: bool) -> dict[str, object]:
    try:
        key, moment = _PLACE.unpack(b64decode(cursor.encode("ascii"), b"-_", validate=True))
        after_time = _EPOCH + moment * _MICROSECOND
    except (ValueError, OverflowError, StructError) as error:
        raise Invalid("The cursor is broken.", field="cursor", way_out="Start again without a cursor.") from error
    return {"after_id": UUID(bytes=key)} | ({"after_time": after_time} if by_time else {})
