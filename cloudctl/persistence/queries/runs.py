"""The list of runs, and what they said by its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, Uuid, bindparam, func, null, select, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import run_events, run_hosts, runs
from cloudctl.ports.queries.rows.runs import RunEventsRow, RunRow


def _of_host(_: ColumnElement[Any], asked: ColumnElement[Any]) -> ColumnElement[bool]:
    return runs.c.id.in_(select(run_hosts.c.run_id).where(run_hosts.c.host_id == type_coerce(asked, Uuid)))


RUNS = Listed(
    row=RunRow,
    table=runs,
    scope=runs.c.department_id,
    others={"host_id": type_coerce(null(), Uuid).label("host_id")},
    matched={"host_id": _of_host},
)

_FIELDS = RunEventsRow.__struct_fields__
_AFTER = (
    select(*(run_events.c[name] for name in _FIELDS))
    .where(run_events.c.seq > bindparam("after"))
    .order_by(run_events.c.seq)
    .limit(bindparam("rows"))
)
_OF_RUN = _AFTER.where(run_events.c.run_id == bindparam("run"))
_OF_RUNS = _AFTER.where(run_events.c.run_id.in_(bindparam("runs", expanding=True)))
_LAST = select(func.coalesce(func.max(run_events.c.seq), 0))


def run_events_of(engine: Engine, run_id: UUID, after: int, limit: int) -> list[RunEventsRow]:
    """What a run said after a cursor, in order."""
    return _rows(engine, _OF_RUN, {"run": run_id, "after": after, "rows": limit})


def run_events_since(engine: Engine, run_ids: Sequence[UUID], after: int, limit: int) -> list[RunEventsRow]:
    """What these runs said after a cursor, in order."""
    return _rows(engine, _OF_RUNS, {"runs": list(run_ids), "after": after, "rows": limit})


def last_run_events(engine: Engine) -> int:
    """The highest cursor; 0 when nothing was said."""
    with engine.connect() as connection:
        return int(connection.execute(_LAST).scalar_one())


def _rows(engine: Engine, statement: Select[Any], parameters: dict[str, object]) -> list[RunEventsRow]:
    with engine.connect() as connection:
        found = connection.execute(statement, parameters).all()
    return [RunEventsRow(*values) for values in found]
