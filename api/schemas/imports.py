"""Imports: what came of a form that was handed in as a workbook."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from api.schemas.fields import Out
from cloudctl.services.imports import Receipt, Taken


class TakenOut(Out, frozen=True, kw_only=True):
    """One order of the form; `id` and `number` are null where it was only rehearsed. `rows` counts its rows."""

    id: UUID | None
    number: str | None
    title: str
    system: str
    zone: str
    rows: int
    servers: int
    state: str

    @classmethod
    def of(cls, entity: Taken) -> Self:
        """This shape of an order that was taken."""
        return cls(**cls.copied(entity))


class ImportOut(Out, frozen=True, kw_only=True):
    """The orders of a form. `rehearsal`: nothing was kept. `lists_changed`: its drop-downs are no longer today's."""

    digest: str
    department: str
    applicant: str
    rehearsal: bool
    lists_changed: bool
    orders: list[TakenOut]

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        """This shape of a receipt."""
        return cls(**cls.copied(receipt, "orders"), orders=[TakenOut.of(order) for order in receipt.orders])
