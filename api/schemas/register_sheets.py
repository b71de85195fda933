"""Sheets of the register: what came of one that was handed in."""

from __future__ import annotations

from typing import Self

from api.schemas.fields import Out
from cloudctl.messages import fill, translator
from cloudctl.services.register_sheets import Receipt


class CellDoubtOut(Out, frozen=True, kw_only=True):
    """What was kept as it was sent, and is hardly right: where it stands, and what to do."""

    cell: str
    reason: str
    way_out: str


class RegisterImportOut(Out, frozen=True, kw_only=True):
    """The rows of a sheet: how many were new, changed something, or were on record just so.

    `rehearsal`: nothing was kept. `digest` is the file's SHA-256; the versions that were made name its beginning.
    """

    noun: str
    digest: str
    rehearsal: bool
    rows: int
    added: int
    altered: int
    unchanged: int
    doubts: list[CellDoubtOut]

    @classmethod
    def told(cls, receipt: Receipt, locale: str) -> Self:
        """This shape of a receipt, its doubts in the reader's language."""
        say = translator(locale)
        doubts = [
            CellDoubtOut(
                cell=cell,
                reason=fill(say, doubt.message, doubt.params),
                way_out=fill(say, doubt.way_out, doubt.params),
            )
            for cell, doubt in receipt.doubts
        ]
        return cls(**cls.copied(receipt, "doubts"), doubts=doubts)
