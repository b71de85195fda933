"""Transfers between departments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import Code, In, Out


class TransferIn(In):
    """Resources of one department for a system of another; the receiver is named by its codes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "resources": ["019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02"],
                    "to_department": "czj",
                    "to_system": "czxt",
                    "reason": "机构改革，职能划转",
                }
            ]
        }
    )

    resources: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    to_department: Code
    to_system: Code
    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class TransferOut(Out, frozen=True, kw_only=True):
    """A transfer; what belongs to a named server is among its `resources`."""

    id: UUID
    number: str
    from_department_id: UUID
    to_department_id: UUID
    to_system_id: UUID
    resources: list[UUID]
    reason: str
    asked_by: UUID
    state: str
    given_by: UUID | None
    given_at: datetime | None
    taken_by: UUID | None
    taken_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    created_at: datetime
    version: int
