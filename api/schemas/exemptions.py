"""Exemptions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Out


class ExemptionIn(In):
    """A rule to lift, for a department or one of its systems, up to and including `ends_on`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rule": "term-limit",
                    "department_id": "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02",
                    "reason": "等保整改期间保留",
                    "ends_on": "2027-06-30",
                }
            ]
        }
    )

    rule: Code
    department_id: UUID
    system_id: UUID | None = None
    reason: Annotated[str, Field(min_length=1, max_length=4000)]
    ends_on: date


class ExemptionOut(Out, frozen=True, kw_only=True):
    """An exemption."""

    id: UUID
    rule: str
    department_id: UUID
    system_id: UUID | None
    reason: str
    approved_by: UUID
    ends_on: date
    created_at: datetime
    revoked_at: datetime | None
    version: int
