"""Progress lines by their cursor. `seq` rises in the order of commits (see `unit_of_work`): no line appears late."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Select, bindparam, func, select

from cloudctl.persistence.tables import progress_lines
from cloudctl.ports.queries.rows import ProgressRow

_FIELDS = ProgressRow.__struct_fields__
_AFTER = (
    select(*(progress_lines.c[name] for name in _FIELDS))
    .where(progress_lines.c.seq > bindparam("after"))
    .order_by(progress_lines.c.seq)
    .limit(bindparam("rows"))
)
_OF_ORDER = _AFTER.where(progress_lines.c.order_id == bindparam("order"))
_LAST = select(func.coalesce(func.max(progress_lines.c.seq), 0))


def progress_of(engine: Engine, order_id: UUID, after: int, limit: int) -> list[ProgressRow]:
    """An order's lines after a cursor, in order."""
    return _lines(engine, _OF_ORDER, {"order": order_id, "after": after, "rows": limit})


def progress_since(engine: Engine, after: int, limit: int) -> list[ProgressRow]:
    """All orders' lines after a cursor, in order."""
    return _lines(engine, _AFTER, {"after": after, "rows": limit})


def last_progress(engine: Engine) -> int:
    """The highest cursor; 0 when there is no line."""
    with engine.connect() as connection:
        return int(connection.execute(_LAST).scalar_one())


def _lines(engine: Engine, statement: Select[Any], parameters: dict[str, object]) -> list[ProgressRow]:
    with engine.connect() as connection:
        found = connection.execute(statement, parameters).all()
    return [ProgressRow(**dict(zip(_FIELDS, values, strict=True))) for values in found]
