"""The to-do list."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from api.schemas.fields import Out
from cloudctl.messages import translator
from cloudctl.ports.queries.rows import TodoRow


class TodoOut(Out, frozen=True, kw_only=True):
    """Something that waits for the caller: until when, what to do, and why it is theirs.

    `order_id` is null for what is no order, as a case. `principal` is the login for whom the caller would act (header
    `Act-For`); null in their own name. Findings of drift and objects of an adoption come as one row with their
    `count`, and `since` when the oldest waits; `number` is then the cloud's code, or the adoption's number.
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

    @classmethod
    def in_words(cls, row: TodoRow, locale: str) -> Self:
        """This shape of a row, in the reader's language."""
        say = translator(locale)
        title = row.title if row.count is None else say(row.title)
        return cls(**cls.copied(row, "title", "what", "why"), title=title, what=say(row.what), why=say(row.why))
