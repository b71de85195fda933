"""Systems."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import UNSET, Changes, Code, In, MlpsLevel, Name, Out


class SystemIn(In):
    """A system to register. A department registers its own; the office names the department."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "spt", "name": "投资项目在线审批监管平台", "mlps_level": 2}]}
    )

    code: Code
    name: Name
    mlps_level: MlpsLevel
    classification: Code | None = None
    department_id: UUID | None = None


class SystemChanges(Changes):
    """What of a system can change."""

    name: Name = UNSET
    mlps_level: MlpsLevel = UNSET
    classification: Code | None = UNSET


class SystemOut(Out, frozen=True, kw_only=True):
    """A system."""

    id: UUID
    department_id: UUID
    code: str
    name: str
    mlps_level: int
    classification: str | None
    created_at: datetime
    version: int
