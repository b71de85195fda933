"""Hosts, and what is said of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import UNSET, Changes, In, Line, Out
from cloudctl.domain.hosts import Variables

Port = Annotated[int, Field(ge=1, le=65535)]
Roles = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=64)]
Account = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]
Address = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.:_-]{0,252}$")]
Ring = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class EnrolmentIn(In):
    """How a host is known: its public key, or the fingerprint that it has to show; `again` after it was built anew."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"fingerprint": "SHA256:0b3DSUdm1SIj1pJCR0UoKYkYvMNCj1JHDpLwRvlm0VE"}]}
    )

    host_key: Annotated[str, Field(max_length=4000)] | None = None
    fingerprint: Annotated[str, Field(pattern=r"^SHA256:[A-Za-z0-9+/]{43}$")] | None = None
    again: bool = False
    address: Address | None = None
    ssh_port: Port | None = None
    account: Account | None = None
    os_family: Line | None = None
    os_name: Line | None = None
    roles: Roles | None = None
    shared: bool | None = None
    ring: Ring | None = None

    def given(self) -> dict[str, Any]:
        """What was said."""
        return {name: value for name, value in self.fields().items() if value is not None}


class HostChanges(Changes):
    """What changes of a host."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"roles": ["web"], "shared": True}]})

    address: Address | None = UNSET
    ssh_port: Port = UNSET
    account: Account = UNSET
    os_family: Line | None = UNSET
    os_name: Line | None = UNSET
    roles: Roles = UNSET
    shared: bool = UNSET
    ring: Ring | None = UNSET


class QuarantineIn(In):
    """Why it is taken out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "疑似被入侵，隔离排查"}]})

    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class HostOut(Out, frozen=True, kw_only=True):
    """What is known of a server as a host; `facts` are what a run last read from it."""

    id: UUID
    address: str | None
    ssh_port: int
    account: str
    os_family: str | None
    os_name: str | None
    roles: list[str]
    shared: bool
    ring: str | None
    host_key: str | None
    enrolled_at: datetime | None
    seen_at: datetime | None
    quarantined_at: datetime | None
    quarantined_because: str | None
    facts: dict[str, Any]
    created_at: datetime
    version: int


class HostScriptOut(Out, frozen=True, kw_only=True):
    """A script to be run as root on the server; there is no secret in it."""

    script: str


class HostInventoryOut(Out, frozen=True, kw_only=True):
    """Every host for Ansible: variables by name, the places of a group's hosts among these, and what all share."""

    hosts: dict[str, Variables]
    groups: dict[str, list[int]]
    variables: dict[str, Any]
