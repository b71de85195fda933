"""Servers (云主机)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Resource, ResourceKind


@dataclass(kw_only=True, eq=False)
class Server(Resource):
    """A server on record. `user_data` is sealed and write-only; `fixed_addresses` come from the cloud.

    An adopted one has no specification before its first resize, no image that the catalogue knows, and no network
    where that is shared with others.
    """

    KIND: ClassVar[ResourceKind] = ResourceKind.SERVER

    specification: str | None
    vcpu: int
    memory_mib: int
    root_disk_gib: int
    image: str | None
    network_id: UUID | None
    ssh_keys: list[str] = field(default_factory=list)
    user_data: bytes | None = None
    fixed_addresses: list[str] = field(default_factory=list)
    power: str = "unknown"

    @property
    def footprint(self) -> Demand:
        """vCPU, memory, the root disk and the server itself."""
        return Demand(
            {
                Dimension.SERVERS: 1,
                Dimension.VCPU: self.vcpu,
                Dimension.MEMORY_MIB: self.memory_mib,
                Dimension.VOLUME_GIB: self.root_disk_gib,
            }
        )


class ServerStatus(StrEnum):
    """A cloud's word for a server, reduced to what decisions need."""

    BUILDING = "building"
    ACTIVE = "active"
    STOPPED = "stopped"
    RESIZED = "resized"  # waits for the resize to be confirmed
    CHANGING = "changing"
    ERROR = "error"
    DELETING = "deleting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Servers with the same `key` here go to different hosts; without `required`, only as far as there are enough."""

    key: UUID
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRequest:
    """What a cloud is asked to build. `network` and `volumes` are backend ids; sizes in the names.

    `apart` needs Capability.ANTI_AFFINITY. With `export`, the backend id of one, it is built of that and not of
    `image`; needs Capability.EXPORT. `first_boot` is the platform's own script, which goes before the `user_data`.
    """

    key: UUID
    tenant: str
    name: str
    vcpu: int
    memory_mib: int
    root_disk_gib: int
    image: str
    network: str
    ssh_keys: tuple[str, ...] = ()
    user_data: bytes | None = None
    labels: dict[str, str] = field(default_factory=dict)
    apart: Apart | None = None
    export: str | None = None
    first_boot: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFact:
    """What a cloud reports. `key` is None for a server that the platform did not make."""

    key: UUID | None
    backend_id: str
    name: str
    status: ServerStatus
    vcpu: int | None = None
    memory_mib: int | None = None
    addresses: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    fault: str | None = None
