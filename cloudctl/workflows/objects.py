"""The four kinds of object that a saga builds and removes, told alike: how to find, make, judge and delete one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import UUID

from cloudctl.domain.addresses import Address, AddressFact, AddressRequest
from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Failed, Rejected
from cloudctl.domain.inventory import ObjectKind
from cloudctl.domain.networks import Network, NetworkFact, NetworkRequest
from cloudctl.domain.pairs import apart_of
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server, ServerFact, ServerRequest, ServerStatus
from cloudctl.domain.volumes import Volume, VolumeFact, VolumeRequest, VolumeStatus
from cloudctl.messages import mark
from cloudctl.ports.clouds import Provider
from cloudctl.ports.context import Context
from cloudctl.services import deliveries, hosts
from cloudctl.services.deliveries import Delivery, platform_request

Fact = Any  # one of the four; each handler knows its own


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a step works: the context, the connected cloud, the department's project there."""

    ctx: Context
    provider: Provider
    tenant: str


@dataclass(frozen=True, kw_only=True)
class BuildingSite(Site):
    """A site with what is to be built on it."""

    delivery: Delivery

    def backend_id(self, key: UUID | None) -> str:
        """The backend id of something that an earlier step built; raises Failed when there is none."""
        known = {resource.id: resource.backend_id for resource in self.delivery.resources}
        found = None if key is None else known.get(key) or self.delivery.resource_ids.get(key)
        if found is None:
            raise Failed("Resource {key} has no object in the cloud.", key=str(key))
        return found


class Handler(Protocol):
    """What differs between the kinds. One made `IN_PARTS` may be found half-made: `create` then makes the rest."""

    KIND: ClassVar[type[Resource]]
    BUILT: ClassVar[str]
    IN_PARTS: ClassVar[bool]

    def find(self, site: Site, keys: Collection[UUID] | None) -> Mapping[UUID, Fact]: ...
    def create(self, site: BuildingSite, resource: Any) -> Fact: ...
    def ready(self, fact: Any) -> bool: ...
    def fault(self, fact: Any, /) -> str | None: ...
    def delete(self, site: Site, backend_id: str) -> None: ...


class NetworkHandler:
    """Segments."""

    KIND: ClassVar[type[Resource]] = Network
    BUILT: ClassVar[str] = mark("Network segments are being built: {count}.")
    IN_PARTS: ClassVar[bool] = True

    def find(self, site: Site, keys: Collection[UUID] | None) -> Mapping[UUID, NetworkFact]:
        return site.provider.networks.find(site.tenant, keys)

    def create(self, site: BuildingSite, resource: Network) -> NetworkFact:
        """With another VLAN, and yet another, where somebody else's network in the cloud carries it."""
        tried: set[int] = set()
        while True:
            try:
                return self._create(site, resource)
            except Rejected as error:
                if error.taken_by is None or resource.vlan is None:
                    raise
                tried.add(resource.vlan)
                seen = site.provider.inventory.look(ObjectKind.NETWORK, [error.taken_by])
                resource.vlan = deliveries.another_vlan(site.ctx, site.delivery.order.id, resource, seen, tried)

    def _create(self, site: BuildingSite, resource: Network) -> NetworkFact:
        return site.provider.networks.create(
            NetworkRequest(
                key=resource.id,
                tenant=site.tenant,
                name=resource.name,
                cidr_v4=resource.cidr_v4,
                cidr_v6=resource.cidr_v6,
                zone=resource.zone,
                external_network=site.delivery.cloud.external_network,
                vlan=resource.vlan,
            )
        )

    def ready(self, fact: NetworkFact) -> bool:
        return fact.ready

    def fault(self, fact: NetworkFact) -> str | None:
        return None if fact.fault is None else f"network {fact.name} went into error: {fact.fault}"

    def delete(self, site: Site, backend_id: str) -> None:
        site.provider.networks.delete(site.tenant, backend_id)


class VolumeHandler:
    """Data volumes."""

    KIND: ClassVar[type[Resource]] = Volume
    BUILT: ClassVar[str] = mark("Volumes are being built: {count}.")
    IN_PARTS: ClassVar[bool] = False

    def find(self, site: Site, keys: Collection[UUID] | None) -> Mapping[UUID, VolumeFact]:
        return site.provider.volumes.find(site.tenant, keys)

    def create(self, site: BuildingSite, resource: Volume) -> VolumeFact:
        return site.provider.volumes.create(
            VolumeRequest(
                key=resource.id,
                tenant=site.tenant,
                name=resource.name,
                size_gib=resource.size_gib,
                volume_type=site.delivery.volume_types.get(resource.volume_type or ""),
            )
        )

    def ready(self, fact: VolumeFact) -> bool:
        return fact.status in {VolumeStatus.AVAILABLE, VolumeStatus.IN_USE}

    def fault(self, fact: VolumeFact) -> str | None:
        if fact.status is not VolumeStatus.ERROR:
            return None
        return f"volume {fact.name} went into error" + (f": {fact.fault}" if fact.fault else "")

    def delete(self, site: Site, backend_id: str) -> None:
        site.provider.volumes.delete(site.tenant, backend_id)


class ServerHandler:
    """Servers."""

    KIND: ClassVar[type[Resource]] = Server
    BUILT: ClassVar[str] = mark("Servers are being built: {count}.")
    IN_PARTS: ClassVar[bool] = False

    def find(self, site: Site, keys: Collection[UUID] | None) -> Mapping[UUID, ServerFact]:
        return site.provider.servers.find(site.tenant, keys)

    def create(self, site: BuildingSite, resource: Server) -> ServerFact:
        sealed, image = resource.user_data, resource.image or ""
        apart = apart_of(site.delivery.order, resource, site.delivery.resources)
        if apart is not None and not apart.required and Capability.ANTI_AFFINITY not in site.provider.capabilities:
            apart = None
        return site.provider.servers.create(
            ServerRequest(
                key=resource.id,
                tenant=site.tenant,
                name=resource.name,
                vcpu=resource.vcpu,
                memory_mib=resource.memory_mib,
                root_disk_gib=resource.root_disk_gib,
                image=site.delivery.images.get(image, image),
                network=site.backend_id(resource.network_id),
                ssh_keys=tuple(resource.ssh_keys),
                user_data=None if sealed is None else site.ctx.secrets.open(sealed),
                apart=apart,
                first_boot=_first_boot(site.ctx, resource),
            )
        )

    def ready(self, fact: ServerFact) -> bool:
        return fact.status is ServerStatus.ACTIVE

    def fault(self, fact: ServerFact) -> str | None:
        if fact.status is not ServerStatus.ERROR:
            return None
        return f"server {fact.name} went into error: {fact.fault or 'the cloud gives no reason'}"

    def delete(self, site: Site, backend_id: str) -> None:
        site.provider.servers.delete(site.tenant, backend_id)


def _first_boot(ctx: Context, resource: Server) -> bytes | None:
    """What makes the new server trust the platform; None where the installation does without."""
    if not ctx.limits.first_boot:
        return None
    return hosts.first_boot(ctx, platform_request(f"first-boot:{resource.id}"), resource.id).encode()


class AddressHandler:
    """Floating addresses."""

    KIND: ClassVar[type[Resource]] = Address
    BUILT: ClassVar[str] = mark("Floating addresses are being assigned: {count}.")
    IN_PARTS: ClassVar[bool] = False

    def find(self, site: Site, keys: Collection[UUID] | None) -> Mapping[UUID, AddressFact]:
        return site.provider.addresses.find(site.tenant, keys)

    def create(self, site: BuildingSite, resource: Address) -> AddressFact:
        external = site.delivery.cloud.external_network
        if external is None:
            raise Rejected("The cloud {cloud} has no external network.", cloud=site.delivery.cloud.code)
        return site.provider.addresses.create(
            AddressRequest(
                key=resource.id,
                tenant=site.tenant,
                external_network=external,
                server=site.backend_id(resource.server_id),
            )
        )

    def ready(self, fact: AddressFact) -> bool:
        return fact.server is not None

    def fault(self, _: AddressFact, /) -> str | None:
        return None

    def delete(self, site: Site, backend_id: str) -> None:
        site.provider.addresses.delete(site.tenant, backend_id)


NETWORKS, VOLUMES, SERVERS, ADDRESSES = NetworkHandler(), VolumeHandler(), ServerHandler(), AddressHandler()
