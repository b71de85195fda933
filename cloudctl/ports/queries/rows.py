"""The rows of the lists: one struct a noun, its fields in the order of the columns.

`FILTERS` of a row names the columns that a list can be filtered by (equality), in the API, the CLI and the database.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class Row(msgspec.Struct, frozen=True):
    """Base: what a list answers, one per line."""

    FILTERS: ClassVar[frozenset[str]] = frozenset()


class DepartmentRow(Row, frozen=True):
    """A department."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "level", "parent_id"})

    id: UUID
    code: str
    name: str
    level: str
    parent_id: UUID | None
    created_at: datetime
    version: int


class AccountRow(Row, frozen=True):
    """An account."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"login", "department_id", "active"})

    id: UUID
    login: str
    name: str
    email: str
    department_id: UUID | None
    roles: list[str]
    locale: str
    active: bool
    created_at: datetime
    version: int


class TokenRow(Row, frozen=True):
    """A token, without its secret."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"account_id"})

    id: UUID
    account_id: UUID
    name: str
    scopes: list[str]
    expires_at: datetime
    revoked_at: datetime | None
    created_at: datetime


class SystemRow(Row, frozen=True):
    """A system."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "department_id", "mlps_level"})

    id: UUID
    department_id: UUID
    code: str
    name: str
    mlps_level: int
    classification: str | None
    created_at: datetime
    version: int


class CloudRow(Row, frozen=True):
    """A cloud on record."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"code", "kind"})

    id: UUID
    code: str
    name: str
    kind: str
    zones: list[str]
    capacity: dict[str, int]
    overcommit: dict[str, float]
    max_mlps_level: int
    external_network: str | None
    retired: bool
    version: int


class OrderRow(Row, frozen=True):
    """An order in a list; its items and findings come with the single order."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"state", "department_id", "system_id", "zone", "cloud", "number"})

    id: UUID
    number: str
    department_id: UUID
    department: str
    system_id: UUID
    system: str
    title: str
    zone: str
    cloud: str | None
    state: str
    effect: str | None
    created_at: datetime
    submitted_at: datetime | None
    delivered_at: datetime | None
    correction_due: datetime | None
    version: int


class ResourceRow(Row, frozen=True):
    """What the four kinds of resource share in lists."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"state", "department_id", "system_id", "order_id", "cloud", "zone", "name"}
    )

    id: UUID
    name: str
    department_id: UUID
    system_id: UUID | None
    order_id: UUID | None
    cloud: str
    zone: str
    state: str
    expires_on: date | None
    purge_after: datetime | None
    created_at: datetime
    version: int


class ServerRow(ResourceRow, frozen=True):
    """A server."""

    specification: str
    vcpu: int
    memory_mib: int
    image: str
    network_id: UUID
    fixed_addresses: list[str]
    power: str


class VolumeRow(ResourceRow, frozen=True):
    """A volume."""

    size_gib: int
    volume_type: str
    server_id: UUID | None


class NetworkRow(ResourceRow, frozen=True):
    """A segment."""

    cidr_v4: str
    cidr_v6: str | None


class AddressRow(ResourceRow, frozen=True):
    """A floating address."""

    server_id: UUID
    address: str | None


class PrefixRow(Row, frozen=True):
    """A prefix cut from a zone's supernet."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"zone", "state"})

    id: UUID
    zone: str
    supernet: str
    cidr: str
    network_id: UUID
    order_id: UUID | None
    state: str
    cooling_until: datetime | None
    created_at: datetime


class QuotaRow(Row, frozen=True):
    """One account of the ledger."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"department_id", "cloud", "zone", "dimension"})

    id: UUID
    department_id: UUID
    cloud: str
    zone: str
    dimension: str
    limit: int
    held: int
    committed: int
    version: int


class ExemptionRow(Row, frozen=True):
    """An exemption."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"rule", "department_id", "system_id"})

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


class AuditRow(Row, frozen=True):
    """An audit event; `record` is its canonical JSON, as bytes that are passed on untouched."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"actor", "action", "target_kind", "target_id", "department_id"})

    id: UUID
    at: datetime
    actor: str
    action: str
    target_kind: str
    target_id: str
    department_id: UUID | None
    outcome: str
    sealed_at: datetime | None
    record: msgspec.Raw


class NoticeRow(Row, frozen=True):
    """A notice of the outbox."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"state", "recipient", "order_id"})

    id: UUID
    recipient: str
    template: str
    order_id: UUID | None
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    last_error: str | None
    created_at: datetime


class ProgressRow(Row, frozen=True):
    """One line of an order's progress; `message` is a catalogue id that `params` fill."""

    seq: int
    order_id: UUID
    department_id: UUID
    at: datetime
    state: str
    actor: str
    message: str
    params: dict[str, str]
    reason: str | None
