"""Something that waits for a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class TodoRow(Row, frozen=True):
    """Something that waits for a person.

    `what` and `why` are catalogue ids; `principal` is whom the reader would act for, None in his own name.
    """

    source: str
    due_at: datetime | None
    order_id: UUID
    number: str
    title: str
    department: str
    state: str
    what: str
    why: str
    principal: str | None
