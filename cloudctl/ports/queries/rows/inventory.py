"""An object of a cloud, as the inventory has it, and what changed of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from cloudctl.ports.queries.rows.base import Row


class InventoryRow(Row, frozen=True):
    """An object of a cloud. `as_of` is when it was last known to be so; `stale` says that its cloud tells nothing new.

    `resource_id` and `department_id` are ours, where it is on record; `tenant`, `networks`, `server` and `volume` are
    the cloud's ids. The filter `name` may end in `*`.
    """

    FILTERS: ClassVar[frozenset[str]] = frozenset(
        {
            "id", "cloud", "kind", "native_id", "name", "status", "state", "stale", "on_record", "resource_id",
            "department_id", "key", "tenant", "tenant_name", "zone",
        }
    )  # fmt: skip

    id: UUID
    cloud: str
    kind: str
    native_id: str
    name: str
    status: str
    state: str
    stale: bool
    as_of: datetime
    on_record: bool
    resource_id: UUID | None
    department_id: UUID | None
    key: UUID | None
    tenant: str | None
    tenant_name: str | None
    zone: str | None
    misses: int
    first_seen_at: datetime
    changed_at: datetime
    vcpu: int | None
    memory_mib: int | None
    disk_gib: int | None
    host: str | None
    image: str | None
    addresses: tuple[str, ...]
    networks: tuple[str, ...]
    server: str | None
    volume: str | None
    tags: tuple[str, ...]
    created_at: datetime | None


class InventoryChangeRow(Row, frozen=True):
    """One change of an object: `fields` has (before, after) by name, `who` the actor as the cloud names it."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"object_id", "source", "who"})

    id: UUID
    object_id: UUID
    cloud: str
    at: datetime
    fields: msgspec.Raw
    who: str | None
    source: str
