"""Servers: clones of templates, which are not switched on before they have what was asked for.

A clone comes up with whatever its template has, on some vCenters whatever the request says. So it carries its goal, and
it is looked at, corrected, looked at again and only then switched on (`steps`). A server's instance UUID is made of its
key and known before it exists.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from threading import Lock
from typing import Any
from uuid import UUID

from pyVmomi import vim

from cloudctl.domain.errors import Absent, BackendError, Rejected, Unsupported
from cloudctl.domain.servers import ServerFact, ServerRequest, ServerStatus
from cloudctl.ports.clock import Clock
from cloudctl.providers.userdata import compose
from cloudctl.providers.vsphere import specs
from cloudctl.providers.vsphere.errors import busy, failed, no_room, rejected
from cloudctl.providers.vsphere.exports import VSphereExports
from cloudctl.providers.vsphere.fleet import Fleet, Promise
from cloudctl.providers.vsphere.leases import choose, gateway
from cloudctl.providers.vsphere.machines import (
    KEY,
    KIND,
    NAME,
    Goal,
    Held,
    Machine,
    Nic,
    full_name,
    noted,
    pair_note,
    promised_uuid,
)
from cloudctl.providers.vsphere.networks import Plan, VSphereNetworks
from cloudctl.providers.vsphere.steps import Act, Site, Step
from cloudctl.providers.vsphere.tenants import VSphereTenants
from cloudctl.providers.vsphere.trash import Trash
from cloudctl.providers.vsphere.volumes import VSphereVolumes

LEASES_S = 30.0
GOING = {
    "build": ServerStatus.BUILDING,
    "resize": ServerStatus.CHANGING,
    "resized": ServerStatus.RESIZED,
    "stop": ServerStatus.CHANGING,
    "delete": ServerStatus.DELETING,
}


class VSphereServers:
    """`ports.clouds.Servers` on virtual machines."""

    def __init__(
        self,
        fleet: Fleet,
        *,
        tenants: VSphereTenants,
        networks: VSphereNetworks,
        volumes: VSphereVolumes,
        exports: VSphereExports,
        trash: Trash,
        clock: Clock,
    ) -> None:
        self._client, self._places, self._fleet = fleet.client, fleet.places, fleet
        self._tenants = tenants
        self._networks = networks
        self._volumes = volumes
        self._exports = exports
        self._trash = trash
        self._clock = clock
        self._leases: dict[str, tuple[float, set[str]]] = {}
        self._lock = Lock()
        fleet.readdress = self._readdressed

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, ServerFact]:
        """One call for the department's folder; asked for keys, it also goes on with what is unfinished."""
        return self._fleet.find(tenant, keys, lambda site: site.servers, self._fact, _expected)

    def create(self, request: ServerRequest) -> ServerFact:
        """One task; the first of its template, network and department, and one of a pair, ask a little more."""
        self._require_room(request.vcpu, request.memory_mib)
        template = None if request.export is not None else self._places.template(request.image)
        folder, pool = self._client.ref(vim.Folder, request.tenant), self._tenants.pool(request.tenant)
        plan = self._networks.plan(request.network)
        addresses = self._lease(request, plan)
        uuid = promised_uuid(request.key)
        notes = {
            KEY: str(request.key),
            NAME: request.name,
            KIND: "server",
            **noted(goal=_goal(request)),
            **specs.address_notes(addresses),
            **self._guest_info(request, plan, addresses, uuid),
        }
        host = None
        if request.apart is not None:
            notes |= pair_note(request.apart)
            host = self._fleet.pairs.host(request.apart, request.key, lambda: self._fleet.site(request.tenant))
        if template is None:
            self._build_of(request, folder, pool, notes, addresses)
            return _promised(self._promise(request, addresses), None)
        spec = vim.vm.CloneSpec(
            location=vim.vm.RelocateSpec(datastore=self._places.datastore(None), pool=pool, host=host),
            powerOn=False,
            template=False,
            config=vim.vm.ConfigSpec(
                instanceUuid=uuid,
                numCPUs=request.vcpu,
                numCoresPerSocket=1,
                memoryMB=request.memory_mib,
                extraConfig=specs.options(notes),
            ),
        )
        spec.config.deviceChange = list(specs.wired(self._cards(template), request.network, self._places.switch_uuid))
        promise = self._promise(request, addresses)
        name = full_name(request.name, request.key)
        try:
            self._fleet.make(promise, lambda: template.CloneVM_Task(folder, name, spec))
        except (Rejected, Absent):
            self._places.forget()
            raise
        return _promised(promise, None)

    def _promise(self, request: ServerRequest, addresses: tuple[str, ...]) -> Promise:
        uuid, size = promised_uuid(request.key), {"vcpu": request.vcpu, "memory_mib": request.memory_mib}
        return Promise(
            tenant=request.tenant, key=request.key, uuid=uuid, name=request.name, addresses=addresses, **size
        )  # fmt: skip

    def _build_of(
        self, request: ServerRequest, folder: Any, pool: Any, notes: dict[str, str], addresses: tuple[str, ...]
    ) -> None:
        """A new machine around the disk of an export: there is no template to clone."""
        disk = Held(path=self._exports.path(request.tenant, request.export or ""), size_gib=request.root_disk_gib)
        spec = specs.built_of(
            full_name(request.name, request.key),
            promised_uuid(request.key),
            disk,
            datastore=self._places.datastore_name(None),
            vcpu=request.vcpu,
            memory_mib=request.memory_mib,
            network=request.network,
            switch_uuid=self._places.switch_uuid,
            notes=notes,
        )
        self._fleet.make(self._promise(request, addresses), lambda: folder.CreateVM_Task(spec, pool))

    def attach(self, tenant: str, server: str, volume: str) -> None:
        """Two tasks: its holder gives the disk away, and the server takes it."""
        self._volumes.give(tenant, volume, self._settled(tenant, server))

    def detach(self, tenant: str, server: str, volume: str) -> None:
        """Three tasks: noted, taken from the server, and given to its holder."""
        self._volumes.take_back(tenant, volume, server)

    def resize(self, tenant: str, backend_id: str, vcpu: int, memory_mib: int, root_disk_gib: int) -> None:
        """Up to four tasks: noted, off, changed, on. A root disk never shrinks."""
        server = self._fleet.get(tenant, backend_id)
        goal = server.goal
        if goal is not None and goal.act == "resize" and (goal.vcpu, goal.memory_mib) == (vcpu, memory_mib):
            return
        if goal is not None and goal.act == "resized" and (server.vcpu, server.memory_mib) == (vcpu, memory_mib):
            return
        if (server.vcpu, server.memory_mib) == (vcpu, memory_mib) and goal is None:
            root = self._fleet.site(tenant).root(server)
            if root is None or root.size_gib >= root_disk_gib:
                return
        self._require_room(vcpu, memory_mib)
        self._begin(
            tenant,
            server,
            Goal(act="resize", vcpu=vcpu, memory_mib=memory_mib, root_disk_gib=root_disk_gib, **self._off(server)),
        )

    def confirm_resize(self, tenant: str, backend_id: str) -> None:
        """One task; a server with no resize to confirm is done."""
        server = self._fleet.get(tenant, backend_id)
        if server.goal is not None and server.goal.act == "resized":
            self._fleet.send(tenant, replace(server, change_version=None), Step(notes=noted(goal=None)), behind=True)

    def start(self, tenant: str, backend_id: str) -> None:
        """One task."""
        server = self._settled(tenant, backend_id)
        if not server.on:
            self._fleet.send(tenant, server, Step(act=Act.POWER_ON))

    def stop(self, tenant: str, backend_id: str) -> None:
        """One task; a guest that can be asked shuts itself down, and is switched off when it does not."""
        server = self._fleet.get(tenant, backend_id)
        if not server.on or (server.goal is not None and server.goal.act == "stop"):
            return
        self._require_settled(server)
        if server.tools:
            self._begin(tenant, server, Goal(act="stop", **self._off(server)))
        else:
            self._fleet.send(tenant, server, Step(act=Act.POWER_OFF))

    def isolate(self, tenant: str, backend_id: str) -> None:
        """One task: its cards are unplugged, now and after a restart."""
        self._plug(tenant, backend_id, connected=False)

    def rejoin(self, tenant: str, backend_id: str) -> None:
        """One task."""
        self._plug(tenant, backend_id, connected=True)

    def isolated(self, tenant: str, backend_id: str) -> bool:
        """Two calls: no card of the server is plugged in."""
        return not any(nic.connected for nic in self._fleet.get(tenant, backend_id).nics)

    def snapshot(self, tenant: str, backend_id: str, key: UUID, name: str) -> str:
        """One task; the snapshot carries the key in its description, which is looked for first."""
        server = self._settled(tenant, backend_id)
        paths = ("snapshot.rootSnapshotList",)
        values = self._client.one(vim.VirtualMachine, server.ref, paths)
        if str(key) not in _described(values.get(paths[0]) or ()):
            self._fleet.tasks.send(
                server.uuid,
                lambda: server.ref.CreateSnapshot_Task(
                    name=name, description=f"cloudctl:{key}", memory=False, quiesce=server.tools
                ),
            )
        return promised_uuid(key)

    def console_url(self, tenant: str, backend_id: str) -> str:  # noqa: ARG002 - never offered
        """A vCenter's browser console takes its session, which is ours and not the department's."""
        raise Unsupported("vSphere does not offer {capability} here.", capability="console")

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """One task: the key as a note and as a custom field."""
        server = self._fleet.get(tenant, backend_id)
        if server.key not in (None, key):
            raise rejected(f"the server has the key {server.key}")
        if server.key is None:
            self._fleet.send(tenant, server, Step(notes={KEY: str(key), KIND: "server"}))
            self._fleet.tasks.wait(server.uuid, LEASES_S)
        self._fleet.label(server, str(key))

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        """One task."""
        try:
            server = self._fleet.get(tenant, backend_id)
        except Absent:
            return
        if server.key == key:
            self._fleet.send(tenant, server, Step(notes={KEY: "", KIND: ""}))
            self._fleet.tasks.wait(server.uuid, LEASES_S)
            self._fleet.label(server, "")

    def delete(self, tenant: str, backend_id: str) -> None:
        """Off, cut off, without its volumes, and into the trash; a clone under way is let finish first."""
        self._fleet.drop(tenant, backend_id, lambda _: Step(notes=noted(goal=Goal(act="delete"))))
        self._trash.sweep()

    def _begin(self, tenant: str, server: Machine, goal: Goal) -> None:
        self._require_settled(server)
        self._fleet.send(tenant, server, Step(notes=noted(goal=goal)))
        if server.on and server.tools:
            self._client.call(lambda _: server.ref.ShutdownGuest(), write=True)

    def _off(self, server: Machine) -> dict[str, Any]:
        return {"on": server.on, "since": self._clock.now().timestamp()}

    def _plug(self, tenant: str, backend_id: str, *, connected: bool) -> None:
        server = self._fleet.get(tenant, backend_id)
        if any(nic.connected is not connected for nic in server.nics):
            self._require_settled(server)
            self._fleet.send(tenant, server, Step(connected=connected))

    def _settled(self, tenant: str, backend_id: str) -> Machine:
        server = self._fleet.get(tenant, backend_id)
        self._require_settled(server)
        return server

    def _require_settled(self, server: Machine) -> None:
        """Raises Failed for a server whose last task failed, Busy for one that is on its way."""
        if (failure := self._fleet.tasks.failure(server.uuid)) is not None and server.goal is not None:
            raise failed(str(failure))
        if server.goal is not None:
            raise busy(f"server {server.title} is changing")

    def _require_room(self, vcpu: int, memory_mib: int) -> None:
        """A server that is larger than every host runs nowhere; a vCenter tells only when it is switched on."""
        threads, memory = self._places.largest_host
        if vcpu > threads or memory_mib > memory:
            raise no_room(f"the largest host has {threads} threads and {memory} MiB")

    def _cards(self, template: Any) -> list[Nic]:
        """The template's network cards, read each time: an edit sends them back changed."""
        for _, values in self._client.read(vim.VirtualMachine, [template], ("config.hardware.device",)):
            devices = values.get("config.hardware.device") or ()
            cards = [device for device in devices if isinstance(device, vim.vm.device.VirtualEthernetCard)]
            return [Nic(network=None, connected=True, device=card) for card in cards]
        return []

    def _lease(self, request: ServerRequest, plan: Plan | None) -> tuple[str, ...]:
        """Addresses that no machine of the department has, nor one that this process is making."""
        if plan is None or not plan.cidrs:
            return ()
        with self._lock:
            now = self._clock.monotonic_s()
            known = self._leases.get(request.network)
            if known is None or now - known[0] > LEASES_S:
                taken = {a for promise, _ in self._fleet.promised(request.tenant) for a in promise.addresses}
                site = self._fleet.site(request.tenant)
                taken |= {address for each in site.machines for address in each.addresses}
                known = self._leases[request.network] = (now, taken)
            chosen = choose(plan.cidrs, known[1], request.key)
            known[1].update(chosen)
            return chosen

    def _readdressed(self, server: Machine, site: Site) -> Step | None:
        """Other addresses for a server whose own another one has got; the guest is told them as well."""
        goal = server.goal
        plan = self._networks.plan(goal.network) if goal is not None and goal.network else None
        if plan is None or server.key is None:
            return None
        taken = site.taken(server.uuid) | set(server.addresses)
        addresses = choose(plan.cidrs, taken, server.key, attempt=1)
        info = specs.metadata(server.title, server.uuid, addresses, _gateways(plan), self._client.config.nameservers)
        return Step(notes={**specs.address_notes(addresses), **info})

    def _guest_info(
        self, request: ServerRequest, plan: Plan | None, addresses: tuple[str, ...], uuid: str
    ) -> dict[str, str]:
        gateways = () if plan is None else _gateways(plan)
        info = specs.metadata(request.name, uuid, addresses, gateways, self._client.config.nameservers)
        document = compose(request.user_data, request.ssh_keys, request.first_boot)
        return info | (specs.user_data(document) if document else {})

    def _fact(self, server: Machine, site: Site) -> ServerFact:
        failure = self._fleet.tasks.failure(server.uuid)
        goal = server.goal
        status = ServerStatus.ACTIVE if server.on else ServerStatus.STOPPED
        if goal is not None:
            status = ServerStatus.ERROR if failure is not None else GOING[goal.act]
        elif self._fleet.tasks.busy(server.uuid):
            status = ServerStatus.CHANGING  # a task is under way, or its end is not known here yet
        return ServerFact(
            key=server.key,
            backend_id=server.uuid,
            name=server.title,
            status=status,
            vcpu=server.vcpu,
            memory_mib=server.memory_mib,
            addresses=specs.plain_addresses(server.addresses) or server.guest_addresses,
            volumes=tuple(holder.uuid for holder in site.volumes(server)),
            fault=str(failure) if failure is not None and status is ServerStatus.ERROR else None,
        )


def _goal(request: ServerRequest) -> Goal:
    return Goal(
        act="build",
        vcpu=request.vcpu,
        memory_mib=request.memory_mib,
        root_disk_gib=request.root_disk_gib,
        network=request.network,
        on=True,
    )


def _gateways(plan: Plan) -> tuple[str, ...]:
    """The ways out of a segment that has any."""
    return tuple(gateway(cidr) for cidr in plan.cidrs) if plan.via else ()


def _expected(promise: Promise, failure: BackendError | None) -> ServerFact | None:
    """The fact of a promise of this kind."""
    return _promised(promise, failure) if promise.volume_gib is None else None


def _promised(promise: Promise, failure: BackendError | None) -> ServerFact:
    return ServerFact(
        key=promise.key,
        backend_id=promise.uuid,
        name=promise.name,
        status=ServerStatus.BUILDING if failure is None else ServerStatus.ERROR,
        vcpu=promise.vcpu,
        memory_mib=promise.memory_mib,
        addresses=specs.plain_addresses(promise.addresses),
        fault=None if failure is None else str(failure),
    )


def _described(tree: Collection[Any]) -> set[str]:
    """The keys in the descriptions of a tree of snapshots."""
    found: set[str] = set()
    for each in tree:
        found.add((each.description or "").removeprefix("cloudctl:"))
        found |= _described(each.childSnapshotList or ())
    return found
