"""Applications, what is done to them, and their backups."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class AppRow(Row, frozen=True):
    """An application; `reason` and `stands` are by locale, and empty while all is well."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"code", "state", "blueprint", "release", "zone", "department_id", "system_id", "own", "exposed", "order_id"}
    )

    id: UUID
    code: str
    name: str
    department_id: UUID
    system_id: UUID
    blueprint: str
    wanted: str
    release: str | None
    size: str
    zone: str
    address: str
    quota_mib: int
    instances: int
    own: bool
    cloud: str | None
    order_id: UUID | None
    exposed: bool
    owner: str
    state: str
    act_id: UUID | None
    reason: dict[str, str]
    stands: dict[str, str]
    certificate_until: datetime | None
    running_since: datetime | None
    created_at: datetime
    version: int


class AppActRow(Row, frozen=True):
    """What was done to an application, with how it ended."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"app_id", "kind", "state", "department_id"})

    id: UUID
    app_id: UUID
    app: str
    department_id: UUID
    kind: str
    state: str
    from_release: str | None
    to_release: str | None
    arguments: dict[str, Any]
    backup_id: UUID | None
    asked_by: UUID | None
    reason: dict[str, str]
    stands: dict[str, str]
    created_at: datetime
    ended_at: datetime | None
    version: int


class AppBackupRow(Row, frozen=True):
    """A backup of an application, with the application's code."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"app_id", "state", "cause", "department_id"})

    id: UUID
    app_id: UUID
    app: str
    department_id: UUID
    act_id: UUID | None
    snapshot: str
    release: str
    cause: str
    size_bytes: int | None
    state: str
    taken_at: datetime
    verified_at: datetime | None
    keep_until: date | None
    reason: dict[str, str]
    created_at: datetime
    version: int
