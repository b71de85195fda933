"""Network segments (网段)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Resource, ResourceKind


@dataclass(kw_only=True, eq=False)
class Network(Resource):
    """A segment on record; its prefixes are cut from the zone's supernets, its VLAN from the zone's range."""

    KIND: ClassVar[ResourceKind] = ResourceKind.NETWORK

    cidr_v4: str
    cidr_v6: str | None = None
    vlan: int | None = None

    @property
    def footprint(self) -> Demand:
        """One segment."""
        return Demand({Dimension.SEGMENTS: 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRequest:
    """What a cloud is asked to make: a network, its subnets and, with `external_network`, a router to it.

    `vlan` is what the platform reserved on a cloud whose segments are VLANs. One that is `isolated` leads nowhere, has
    no VLAN, and nothing of the city's is ever on it.
    """

    key: UUID
    tenant: str
    name: str
    cidr_v4: str
    cidr_v6: str | None
    zone: str
    external_network: str | None
    vlan: int | None = None
    isolated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFact:
    """What a cloud reports; `ready` once network, subnets and router all stand, `fault` the cloud's words if not."""

    key: UUID | None
    backend_id: str
    name: str
    ready: bool
    cidrs: tuple[str, ...] = ()
    fault: str | None = None
