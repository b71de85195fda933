"""The providers that the contract suite runs against, each with the facts of its cloud that a test needs to know.

A new provider gets one function here and one line in CASES; no test changes.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_interface
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from cloudctl.domain.clouds import Capability, Cloud, CloudKind
from cloudctl.domain.errors import Busy, NotReady
from cloudctl.domain.metrics import Metric
from cloudctl.domain.networks import NetworkFact, NetworkRequest
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.servers import ServerFact, ServerRequest, ServerStatus
from cloudctl.domain.volumes import VolumeFact, VolumeRequest, VolumeStatus
from cloudctl.ports.clock import Clock
from cloudctl.ports.clouds import Provider
from cloudctl.providers.registry import ProviderRegistry, Simulation
from cloudctl.providers.simulated.provider import CAPABILITIES as SIMULATED_CAPABILITIES
from tests.contract.clocks import MovableClock, RealClock

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ProviderCase:
    """A provider and its cloud's facts. `foreign_network` is one the platform did not make.

    `ports(tenant, server)` asks the cloud itself, past the provider: each address that the server's ports have, with
    the subnet that it is from; `host(tenant, server)` asks it which of its `hosts` the server runs on. `vlans` are free
    ones, for a cloud whose networks are VLANs. `root_disk_gib` is what `image` needs. `use(server, since, until)`
    has it that the server was used as `USED` says; it is None where nobody can say how a server is used.
    """

    name: str
    provider: Provider
    clock: Clock
    image: str
    volume_type: str | None
    external_network: str
    patience_s: float
    poll_s: float
    foreign_network: Callable[[str], AbstractContextManager[None]]
    ports: Callable[[str, str], list[tuple[str, str]]]
    host: Callable[[str, str], str]
    hosts: int
    vlans: Iterator[int] | None = None
    root_disk_gib: int = 1
    use: Callable[[ServerFact, datetime, datetime], None] | None = None

    def wait(self, probe: Callable[[], T | None]) -> T:
        """The first truthy answer of `probe`, asked again and again for `patience_s`."""
        deadline = self.clock.monotonic_s() + self.patience_s
        while not (answer := probe()):
            assert self.clock.monotonic_s() < deadline, f"{self.name}: nothing came of it in {self.patience_s:g} s"
            self.clock.sleep(self.poll_s)
        return answer

    def insist(self, act: Callable[[], T]) -> T:
        """Does `act`, again while the cloud is busy."""

        def attempt() -> tuple[T] | None:
            try:
                return (act(),)
            except (Busy, NotReady):
                return None

        return self.wait(attempt)[0]

    def volume_at(self, tenant: str, key: UUID, *statuses: VolumeStatus) -> VolumeFact:
        """Waits until a volume is in one of `statuses`."""

        def probe() -> VolumeFact | None:
            fact = self.provider.volumes.find(tenant, [key]).get(key)
            assert fact is None or fact.status in statuses or fact.status is not VolumeStatus.ERROR, fact
            return fact if fact is not None and fact.status in statuses else None

        return self.wait(probe)

    def server_at(self, tenant: str, key: UUID, *statuses: ServerStatus) -> ServerFact:
        """Waits until a server is in one of `statuses`."""

        def probe() -> ServerFact | None:
            fact = self.provider.servers.find(tenant, [key]).get(key)
            assert fact is None or fact.status in statuses or fact.status is not ServerStatus.ERROR, fact
            return fact if fact is not None and fact.status in statuses else None

        return self.wait(probe)

    def network_ready(self, tenant: str, key: UUID) -> NetworkFact:
        """Waits until a network is ready."""

        def probe() -> NetworkFact | None:
            fact = self.provider.networks.find(tenant, [key]).get(key)
            return fact if fact is not None and fact.ready else None

        return self.wait(probe)

    def new_volume(self, tenant: str, size_gib: int = 1) -> VolumeFact:
        """A volume that is available."""
        request = self.volume_request(tenant, size_gib=size_gib)
        self.provider.volumes.create(request)
        return self.volume_at(tenant, request.key, VolumeStatus.AVAILABLE)

    def drop_volume(self, tenant: str, volume: VolumeFact) -> None:
        """Deletes a volume and waits until it is gone."""
        assert volume.key is not None
        key = volume.key
        self.insist(lambda: self.provider.volumes.delete(tenant, volume.backend_id))
        self.wait(lambda: key not in self.provider.volumes.find(tenant, [key]))

    def volume_request(self, tenant: str, size_gib: int = 1) -> VolumeRequest:
        key = uuid4()
        return VolumeRequest(
            key=key, tenant=tenant, name=f"disk-{key.hex[:8]}", size_gib=size_gib, volume_type=self.volume_type
        )

    def network_request(
        self, tenant: str, cidr_v4: str, cidr_v6: str | None = None, external_network: str | None = None
    ) -> NetworkRequest:
        key = uuid4()
        return NetworkRequest(
            key=key,
            tenant=tenant,
            name=f"segment-{key.hex[:8]}",
            cidr_v4=cidr_v4,
            cidr_v6=cidr_v6,
            zone="government-extranet",
            external_network=external_network,
            vlan=None if self.vlans is None else next(self.vlans),
        )

    def isolated_request(self, tenant: str) -> NetworkRequest:
        return replace(self.network_request(tenant, "192.0.2.0/28"), vlan=None, isolated=True)

    def server_request(
        self,
        tenant: str,
        network: str,
        *,
        vcpu: int = 1,
        memory_mib: int = 512,
        image: str | None = None,
        export: str | None = None,
    ) -> ServerRequest:
        key = uuid4()
        return ServerRequest(
            key=key,
            tenant=tenant,
            name=f"server-{key.hex[:8]}",
            vcpu=vcpu,
            memory_mib=memory_mib,
            root_disk_gib=self.root_disk_gib,
            image=image or self.image,
            network=network,
            ssh_keys=(SSH_KEY,),
            user_data=b"#cloud-config\npackage_update: false\n",
            labels={"system": "oa"},
            export=export,
        )


SSH_KEY = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X officer@example.test"  # public
)


USED = {
    Metric.CPU_PERCENT: 12.5,
    Metric.MEMORY_PERCENT: 40.0,
    Metric.DISK_KIB_S: 8.0,
    Metric.NETWORK_KIB_S: 16.0,
}


@contextmanager
def simulated(folder: Path) -> Iterator[ProviderCase]:
    """The simulated cloud, on a clock that waiting moves."""
    from cloudctl.providers.simulated import SimulatedCloud, SimulatedProvider
    from cloudctl.providers.simulated.backend.objects import Kind, Status
    from cloudctl.providers.simulated.backend.servers import HOSTS

    clock = MovableClock()
    cloud = SimulatedCloud(
        folder / "contract.sqlite3",
        clock=clock,
        code="sim-contract",
        seed=7,
        latency_s=(1.0, 3.0),
        capacity={Dimension.VCPU: 256, Dimension.MEMORY_MIB: 512 * 1024},
        images={"debian-12"},
        volume_types={"sim-ssd"},
    )
    provider = SimulatedProvider(cloud)

    @contextmanager
    def foreign_network(tenant: str) -> Iterator[None]:
        state = {"status": Status.ACTIVE, "cidrs": [], "router": None, "wanted": [], "wanted_router": None}
        with cloud.unrecorded() as call:
            thing = call.add(Kind.NETWORK, key=None, tenant=tenant, name="by-hand", state=state)
        yield
        with cloud.unrecorded() as call:
            call.remove(thing, at_once=True)

    def ports(tenant: str, server: str) -> list[tuple[str, str]]:
        with cloud.unrecorded() as call:
            thing = call.get(Kind.SERVER, tenant, server)
            network = call.get(Kind.NETWORK, tenant, thing.state["network"])
        return list(zip(thing.state["fixed"], network.state["cidrs"], strict=True))

    def host(tenant: str, server: str) -> str:
        with cloud.unrecorded() as call:
            return str(call.get(Kind.SERVER, tenant, server).state["host"])

    yield ProviderCase(
        name="simulated",
        provider=provider,
        clock=clock,
        image="debian-12",
        volume_type="sim-ssd",
        external_network="sim-external",
        patience_s=60,
        poll_s=0.5,
        foreign_network=foreign_network,
        ports=ports,
        host=host,
        hosts=HOSTS,
    )
    cloud.close()


@contextmanager
def openstack(folder: Path) -> Iterator[ProviderCase]:
    """The lab's OpenStack, started when it is not up."""
    from tests.lab.openstack import ensure_up

    lab = ensure_up()
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(lab.clouds_yaml)
    clock = RealClock()
    cloud = Cloud(
        code=lab.cloud,
        name="lab",
        kind=CloudKind.OPENSTACK,
        zones=frozenset({"government-extranet"}),
        capacity={},
        external_network=lab.external_network,
    )

    @contextmanager
    def foreign_network(tenant: str) -> Iterator[None]:
        import openstack as sdk

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the SDK warns of itself
            connection = sdk.connect(cloud=lab.cloud)
            made = connection.network.create_network(name="by-hand", project_id=tenant)
        try:
            yield
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                connection.network.delete_network(made)
                connection.close()

    def ports(tenant: str, server: str) -> list[tuple[str, str]]:
        import openstack as sdk

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            connection = sdk.connect(cloud=lab.cloud)
            try:
                return [
                    (fixed["ip_address"], connection.network.get_subnet(fixed["subnet_id"]).cidr)
                    for port in connection.network.ports(device_id=server, project_id=tenant)
                    for fixed in port.fixed_ips
                ]
            finally:
                connection.close()

    def host(tenant: str, server: str) -> str:
        import openstack as sdk

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            connection = sdk.connect(cloud=lab.cloud)
            try:
                return str(connection.compute.get_server(server).hypervisor_hostname)
            finally:
                connection.close()

    def use(server: ServerFact, since: datetime, until: datetime) -> None:
        table = lab.clouds_yaml.with_name("diagnostics.json")
        fresh = table.with_suffix(".fresh")
        rates = {metric.value: rate for metric, rate in USED.items()}
        fresh.write_text(
            json.dumps({server.backend_id: {"since": since.timestamp(), "until": until.timestamp(), **rates}})
        )
        fresh.rename(table)

    yield ProviderCase(
        name="openstack",
        use=use,
        provider=ProviderRegistry(simulation=Simulation(data=folder), clock=clock).provider(cloud),
        clock=clock,
        image=next(image for image in lab.images if image.startswith("debian")),
        volume_type=None,
        external_network=lab.external_network,
        patience_s=120,
        poll_s=0.5,
        foreign_network=foreign_network,
        ports=ports,
        host=host,
        hosts=len(lab.hosts),
    )


@contextmanager
def vsphere(folder: Path) -> Iterator[ProviderCase]:
    """A vCenter simulator of its own; what its guests are told is read from their machines."""
    from pyVmomi import vim

    from cloudctl.providers.vsphere.client import Client
    from cloudctl.providers.vsphere.config import configured
    from cloudctl.providers.vsphere.usage import COUNTERS
    from tests.lab.vcenter import VcenterServer

    clock = RealClock()
    code = "vsphere-contract"
    with VcenterServer(vms=2, clusters=1, hosts=2) as vcenter:
        clouds_yaml = folder / "clouds.yaml"
        vcenter.write_clouds(clouds_yaml, code)
        cloud = Cloud(
            code=code,
            name="lab",
            kind=CloudKind.VSPHERE,
            zones=frozenset({"government-extranet"}),
            capacity={},
            external_network="campus-router",
        )
        past = Client(configured(code, clouds_yaml))

        @contextmanager
        def foreign_network(tenant: str) -> Iterator[None]:
            spec = vim.dvs.DistributedVirtualPortgroup.ConfigSpec(name="by-hand", type="earlyBinding", numPorts=8)
            path = f"{vcenter.datacenter}/network/"
            switch = past.call(lambda content: content.searchIndex.FindByInventoryPath(path + vcenter.switch))
            past.call(lambda _: switch.AddDVPortgroup_Task([spec]))
            yield
            made = past.call(lambda content: content.searchIndex.FindByInventoryPath(path + "by-hand"))
            past.call(lambda _: made.Destroy_Task())

        def ports(tenant: str, server: str) -> list[tuple[str, str]]:
            ref = past.call(lambda content: content.searchIndex.FindByUuid(None, server, True, True))
            told = guest_metadata(next(past.read(vim.VirtualMachine, [ref], ("config.extraConfig",)))[1])
            interfaces = map(ip_interface, told["network"]["ethernets"]["segment"]["addresses"])
            return [(str(each.ip), str(each.network)) for each in interfaces]

        def host(tenant: str, server: str) -> str:
            ref = past.call(lambda content: content.searchIndex.FindByUuid(None, server, True, True))
            return str(next(past.read(vim.VirtualMachine, [ref], ("runtime.host",)))[1]["runtime.host"])

        def use(server: ServerFact, since: datetime, until: datetime) -> None:
            machine = past.call(lambda content: content.searchIndex.FindByUuid(None, server.backend_id, True, True))
            name = str(next(past.read(vim.VirtualMachine, [machine], ("name",)))[1]["name"])
            start, slots = int(since.timestamp()), int((until - since).total_seconds()) // 300
            vcenter.plant(
                {
                    name: {
                        counter: {"start": start, "step": 300, "values": [USED[metric]] * slots}
                        for counter, (metric, _) in COUNTERS.items()
                    }
                }
            )

        yield ProviderCase(
            name="vsphere",
            use=use,
            provider=ProviderRegistry(
                simulation=Simulation(data=folder), clock=clock, clouds_file=clouds_yaml
            ).provider(cloud),
            clock=clock,
            image="debian-12",
            volume_type=None,
            external_network="campus-router",
            patience_s=60,
            poll_s=0.1,
            foreign_network=foreign_network,
            ports=ports,
            host=host,
            hosts=2,
            vlans=iter(range(100, 4000)),
            root_disk_gib=10,
        )


def guest_metadata(values: dict[str, Any]) -> dict[str, Any]:
    """What a machine's cloud-init finds as its metadata; the last value counts."""
    options = {option.key: option.value for option in values["config.extraConfig"]}
    return json.loads(gzip.decompress(base64.b64decode(options["guestinfo.metadata"])))


def capabilities(name: str) -> frozenset[Capability]:
    """What a provider declares, asked before its cloud is started."""
    if name == "openstack":
        from cloudctl.providers.openstack.provider import OpenStackProvider

        return OpenStackProvider.capabilities
    if name == "vsphere":
        from cloudctl.providers.vsphere.provider import VSphereProvider

        return VSphereProvider.capabilities
    return SIMULATED_CAPABILITIES


CASES = {"simulated": simulated, "openstack": openstack, "vsphere": vsphere}

#: The dimensions whose limits a backend itself enforces; a vCenter's resource pool only throttles.
FENCES = {
    "simulated": frozenset(Dimension),
    "openstack": frozenset(Dimension),
    "vsphere": frozenset(),
}
