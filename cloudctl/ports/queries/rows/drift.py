"""A finding of drift, as a list shows it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class DriftRow(Row, frozen=True):
    """A finding: `words` and `next_step` are by locale; it is about an object of the inventory, a resource, or both.

    `as_of` is when its cloud was last read well, `stale` says that it no longer is.
    """

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"cloud", "kind", "state", "subject_kind", "name", "department_id", "resource_id", "object_id", "act", "stale"}
    )

    id: UUID
    cloud: str
    kind: str
    state: str
    subject_kind: str
    name: str
    department_id: UUID | None
    department: str | None
    resource_id: UUID | None
    object_id: UUID | None
    words: dict[str, str]
    next_step: dict[str, str]
    act: str | None
    reason: str | None
    last_error: str | None
    found_at: datetime
    as_of: datetime | None
    stale: bool
    vanished_at: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    version: int
