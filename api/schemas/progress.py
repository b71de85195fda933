"""Progress lines: the catalogue id with its parameters for programs, the sentence for people."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from api.problems import said
from api.schemas.fields import Out
from cloudctl.domain.lifecycle import ORDERS
from cloudctl.messages import translator
from cloudctl.ports.queries.rows import ProgressRow

FINAL = ORDERS.final


class ProgressOut(Out, frozen=True, kw_only=True):
    """One line. `text` is `message` in the caller's language with `params` filled in; `seq` is the stream's cursor."""

    seq: int
    order_id: UUID
    at: datetime
    state: str
    actor: str
    message: str
    params: dict[str, str]
    text: str
    reason: str | None

    @classmethod
    def told(cls, row: ProgressRow, locale: str) -> Self:
        """This shape of a line, in the language of `locale`."""
        return cls(**cls.copied(row, "text"), text=said(translator(locale), row.message, row.params))
