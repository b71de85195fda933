"""One line of an order's progress; `message` is a catalogue id that `params` fill."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class ProgressRow(Row, frozen=True):
    """One line of an order's progress; `message` is a catalogue id that `params` fill."""

    seq: int
    order_id: UUID
    department_id: UUID
    at: datetime
    state: str
    actor: str
    message: str
    params: dict[str, str]
    reason: str | None
