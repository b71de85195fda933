"""Maintenance (计划维护): planned windows in which applications may be out of service; they do not count as down.

A window is planned before it begins: what has been lived through cannot be declared maintenance afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cloudctl.domain.identifiers import new_id


@dataclass(kw_only=True, eq=False)
class MaintenanceWindow:
    """From `starts_at` up to and without `ends_at`; `apps` by id, or `zones`; neither: all applications."""

    id: UUID = field(default_factory=new_id)
    name: str
    starts_at: datetime
    ends_at: datetime
    zones: list[str] = field(default_factory=list)
    apps: list[UUID] = field(default_factory=list)
    reason: str
    planned_by: UUID
    created_at: datetime
    cancelled_at: datetime | None = None
    version: int = 1

    @property
    def over_at(self) -> datetime:
        """Its end, or the moment at which it was cancelled; one that was cancelled before it began never was."""
        if self.cancelled_at is None:
            return self.ends_at
        return max(self.starts_at, min(self.ends_at, self.cancelled_at))

    def covers(self, app_id: UUID, zone: str) -> bool:
        """Whether it is meant for that application."""
        if not self.apps and not self.zones:
            return True
        return app_id in self.apps or zone in self.zones

    def open_at(self, now: datetime) -> bool:
        """Whether it is under way at that moment."""
        return self.starts_at <= now < self.over_at
