"""What the four kinds of resource share in lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from cloudctl.ports.queries.rows.base import Row


class ResourceRow(Row, frozen=True):
    """What the four kinds of resource share in lists."""

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {"state", "department_id", "system_id", "order_id", "adoption_id", "cloud", "zone", "name"}
    )

    id: UUID
    name: str
    department_id: UUID
    system_id: UUID | None
    order_id: UUID | None
    adoption_id: UUID | None
    cloud: str
    zone: str
    state: str
    expires_on: date | None
    purge_after: datetime | None
    protected: bool
    contact: str
    created_at: datetime
    version: int


class ServerRow(ResourceRow, frozen=True):
    """A server."""

    specification: str | None
    vcpu: int
    memory_mib: int
    image: str | None
    network_id: UUID | None
    fixed_addresses: list[str]
    power: str


class VolumeRow(ResourceRow, frozen=True):
    """A volume."""

    size_gib: int
    volume_type: str | None
    server_id: UUID | None


class NetworkRow(ResourceRow, frozen=True):
    """A segment."""

    cidr_v4: str
    cidr_v6: str | None
    vlan: int | None


class AddressRow(ResourceRow, frozen=True):
    """A floating address."""

    server_id: UUID
    address: str | None
