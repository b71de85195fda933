"""Hosts, secrets, access grants and certificates, as lists show them; never a value, never a key."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class HostRow(Row, frozen=True):
    """A server as a host; `life` says whether a playbook may play on it. `quarantined_because` is an order's reason."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"name", "department_id", "system_id", "cloud", "zone", "life", "mlps_level", "shared", "os_family", "ring"}
    )

    id: UUID
    name: str
    department_id: UUID
    department: str
    system_id: UUID | None
    system: str | None
    mlps_level: int | None
    cloud: str
    zone: str
    life: str
    fixed_addresses: list[str]
    address: str | None
    ssh_port: int | None
    account: str | None
    os_family: str | None
    os_name: str | None
    roles: list[str] | None
    shared: bool | None
    ring: str | None
    host_key: str | None
    enrolled_at: datetime | None
    seen_at: datetime | None
    quarantined_at: datetime | None
    quarantined_because: str | None
    created_at: datetime
    version: int | None


class SecretRow(Row, frozen=True):
    """That there is a secret, whose, when it was set and when a run last got it; `key_id` is of the master key."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"owner_kind", "owner_id", "department_id", "name", "key_id"})

    id: UUID
    owner_kind: str
    owner_id: UUID
    department_id: UUID
    name: str
    generation: int
    key_id: str
    set_by: UUID | None
    set_at: datetime
    handed_at: datetime | None
    created_at: datetime
    version: int


class AccessGrantRow(Row, frozen=True):
    """An access grant."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"system_id", "department_id", "holder_id", "state", "level", "organisation", "ends_on"}
    )

    id: UUID
    system_id: UUID
    system: str
    department_id: UUID
    department: str
    holder_id: UUID | None
    holder: str
    organisation: str | None
    contract_number: str | None
    contract_ends_on: date | None
    level: str
    servers: list[UUID]
    networks: list[str]
    ends_on: date
    reason: str
    state: str
    asked_by: UUID
    decided_by: UUID | None
    decided_at: datetime | None
    ended_at: datetime | None
    ended_because: str | None
    signed_at: datetime | None
    signed: int
    created_at: datetime
    version: int


class CertificateRow(Row, frozen=True):
    """A certificate that was signed; `subject_id` is the run, the grant or the application."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"kind", "purpose", "subject_id", "authority_id"})

    id: UUID
    authority_id: UUID
    kind: str
    purpose: str
    subject_id: UUID
    serial: int
    names: list[str]
    source_addresses: list[str]
    fingerprint: str
    starts_at: datetime
    ends_at: datetime
    issued_by: UUID | None
    created_at: datetime


class AuthorityRow(Row, frozen=True):
    """A certificate authority with its public part; it signs from `signs_from` until another one does."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"kind"})

    id: UUID
    kind: str
    number: int
    public: str
    key_id: str
    signs_from: datetime
    trusted_until: datetime | None
    ends_at: datetime | None
    created_at: datetime
    version: int
