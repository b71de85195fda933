"""Clouds: where resources are built, and what room they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.quotas import Dimension


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Who reaches the servers of a closed project by TCP: a prefix, at one port or (None) at all."""

    prefix: str
    port: int | None = None


class CloudKind(StrEnum):
    """Which provider speaks to it."""

    SIMULATED = "simulated"
    OPENSTACK = "openstack"
    VSPHERE = "vsphere"


class Capability(StrEnum):
    """What a provider may or may not offer; an undeclared one raises Unsupported."""

    RESIZE = "resize"
    SNAPSHOT = "snapshot"
    CONSOLE = "console"
    FLOATING_ADDRESS = "floating-address"
    BACKEND_QUOTA = "backend-quota"
    ISOLATE = "isolate"
    DIAGNOSTICS = "diagnostics"
    METRICS = "metrics"
    CHANGES = "changes"
    ANTI_AFFINITY = "anti-affinity"
    EXPORT = "export"


_SHARED = frozenset(
    {
        Capability.RESIZE,
        Capability.SNAPSHOT,
        Capability.BACKEND_QUOTA,
        Capability.ISOLATE,
        Capability.CHANGES,
        Capability.ANTI_AFFINITY,
        Capability.EXPORT,
    }
)
DECLARED: Mapping[CloudKind, frozenset[Capability]] = {
    CloudKind.SIMULATED: _SHARED | {Capability.CONSOLE, Capability.FLOATING_ADDRESS, Capability.METRICS},
    CloudKind.OPENSTACK: _SHARED | {Capability.CONSOLE, Capability.FLOATING_ADDRESS, Capability.DIAGNOSTICS},
    CloudKind.VSPHERE: _SHARED | {Capability.METRICS},
}
"""What the provider of each kind offers: known here, so that an order is judged without asking a cloud."""


@dataclass(kw_only=True, eq=False)
class Cloud:
    """A cloud on record. Credentials are never here: they come from clouds.yaml or the environment by `code`.

    `capacity` is physical; `overcommit` multiplies vCPU and memory; `max_mlps_level` is the platform's own 等保 level,
    which a tenant's system must not exceed (GB/T 22239). `architectures` are those of its processors; empty where
    nobody has stated them, and then it takes any. `reserves` is, by zone, what ordinary orders have to leave free.
    `headroom_percent` of its room is handed out to nobody: what runs needs it when a host fails.
    """

    id: UUID = field(default_factory=new_id)
    code: str
    name: str
    kind: CloudKind
    zones: frozenset[str]
    capacity: dict[Dimension, int]
    overcommit: dict[Dimension, float] = field(default_factory=dict)
    max_mlps_level: int = 3
    external_network: str | None = None
    architectures: frozenset[str] = frozenset()
    reserves: dict[str, dict[Dimension, int]] = field(default_factory=dict)
    headroom_percent: int = 0
    retired: bool = False
    version: int = 1

    def runs(self, architectures: frozenset[str]) -> bool:
        """Whether its processors are of all these architectures."""
        return not self.architectures or architectures <= self.architectures

    def offers(self, capability: Capability) -> bool:
        """Whether it can do this for an order; floating addresses also need a network that they are from."""
        if capability is Capability.FLOATING_ADDRESS and self.external_network is None:
            return False
        return capability in DECLARED[self.kind]

    def room(self, dimension: Dimension) -> int | None:
        """What may be handed out in all, with over-commit; None where the cloud sets no bound."""
        physical = self.capacity.get(dimension)
        return None if physical is None else int(physical * self.overcommit.get(dimension, 1.0))

    def open_room(self, dimension: Dimension, zone: str, *, emergency: bool) -> int | None:
        """The room that orders of `zone` may fill: all but the head-room and what is kept free for emergencies.

        An emergency may also take what its own zone keeps free, but not another zone's. None without a bound.
        """
        total = self.room(dimension)
        kept = sum(
            amounts.get(dimension, 0) for code, amounts in self.reserves.items() if not (emergency and code == zone)
        )
        return None if total is None else total - self._headroom(total) - kept

    def _headroom(self, total: int) -> int:
        return -(-total * self.headroom_percent // 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """What one dimension of a cloud has: `total` with over-commit, `used` by holds and commits."""

    total: int | None
    used: int

    @property
    def left(self) -> int | None:
        """What remains; None without a bound."""
        return None if self.total is None else self.total - self.used
