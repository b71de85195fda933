"""Backups of applications: a snapshot in a store of restic's, and whether it was ever restored as a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_apps import APP_BACKUPS


@dataclass(kw_only=True, eq=False)
class AppBackup:
    """One snapshot. `snapshot` is restic's id of it, `release` what the app ran when it was taken.

    `cause` says why it was taken: asked, schedule, upgrade, move or retire. A backup whose `keep_until` is over may be
    forgotten; the last verified one of an app never is.
    """

    id: UUID = field(default_factory=new_id)
    app_id: UUID
    department_id: UUID
    act_id: UUID | None = None
    snapshot: str
    release: str
    cause: str
    size_bytes: int | None = None
    state: str = "kept"
    taken_at: datetime
    verified_at: datetime | None = None
    keep_until: date | None = None
    reason: dict[str, str] = field(default_factory=dict)
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = APP_BACKUPS.next(self.state, event)

    @property
    def restorable(self) -> bool:
        """Whether it may be put back: it is in the store, and no test has shown it broken."""
        return self.state in {"kept", "verified"}
