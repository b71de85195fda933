"""Deputies (AB岗)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from api.schemas.fields import Code, In, Out


class DeputyIn(In):
    """Who acts for whom, from `starts_at` until just before `ends_at`. By login; without `principal`: for oneself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "deputy": "zhang.wei",
                    "starts_at": "2027-02-01T00:00:00+08:00",
                    "ends_at": "2027-02-15T00:00:00+08:00",
                    "reason": "公休",
                }
            ]
        }
    )

    principal: Code | None = None
    deputy: Code
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class DeputyOut(Out, frozen=True, kw_only=True):
    """An appointment."""

    id: UUID
    principal_id: UUID
    deputy_id: UUID
    department_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    appointed_by: UUID | None
    created_at: datetime
    revoked_at: datetime | None
    version: int
