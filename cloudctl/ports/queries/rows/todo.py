"""Something that waits for a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class TodoRow(Row, frozen=True):
    """Something that waits for a person.

    `order_id` is None for what is no order. `what` and `why` are catalogue ids; `principal` is whom the reader would
    act for, None in his own name. A row that stands for many things has their `count` and since when the oldest waits,
    and its `title` is a catalogue id too; `number` is then the adoption's, or the cloud's code.
    """

    source: str
    due_at: datetime | None
    order_id: UUID | None
    number: str
    title: str
    department: str | None
    state: str
    what: str
    why: str
    principal: str | None
    count: int | None
    since: datetime | None
