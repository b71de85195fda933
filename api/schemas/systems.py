"""Systems."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import UNSET, Changes, Code, In, MlpsLevel, Name, Out


class SystemIn(In):
    """A system to register. A department registers its own; the office names the department.

    `no_state_secrets` declares that no state secrets (涉密) are handled; without it nothing is kept. `xinchuang` says
    that the system has to run on domestic processors and systems (信创).
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"code": "spt", "name": "投资项目在线审批监管平台", "mlps_level": 2, "no_state_secrets": True}]
        }
    )

    code: Code
    name: Name
    mlps_level: MlpsLevel
    classification: Code | None = None
    xinchuang: bool = False
    no_state_secrets: bool | None = None
    department_id: UUID | None = None


class SystemChanges(Changes):
    """What of a system can change; `no_state_secrets` declares anew."""

    name: Name = UNSET
    mlps_level: MlpsLevel = UNSET
    classification: Code | None = UNSET
    xinchuang: bool = UNSET
    no_state_secrets: bool = UNSET


class SystemOut(Out, frozen=True, kw_only=True):
    """A system, and who declared when that it handles no state secrets."""

    id: UUID
    department_id: UUID
    code: str
    name: str
    mlps_level: int
    classification: str | None
    xinchuang: bool
    no_state_secrets: bool
    declared_by: str | None
    declared_at: datetime | None
    created_at: datetime
    version: int
