"""What already runs in the simulated cloud when the platform comes: networks, servers and disks without keys."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from cloudctl.domain.inventory import ObjectKind, Recorded
from cloudctl.domain.servers import ServerRequest
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.domain.volumes import VolumeRequest
from cloudctl.ports.context import platform
from cloudctl.providers.simulated.backend.objects import Kind, Status
from cloudctl.providers.simulated.populate import populate
from cloudctl.services import syncs
from tests.factories import Installed
from tests.seeds import CLOUD


@dataclass(frozen=True, kw_only=True)
class Stock:
    """A project with servers on one network of its own; `name` is the project's, and begins the servers' names."""

    name: str
    project: str
    network: str
    servers: list[str]
    disks: list[str]

    @property
    def natives(self) -> set[str]:
        return {self.network, *self.servers, *self.disks}


def running(
    city: Installed, count: int = 3, *, disks: int = 1, cidr: str = "172.20.0.0/16", owner: UUID | None = None
) -> Stock:
    """A project with `count` servers of 2 vCPU, 4096 MiB and 40 GiB, each with `disks` of 100 GiB; nothing keyed.

    With `owner` the project is that department's own.
    """
    provider, cloud = city.ctx.clouds.provider(city.record), city.cloud
    name = f"old-{uuid4().hex[:8]}"
    project = provider.tenants.create(owner or uuid4(), name)
    state = {"status": Status.ACTIVE, "cidrs": [cidr], "router": None, "wanted": [cidr], "wanted_router": None}
    with cloud.unrecorded() as call:
        network = call.add(Kind.NETWORK, key=None, tenant=project, name=f"{name}-net", state=state).id
    requests = [
        ServerRequest(
            key=uuid4(), tenant=project, name=f"{name}-{number:04d}", vcpu=2, memory_mib=4096, root_disk_gib=40,
            image="debian-9", network=network,
        )
        for number in range(count)
    ]  # fmt: skip
    wanted = {
        request.key: [
            VolumeRequest(
                key=uuid4(), tenant=project, name=f"{request.name}-disk{number}", size_gib=100, volume_type=None
            )
            for number in range(disks)
        ]
        for request in requests
    }
    facts = populate(cloud, requests, disks=wanted, keyed=False)
    return Stock(
        name=name,
        project=project,
        network=network,
        servers=[fact.backend_id for fact in facts],
        disks=[disk for fact in facts for disk in fact.volumes],
    )


def synced(city: Installed, mode: SyncMode = SyncMode.FULL) -> Sync:
    """The cloud read into the inventory now."""
    syncs.ask(city.ctx, platform("test"), CLOUD, mode=mode)
    done = syncs.run_due(city.ctx, platform("test"), CLOUD)
    assert done is not None
    assert done.state == "clean", done.error
    return done


def inventoried(city: Installed, *natives: str) -> dict[str, Recorded]:
    """The rows of the inventory by native id."""
    rows = city.read(lambda uow: list(uow.inventory.of(CLOUD, state=None)))
    return {row.object.native_id: row for row in rows if row.object.native_id in natives}


def keys(city: Installed, *natives: str) -> dict[str, str | None]:
    """The keys that the cloud's own objects carry."""
    return {item.backend_id: item.key for item in city.cloud.inventory() if item.backend_id in natives}


SERVER, VOLUME, NETWORK = ObjectKind.SERVER, ObjectKind.VOLUME, ObjectKind.NETWORK
