"""Findings of drift."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Out
from cloudctl.domain.drift import DriftAct, DriftKind


class ResolutionIn(In):
    """How a finding is resolved, and why.

    `department` is whose it is to be that is released and on no record; `system` and `term_months` are of an adoption.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"by": "restore", "reason": "非授权变更，恢复原状"}]})

    by: DriftAct
    reason: Annotated[str, Field(min_length=1, max_length=4000)]
    department: Code | None = None
    system: Code | None = None
    term_months: Annotated[int, Field(ge=1, le=120)] = 12


class FindingOut(Out, frozen=True, kw_only=True):
    """A finding: what it consists of, what else is known, what may be done about it (`acts`), and what was decided.

    `fields` among the `facts` has what the record says and what the cloud has, by name.
    """

    id: UUID
    cloud: str
    kind: DriftKind
    state: str
    subject_id: UUID
    subject_kind: str
    name: str
    object_id: UUID | None
    resource_id: UUID | None
    department_id: UUID | None
    words: dict[str, str]
    next_step: dict[str, str]
    acts: tuple[DriftAct, ...]
    facts: dict[str, Any]
    evidence: dict[str, Any]
    sync_id: UUID
    found_at: datetime
    vanished_at: datetime | None
    act: DriftAct | None
    asked_by: UUID | None
    reason: str | None
    resolved_at: datetime | None
    last_error: str | None
    created_at: datetime
    version: int
