"""What of the systems runs out: one line a day that a system has on record, the first to run out first.

Systems that have ended are not on it. What has at most USUAL_DAYS left is, unless another
number is asked for (`days_left`); what is overdue always is.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, Engine, Select, Text, Uuid, bindparam, literal, select, tuple_, union_all

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Invalid
from cloudctl.domain.surveys import DUE_FIELDS
from cloudctl.domain.systems import ENDED
from cloudctl.persistence.queries.listing import LIMITS, filter_values
from cloudctl.persistence.queries.subtrees import part, within
from cloudctl.persistence.tables import departments, systems
from cloudctl.ports.clock import Clock
from cloudctl.ports.queries import Page, PageAsk, Scope
from cloudctl.ports.queries.rows import SystemDueRow

USUAL_DAYS, MOST_DAYS = 90, 3650
_COLUMNS = tuple(name for name in SystemDueRow.__struct_fields__ if name != "days_left")

DUE = union_all(
    *(
        select(
            systems.c.id.label("system_id"),
            systems.c.code,
            systems.c.name,
            systems.c.department_id,
            literal(matter).label("matter"),
            systems.c[name].label("due_on"),
        ).where(systems.c[name].is_not(None), systems.c.status.not_in(sorted(ENDED)))
        for matter, name in DUE_FIELDS.items()
    )
).subquery("systems_due")
"""Every day on record on which something of a system that stands runs out."""


@dataclass(frozen=True, slots=True)
class DueReader:
    """Implements `ports.queries.Listing` for what runs out."""

    engine: Engine
    clock: Clock

    def page(self, scope: Scope, filters: dict[str, object], ask: PageAsk) -> Page:
        """Lines of the scope by day; raises Invalid for an unknown filter, a limit or a cursor that is none."""
        if ask.limit not in LIMITS:
            raise Invalid("A page has 1 to 500 rows.", field="limit", way_out="Give a number from 1 to 500.")
        values = dict(filter_values(SystemDueRow, filters))
        days = values.pop("days_left", USUAL_DAYS)
        if not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
            raise Invalid("{days} is no number of days.", field="days_left", way_out="Give 0 to 3650.", days=days)
        after = {} if ask.cursor is None else _opened(ask.cursor)
        today = today_for_people(self.clock.now())
        kind, root = part(scope)
        given = {f"filter_{name}": value for name, value in values.items()} | after
        limits = {"until": today + timedelta(days=days), "scope": root, "rows": ask.limit + 1}
        with self.engine.connect() as connection:
            found = connection.execute(_statement(frozenset(values), kind, bool(after)), given | limits).all()
        items: list[object] = [
            SystemDueRow(**row._mapping, days_left=(row.due_on - today).days)  # noqa: SLF001 - SQLAlchemy's public name
            for row in found[: ask.limit]
        ]
        return Page(items=items, next=_cursor(found[ask.limit - 1]) if len(found) > ask.limit else None)


@lru_cache(maxsize=128)
def _statement(filters: frozenset[str], kind: str, after: bool) -> Select[Any]:
    columns = {name: departments.c.name if name == "department" else DUE.c[name] for name in _COLUMNS}
    source = DUE.join(departments, departments.c.id == DUE.c.department_id)
    statement = select(*(column.label(name) for name, column in columns.items())).select_from(source)
    for name in sorted(filters):
        statement = statement.where(columns[name] == bindparam(f"filter_{name}"))
    statement = statement.where(DUE.c.due_on <= bindparam("until", type_=Date))
    statement = statement.where(*within(DUE.c.department_id, kind, bindparam("scope", type_=Uuid)))
    place = (DUE.c.due_on, DUE.c.system_id, DUE.c.matter)
    if after:
        marks = (
            bindparam("after_day", type_=Date),
            bindparam("after_id", type_=Uuid),
            bindparam("after_matter", type_=Text),
        )
        statement = statement.where(tuple_(*place) > tuple_(*marks))
    return statement.order_by(*place).limit(bindparam("rows"))


def _cursor(row: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode((row.due_on, row.system_id, row.matter))).decode()


def _opened(cursor: str) -> dict[str, object]:
    try:
        day, key, matter = msgspec.json.decode(urlsafe_b64decode(cursor.encode("ascii")), type=tuple[date, UUID, str])
    except (ValueError, msgspec.DecodeError) as error:
        raise Invalid("The cursor is broken.", field="cursor", way_out="Start again without a cursor.") from error
    return {"after_day": day, "after_id": key, "after_matter": matter}
