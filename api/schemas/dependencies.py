"""What systems need of each other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from api.schemas.fields import In, Line, Out
from cloudctl.domain.dependencies import DependencyKind


class DependencyIn(In):
    """That `system_id` needs `on_id`: its data, an interface, its login, its database, or something else."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "system_id": "0197a3c2-0000-7000-8000-000000000001",
                    "on_id": "0197a3c2-0000-7000-8000-000000000002",
                    "kind": "login",
                    "note": "统一身份认证",
                }
            ]
        }
    )

    system_id: UUID
    on_id: UUID
    kind: DependencyKind = DependencyKind.OTHER
    note: Line | None = None


class DependencyOut(Out, frozen=True, kw_only=True):
    """That a system needs another one."""

    id: UUID
    system_id: UUID
    on_id: UUID
    kind: DependencyKind
    note: str | None
    created_at: datetime
    version: int
