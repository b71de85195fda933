"""An observation of a system, a room or a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class EvidenceRow(Row, frozen=True):
    """An observation: `subject` is the code or number of what it is about, `by` the name of who recorded it."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"subject_kind", "subject_id", "department_id", "kind", "holds", "source", "digest"}
    )

    id: UUID
    subject_kind: str
    subject_id: UUID
    subject: str | None
    department_id: UUID
    kind: str
    about: str
    value: dict[str, Any]
    holds: bool
    observed_at: datetime
    expires_at: datetime
    source: str
    by: str | None
    name: str | None
    digest: str | None
    created_at: datetime
