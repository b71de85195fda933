"""One account of the ledger."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class QuotaRow(Row, frozen=True):
    """One account of the ledger."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"department_id", "cloud", "zone", "dimension"})

    id: UUID
    department_id: UUID
    cloud: str
    zone: str
    dimension: str
    limit: int
    held: int
    committed: int
    allotted: int
    version: int
