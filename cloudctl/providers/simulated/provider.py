"""The client of the simulated cloud: the ports of `ports.clouds`, spoken through `translate`.

    provider = SimulatedProvider(SimulatedCloud(path, clock=clock, code="city-a"))
    provider.servers.find(tenant, [key])

Each method is one call of the cloud, but for networks, whose parts are made one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, TypeVar
from uuid import UUID

from cloudctl.domain.addresses import AddressFact, AddressRequest
from cloudctl.domain.clouds import DECLARED, Capability, CloudKind
from cloudctl.domain.errors import Unsupported
from cloudctl.domain.exports import ExportFact, ExportRequest, ImportRequest
from cloudctl.domain.networks import NetworkFact, NetworkRequest
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import ServerFact, ServerRequest
from cloudctl.domain.volumes import VolumeFact, VolumeRequest
from cloudctl.providers.simulated import translate
from cloudctl.providers.simulated.backend import addresses, exports, networks, ownership, servers, tenants, volumes
from cloudctl.providers.simulated.backend.calls import Call
from cloudctl.providers.simulated.backend.cloud import SimulatedCloud
from cloudctl.providers.simulated.backend.objects import Kind, Thing
from cloudctl.providers.simulated.inventory import SimulatedInventory
from cloudctl.providers.simulated.usage import SimulatedUsage

CAPABILITIES = DECLARED[CloudKind.SIMULATED]

Fact = TypeVar("Fact")


def _by_key(things: Iterable[Thing], fact: Callable[[Thing], Fact]) -> dict[UUID, Fact]:
    """Facts of keyed things; of several with one key the oldest speaks."""
    found: dict[UUID, Fact] = {}
    for thing in things:
        if thing.key is not None:
            found.setdefault(UUID(thing.key), fact(thing))
    return found


class _Port:
    """What the five ports share."""

    NOUN: ClassVar[str]

    def __init__(self, cloud: SimulatedCloud, capabilities: frozenset[Capability]) -> None:
        self._cloud = cloud
        self._capabilities = capabilities

    def _ask(
        self, verb: str, *, keys: Collection[UUID] | None = None, name: str = "", backend_id: str | None = None
    ) -> AbstractContextManager[Call]:
        return translate.asked(self._cloud, f"{self.NOUN}.{verb}", keys=keys or (), name=name, backend_id=backend_id)

    def _need(self, capability: Capability) -> None:
        if capability not in self._capabilities:
            raise Unsupported(
                "The simulated cloud {cloud} does not offer {capability}.",
                cloud=self._cloud.settings.code,
                capability=capability.value,
            )


class SimulatedTenants(_Port):
    """ports.clouds.Tenants."""

    NOUN = "tenants"

    def find(self, key: UUID) -> str | None:
        with self._ask("find", keys=[key]) as call:
            return next((thing.id for thing in call.things(Kind.TENANT, keys=[key], listed=True)), None)

    def create(self, key: UUID, name: str) -> str:
        with self._ask("create", keys=[key], name=name) as call:
            return tenants.create(call, key, name).id

    def enter(self, tenant: str) -> None:
        with self._ask("enter", backend_id=tenant) as call:
            call.get(Kind.TENANT, None, tenant)

    def set_quota(self, tenant: str, limits: Mapping[Dimension, int]) -> None:
        self._need(Capability.BACKEND_QUOTA)
        with self._ask("set_quota", backend_id=tenant) as call:
            tenants.set_quota(call, tenant, limits)

    def delete(self, tenant: str) -> None:
        with self._ask("delete", backend_id=tenant) as call:
            tenants.delete(call, tenant)


class SimulatedNetworks(_Port):
    """ports.clouds.Networks."""

    NOUN = "networks"

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, NetworkFact]:
        with self._ask("find", keys=keys) as call:
            return _by_key(call.things(Kind.NETWORK, tenant, keys, listed=True), translate.network_fact)

    def create(self, request: NetworkRequest) -> NetworkFact:
        network = self.find(request.tenant, [request.key]).get(request.key) or self._bare(request)
        for cidr in networks.wanted_cidrs(request):
            if cidr not in network.cidrs:
                network = self._subnet(request, network.backend_id, cidr)
        if request.external_network is not None:
            network = self._router(request, network.backend_id, request.external_network)
        return network

    def _bare(self, request: NetworkRequest) -> NetworkFact:
        with self._ask("create", keys=[request.key], name=request.name) as call:
            return translate.network_fact(networks.create(call, request))

    def _subnet(self, request: NetworkRequest, network: str, cidr: str) -> NetworkFact:
        with self._ask("create_subnet", keys=[request.key], name=cidr, backend_id=network) as call:
            return translate.network_fact(networks.add_subnet(call, request.tenant, network, cidr))

    def _router(self, request: NetworkRequest, network: str, external_network: str) -> NetworkFact:
        with self._ask("create_router", keys=[request.key], name=external_network, backend_id=network) as call:
            return translate.network_fact(networks.add_router(call, request.tenant, network, external_network))

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        with self._ask("adopt", backend_id=backend_id) as call:
            ownership.adopt(call, Kind.NETWORK, tenant, backend_id, key)

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        with self._ask("disown", backend_id=backend_id) as call:
            ownership.disown(call, Kind.NETWORK, tenant, backend_id, key)

    def delete(self, tenant: str, backend_id: str) -> None:
        with self._ask("delete", backend_id=backend_id) as call:
            networks.delete(call, tenant, backend_id)


class SimulatedVolumes(_Port):
    """ports.clouds.Volumes."""

    NOUN = "volumes"

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, VolumeFact]:
        with self._ask("find", keys=keys) as call:
            return _by_key(call.things(Kind.VOLUME, tenant, keys, listed=True), translate.volume_fact)

    def create(self, request: VolumeRequest) -> VolumeFact:
        with self._ask("create", keys=[request.key], name=request.name) as call:
            return translate.volume_fact(volumes.create(call, request))

    def extend(self, tenant: str, backend_id: str, size_gib: int) -> None:
        with self._ask("extend", backend_id=backend_id) as call:
            volumes.extend(call, tenant, backend_id, size_gib)

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        with self._ask("adopt", backend_id=backend_id) as call:
            ownership.adopt(call, Kind.VOLUME, tenant, backend_id, key)

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        with self._ask("disown", backend_id=backend_id) as call:
            ownership.disown(call, Kind.VOLUME, tenant, backend_id, key)

    def delete(self, tenant: str, backend_id: str) -> None:
        with self._ask("delete", backend_id=backend_id) as call:
            volumes.delete(call, tenant, backend_id)


class SimulatedServers(_Port):
    """ports.clouds.Servers."""

    NOUN = "servers"

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, ServerFact]:
        with self._ask("find", keys=keys) as call:
            attached = volumes.attached(call, tenant)
            return _by_key(
                call.things(Kind.SERVER, tenant, keys, listed=True),
                lambda thing: translate.server_fact(thing, attached.get(thing.id, ())),
            )

    def create(self, request: ServerRequest) -> ServerFact:
        if request.apart is not None:
            self._need(Capability.ANTI_AFFINITY)
        if request.export is not None:
            self._need(Capability.EXPORT)
        with self._ask("create", keys=[request.key], name=request.name) as call:
            if request.export is not None:
                exports.require(call, request.tenant, request.export)
            return translate.server_fact(servers.create(call, request))

    def attach(self, tenant: str, server: str, volume: str) -> None:
        with self._ask("attach", backend_id=volume) as call:
            servers.attach(call, tenant, server, volume)

    def detach(self, tenant: str, server: str, volume: str) -> None:
        with self._ask("detach", backend_id=volume) as call:
            servers.detach(call, tenant, server, volume)

    def resize(self, tenant: str, backend_id: str, vcpu: int, memory_mib: int, root_disk_gib: int) -> None:
        self._need(Capability.RESIZE)
        with self._ask("resize", backend_id=backend_id) as call:
            servers.resize(call, tenant, backend_id, vcpu=vcpu, memory_mib=memory_mib, root_disk_gib=root_disk_gib)

    def confirm_resize(self, tenant: str, backend_id: str) -> None:
        self._need(Capability.RESIZE)
        with self._ask("confirm_resize", backend_id=backend_id) as call:
            servers.confirm_resize(call, tenant, backend_id)

    def start(self, tenant: str, backend_id: str) -> None:
        with self._ask("start", backend_id=backend_id) as call:
            servers.power(call, tenant, backend_id, on=True)

    def stop(self, tenant: str, backend_id: str) -> None:
        with self._ask("stop", backend_id=backend_id) as call:
            servers.power(call, tenant, backend_id, on=False)

    def isolate(self, tenant: str, backend_id: str) -> None:
        self._need(Capability.ISOLATE)
        with self._ask("isolate", backend_id=backend_id) as call:
            servers.isolate(call, tenant, backend_id, cut=True)

    def rejoin(self, tenant: str, backend_id: str) -> None:
        self._need(Capability.ISOLATE)
        with self._ask("rejoin", backend_id=backend_id) as call:
            servers.isolate(call, tenant, backend_id, cut=False)

    def isolated(self, tenant: str, backend_id: str) -> bool:
        self._need(Capability.ISOLATE)
        with self._ask("isolated", backend_id=backend_id) as call:
            return servers.isolated(call, tenant, backend_id)

    def snapshot(self, tenant: str, backend_id: str, key: UUID, name: str) -> str:
        self._need(Capability.SNAPSHOT)
        with self._ask("snapshot", keys=[key], name=name, backend_id=backend_id) as call:
            return servers.snapshot(call, tenant, backend_id, key, name).id

    def console_url(self, tenant: str, backend_id: str) -> str:
        self._need(Capability.CONSOLE)
        with self._ask("console_url", backend_id=backend_id) as call:
            return servers.console(call, tenant, backend_id)

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        with self._ask("adopt", backend_id=backend_id) as call:
            ownership.adopt(call, Kind.SERVER, tenant, backend_id, key)

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        with self._ask("disown", backend_id=backend_id) as call:
            ownership.disown(call, Kind.SERVER, tenant, backend_id, key)

    def delete(self, tenant: str, backend_id: str) -> None:
        with self._ask("delete", backend_id=backend_id) as call:
            servers.delete(call, tenant, backend_id)


class SimulatedAddresses(_Port):
    """ports.clouds.Addresses."""

    NOUN = "addresses"

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, AddressFact]:
        self._need(Capability.FLOATING_ADDRESS)
        with self._ask("find", keys=keys) as call:
            return _by_key(call.things(Kind.ADDRESS, tenant, keys, listed=True), translate.address_fact)

    def create(self, request: AddressRequest) -> AddressFact:
        self._need(Capability.FLOATING_ADDRESS)
        with self._ask("create", keys=[request.key]) as call:
            return translate.address_fact(addresses.create(call, request))

    def point(self, tenant: str, backend_id: str, server: str | None) -> None:
        self._need(Capability.FLOATING_ADDRESS)
        with self._ask("point", backend_id=backend_id) as call:
            addresses.point(call, tenant, backend_id, server)

    def delete(self, tenant: str, backend_id: str) -> None:
        self._need(Capability.FLOATING_ADDRESS)
        with self._ask("delete", backend_id=backend_id) as call:
            addresses.delete(call, tenant, backend_id)


class SimulatedExports(_Port):
    """ports.clouds.Exports."""

    NOUN = "exports"

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, ExportFact]:
        self._need(Capability.EXPORT)
        with self._ask("find", keys=keys) as call:
            return _by_key(call.things(Kind.IMAGE, tenant, keys, listed=True), translate.export_fact)

    def take(self, request: ExportRequest) -> ExportFact:
        self._need(Capability.EXPORT)
        with self._ask("take", keys=[request.key], name=request.name) as call:
            return translate.export_fact(exports.take(call, request))

    def read(self, tenant: str, backend_id: str) -> Iterator[bytes]:
        self._need(Capability.EXPORT)
        with self._ask("read", backend_id=backend_id) as call:
            content = exports.read(call, tenant, backend_id)
        yield content

    def put(self, request: ImportRequest, content: Iterable[bytes]) -> ExportFact:
        self._need(Capability.EXPORT)
        found = self.find(request.tenant, [request.key]).get(request.key)
        if found is not None:
            return found
        whole = b"".join(content)
        with self._ask("put", keys=[request.key], name=request.name) as call:
            return translate.export_fact(exports.put(call, request, whole))

    def drop(self, tenant: str, key: UUID) -> None:
        self._need(Capability.EXPORT)
        with self._ask("drop", keys=[key]) as call:
            exports.drop(call, tenant, str(key))


class SimulatedProvider:
    """ports.clouds.Provider over one simulated cloud; fewer `capabilities` make a poorer cloud for tests."""

    def __init__(self, cloud: SimulatedCloud, capabilities: frozenset[Capability] = CAPABILITIES) -> None:
        self.cloud = cloud
        self.capabilities = capabilities & CAPABILITIES
        self.tenants = SimulatedTenants(cloud, self.capabilities)
        self.networks = SimulatedNetworks(cloud, self.capabilities)
        self.volumes = SimulatedVolumes(cloud, self.capabilities)
        self.servers = SimulatedServers(cloud, self.capabilities)
        self.addresses = SimulatedAddresses(cloud, self.capabilities)
        self.exports = SimulatedExports(cloud, self.capabilities)
        self.inventory = SimulatedInventory(cloud, self.capabilities)
        self.usage = SimulatedUsage(cloud, self.capabilities)

    def check(self) -> None:
        """Reads the cloud's file."""
        with translate.asked(self.cloud, "check"):
            pass
