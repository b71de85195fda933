"""Verdicts, declared purposes and exemptions, as lists show them."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class VerdictRow(Row, frozen=True):
    """A verdict: `system` is the code; `signs` are the official signs that it rests on; `day` what it is as of."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"system_id", "system", "department_id", "state", "rule", "purpose", "cleared", "flagged", "policy", "day"}
    )

    id: UUID
    system_id: UUID
    system: str
    name: str
    department_id: UUID
    day: date
    at: datetime
    state: str
    before: str | None
    rule: str
    confidence: int
    signs: list[str]
    purpose: str
    cleared: bool
    flagged: bool
    exempt_until: date | None
    policy: str
    policy_version: int
    digest: str
    created_at: datetime


class PurposeRow(Row, frozen=True):
    """What a system, or one of its servers, was declared to be for; the newest of each stands."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"system_id", "department_id", "purpose", "suspected"})

    id: UUID
    system_id: UUID
    system: str
    server_id: UUID | None
    server: str | None
    department_id: UUID
    purpose: str
    reason: str
    suspected: bool
    by: str
    created_at: datetime


class ZombieExemptionRow(Row, frozen=True):
    """An exemption from the zombie policy: who asked, who decided, until when, the how-manieth renewal it is."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"system_id", "department_id", "state", "ends_on"})

    id: UUID
    system_id: UUID
    system: str
    department_id: UUID
    state: str
    reason: str
    ends_on: date
    renewal: int
    renews_id: UUID | None
    asked_by: str
    decided_by: str | None
    decided_at: datetime | None
    ended_at: datetime | None
    answer: str | None
    created_at: datetime
    version: int
