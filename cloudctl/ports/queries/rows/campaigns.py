"""A campaign."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class CampaignRow(Row, frozen=True):
    """A campaign; `policy` is the name of the policy it was started with, `starter` who did.

    `clearings` are all it has opened, `clearings_open` those that have not ended.
    """

    FILTERS: ClassVar[frozenset[str]] = frozenset({"number", "state"})

    id: UUID
    number: str
    title: str
    policy: str
    digest: str
    departments: list[UUID]
    zones: list[str]
    systems: list[UUID]
    state: str
    starter: str
    started_at: datetime
    stopped_at: datetime | None
    reason: str | None
    finished_at: datetime | None
    clearings: int
    clearings_open: int
    version: int
