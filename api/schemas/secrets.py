"""Secrets: what is handed in, and what is said of them; a value is never answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, SecretStr

from api.schemas.fields import In, Out
from cloudctl.domain.secrets import SecretKind

SecretName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class SecretIn(In):
    """A secret of a host, a system or an application. What is handed in goes under the seal and nowhere else."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "owner_kind": "system",
                    "owner_id": "01923b1e-0000-7000-8000-000000000001",
                    "name": "smtp_password",
                    "value": "…",
                }
            ]
        },
        str_strip_whitespace=False,
    )

    owner_kind: SecretKind
    owner_id: UUID
    name: SecretName
    value: SecretStr


class SecretOut(Out, frozen=True, kw_only=True):
    """That there is one; `generation` counts its values, `handed_at` is when a run last got it."""

    id: UUID
    owner_kind: SecretKind
    owner_id: UUID
    department_id: UUID
    name: str
    generation: int
    key_id: str
    set_at: datetime
    handed_at: datetime | None
    created_at: datetime
    version: int


class ResealedOut(Out, frozen=True, kw_only=True):
    """How many were sealed anew under the current master key."""

    count: int
