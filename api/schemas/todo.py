"""The to-do list."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from api.schemas.fields import Out
from cloudctl.messages import translator
from cloudctl.ports.queries import TodoRow


class TodoOut(Out, frozen=True, kw_only=True):
    """Something that waits for the caller: until when, what to do, and why it is theirs.

    `principal` is the login for whom the caller would act (header `Act-For`); null in their own name.
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

    @classmethod
    def in_words(cls, row: TodoRow, locale: str) -> Self:
        """This shape of a row, in the reader's language."""
        say = translator(locale)
        return cls(**cls.copied(row, "what", "why"), what=say(row.what), why=say(row.why))
