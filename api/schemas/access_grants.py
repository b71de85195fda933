"""Access grants, and the certificates that are signed under them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Line, Out
from cloudctl.domain.access_grants import AccessLevel
from cloudctl.services.access_grants import Door

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
PublicKey = Annotated[str, Field(max_length=4000)]
_SYSTEM = "01923b1e-0000-7000-8000-000000000001"


class AccessGrantIn(In):
    """Who is to enter which servers of a system, from where, until when, and why.

    Without `login` and `organisation` the caller asks for himself. A contractor's person has a contract; without an
    account he also has a name and a public key, and no other key is signed.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "system_id": _SYSTEM,
                    "networks": ["10.8.0.0/24"],
                    "ends_on": "2027-03-31",
                    "reason": "排查登录故障",
                    "level": "user",
                }
            ]
        }
    )

    system_id: UUID
    networks: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=32)]
    ends_on: date
    reason: Reason
    login: Annotated[str, Field(max_length=64)] | None = None
    holder: Line | None = None
    organisation: Line | None = None
    contract_number: Line | None = None
    contract_ends_on: date | None = None
    public_key: PublicKey | None = None
    level: AccessLevel = AccessLevel.USER
    servers: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)


class GrantDecisionIn(In):
    """What somebody else decides, and what who asked is told."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "approve", "answer": "同意"}]})

    decision: Literal["approve", "refuse"]
    answer: Annotated[str, Field(max_length=4000)] | None = None


class GrantEndIn(In):
    """Why it is taken back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "人员离场"}]})

    reason: Reason


class SigningIn(In):
    """The holder's public key, and for how many hours."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"public_key": "ssh-ed25519 AAAA… li@fgw", "hours": 4}]})

    public_key: PublicKey | None = None
    hours: Annotated[int, Field(ge=1, le=24)] | None = None


class AccessGrantOut(Out, frozen=True, kw_only=True):
    """An access grant; `ended_because` says why it is over, `signed` how often a certificate was signed under it."""

    id: UUID
    system_id: UUID
    department_id: UUID
    holder_id: UUID | None
    holder: str
    organisation: str | None
    contract_number: str | None
    contract_ends_on: date | None
    public_key: str | None
    level: AccessLevel
    servers: list[UUID]
    networks: list[str]
    ends_on: date
    reason: str
    state: str
    asked_by: UUID
    decided_by: UUID | None
    decided_at: datetime | None
    answer: str | None
    ended_at: datetime | None
    ended_because: str | None
    signed_at: datetime | None
    signed: int
    created_at: datetime
    version: int


class SignedOut(Out, frozen=True, kw_only=True):
    """A certificate until `ends_at`, and the hosts that it opens; `left_out` open for nobody just now."""

    certificate: str
    serial: int
    ends_at: str
    networks: list[str]
    hosts: list[Door]
    left_out: list[str]
