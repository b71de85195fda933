"""Proposals of what is not used, as a list shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.domain.waste import Saved
from cloudctl.ports.queries.rows.base import Row


class WasteRow(Row, frozen=True):
    """A proposal: `words` and `next_step` are by locale, `saved` is what it gives back, `order` the order it became."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"kind", "state", "cloud", "zone", "department_id", "system_id", "resource_id", "name"}
    )

    id: UUID
    kind: str
    cloud: str
    zone: str | None
    subject_kind: str
    name: str
    department_id: UUID | None
    department: str | None
    system_id: UUID | None
    resource_id: UUID | None
    state: str
    words: dict[str, str]
    next_step: dict[str, str]
    specification: str | None
    saved: Saved
    saved_fen: int | None
    order_id: UUID | None
    order: str | None
    reason: str | None
    not_before: date | None
    found_at: datetime
    decided_at: datetime | None
    done_at: datetime | None
    created_at: datetime
    version: int
