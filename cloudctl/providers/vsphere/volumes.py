"""Volumes: one virtual disk each, which a holder has while no server does.

A holder is a machine that is never switched on. It gives a volume all that a server has as well: an instance UUID, made
of the key and known before it exists, notes, a folder, a place in the vCenter's inventory. At any time one machine has
the disk, so that deleting a holder or a server never takes another's data with it; the holder's note says where it is
and where it shall be. The disk is independent: a snapshot of a server does not include it, and its file keeps its name.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from pyVmomi import vim

from cloudctl.domain.errors import Absent, BackendError
from cloudctl.domain.volumes import VolumeFact, VolumeRequest, VolumeStatus
from cloudctl.providers.vsphere import specs
from cloudctl.providers.vsphere.errors import absent, busy, failed, rejected
from cloudctl.providers.vsphere.fleet import Fleet, Promise
from cloudctl.providers.vsphere.machines import KEY, Goal, Held, Machine, full_name, noted, promised_uuid
from cloudctl.providers.vsphere.steps import Site, Step, wanted_server
from cloudctl.providers.vsphere.tenants import VSphereTenants
from cloudctl.providers.vsphere.trash import Trash

ADOPTION_S = 30.0


class VSphereVolumes:
    """`ports.clouds.Volumes` on holders."""

    def __init__(self, fleet: Fleet, tenants: VSphereTenants, trash: Trash) -> None:
        self._client, self._places, self._fleet = fleet.client, fleet.places, fleet
        self._tenants = tenants
        self._trash = trash

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, VolumeFact]:
        """One call for the department's folder; asked for keys, it also goes on with what is unfinished."""
        return self._fleet.find(tenant, keys, lambda site: site.holders, self._fact, _expected)

    def create(self, request: VolumeRequest) -> VolumeFact:
        """One task. `volume_type` names a datastore."""
        datastore = self._places.datastore_name(request.volume_type)
        self._places.datastore(request.volume_type)
        promise = Promise(
            tenant=request.tenant,
            key=request.key,
            uuid=promised_uuid(request.key),
            name=request.name,
            volume_gib=request.size_gib,
        )
        self._make(request, promise, datastore, request.size_gib, None)
        return _promised(promise, None)

    def extend(self, tenant: str, backend_id: str, size_gib: int) -> None:
        """One task on the machine that has the disk."""
        site, holder = self._look(tenant, backend_id)
        fact = self._fact(holder, site)
        if fact.size_gib >= size_gib:
            return
        has, path = self._where(holder, site)
        _require_settled(fact)
        self._fleet.send(tenant, has, Step(grow={path: size_gib}), blame=holder.uuid)

    def delete(self, tenant: str, backend_id: str) -> None:
        """Into the trash; raises Busy while a server has it."""
        try:
            site, holder = self._look(tenant, backend_id)
        except Absent:
            self._fleet.drop(tenant, backend_id, _leave)  # it may still be in the making, or have failed to be made
            return
        status = self._fact(holder, site).status
        if status is VolumeStatus.DELETING:
            return
        if status not in (VolumeStatus.AVAILABLE, VolumeStatus.ERROR):
            raise busy(f"volume {holder.title} is {status.value}")
        self._fleet.drop(tenant, backend_id, _leave)
        self._trash.sweep()

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """A disk of a server that already runs gets a holder: the file stays where it is, and so does the disk.

        The holder takes the disk's own UUID as its instance UUID, so that the volume keeps its identity.
        """
        site = self._fleet.site(tenant)
        holder = site.by_uuid.get(backend_id)
        if holder is not None:
            if holder.key not in (None, key):
                raise rejected(f"the volume has the key {holder.key}")
            if holder.key is None:
                self._fleet.send(tenant, holder, Step(notes={KEY: str(key)}))
                self._fleet.tasks.wait(holder.uuid, ADOPTION_S)
            return
        for server in site.servers:
            for disk in server.disks:
                if disk.uuid == backend_id:
                    held = Held(path=disk.path, size_gib=disk.size_gib, server=server.uuid)
                    self._adopt(tenant, backend_id, key, f"{server.title} disk", held)
                    return
        raise absent(f"disk {backend_id}")

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Takes the key off; the holder of a disk that a server has goes, for it has nothing itself."""
        holder = self._fleet.site(tenant).by_uuid.get(backend_id)
        if holder is None or holder.key != key:
            return
        if holder.disks:
            self._fleet.send(tenant, holder, Step(notes={KEY: ""}))
        else:
            self._fleet.tasks.send(holder.uuid, holder.ref.Destroy_Task)
        self._fleet.tasks.wait(holder.uuid, ADOPTION_S)

    def give(self, tenant: str, volume: str, server: Machine) -> None:
        """Begins to move a volume to a server; one that has it is done, raises Busy while it is anywhere else."""
        site, holder = self._look(tenant, volume)
        fact = self._fact(holder, site)
        if fact.server == server.uuid or (holder.held is not None and holder.held.server == server.uuid):
            return
        if fact.status is not VolumeStatus.AVAILABLE:
            _require_settled(fact)
            raise busy(f"volume {holder.title} is {fact.status.value}")
        disk = holder.disks[0]
        held = Held(path=disk.path, size_gib=disk.size_gib, server=server.uuid)
        self._fleet.send(tenant, holder, Step(drop=(disk.path,), notes=noted(disk=held)))

    def take_back(self, tenant: str, volume: str, server: str) -> None:
        """Begins to move a volume back to its holder; one that the server does not have is done."""
        site, holder = self._look(tenant, volume)
        held = holder.held
        if held is None or held.server != server:
            return
        fact = self._fact(holder, site)
        if fact.status is not VolumeStatus.IN_USE:
            _require_settled(fact)
        free = Held(path=held.path, size_gib=fact.size_gib)
        self._fleet.send(tenant, holder, Step(notes=noted(disk=free)))

    def _make(
        self, request: VolumeRequest, promise: Promise, datastore: str, size_gib: int | None, held: Held | None
    ) -> None:
        spec = specs.holder(
            request,
            name=full_name(request.name, request.key),
            uuid=promise.uuid,
            datastore=datastore,
            size_gib=size_gib,
            held=held,
        )
        folder, pool = self._client.ref(vim.Folder, request.tenant), self._tenants.pool_for(request.tenant)
        self._fleet.make(promise, lambda: folder.CreateVM_Task(spec, pool))

    def _adopt(self, tenant: str, uuid: str, key: UUID, name: str, held: Held) -> None:
        request = VolumeRequest(key=key, tenant=tenant, name=name, size_gib=held.size_gib, volume_type=None)
        promise = Promise(tenant=tenant, key=key, uuid=uuid, name=name, volume_gib=held.size_gib)
        self._make(request, promise, self._places.datastore_name(None), None, held)
        self._fleet.tasks.wait(uuid, ADOPTION_S)

    def _look(self, tenant: str, volume: str) -> tuple[Site, Machine]:
        site = self._fleet.site(tenant)
        holder = site.by_uuid.get(volume)
        if holder is None or not holder.holds:
            raise absent(f"volume {volume}")
        return site, holder

    @staticmethod
    def _where(holder: Machine, site: Site) -> tuple[Machine, str]:
        """The machine that has the disk, and the disk's file; raises Busy while none has."""
        if holder.disks:
            return holder, holder.disks[0].path
        path = holder.held.path if holder.held is not None else ""
        for server in site.servers:
            if server.disk(path) is not None:
                return server, path
        raise busy(f"volume {holder.title} is changing")

    def _fact(self, holder: Machine, site: Site) -> VolumeFact:
        held, own = holder.held, holder.disks[0] if holder.disks else None
        wanted = wanted_server(holder, site)
        has = wanted.disk(held.path) if wanted is not None and held is not None else None
        disk = own or has
        status, failure = VolumeStatus.CHANGING, self._fleet.tasks.failure(holder.uuid)
        if holder.goal is not None:
            status = VolumeStatus.DELETING
        elif failure is not None:
            status = VolumeStatus.ERROR
        elif self._fleet.tasks.busy(holder.uuid):
            pass  # a task is under way, or its end is not known here yet
        elif has is not None:
            status = VolumeStatus.IN_USE
        elif own is not None and wanted is None:
            status = VolumeStatus.AVAILABLE
        return VolumeFact(
            key=holder.key,
            backend_id=holder.uuid,
            name=holder.title,
            status=status,
            size_gib=disk.size_gib if disk is not None else held.size_gib if held is not None else 0,
            server=wanted.uuid if wanted is not None and has is not None else None,
            fault=str(failure) if status is VolumeStatus.ERROR else None,
        )


def _leave(_: Machine) -> Step:
    return Step(notes=noted(goal=Goal(act="delete")))


def _expected(promise: Promise, failure: BackendError | None) -> VolumeFact | None:
    """The fact of a promise of this kind."""
    return _promised(promise, failure) if promise.volume_gib is not None else None


def _promised(promise: Promise, failure: BackendError | None) -> VolumeFact:
    return VolumeFact(
        key=promise.key,
        backend_id=promise.uuid,
        name=promise.name,
        status=VolumeStatus.BUILDING if failure is None else VolumeStatus.ERROR,
        size_gib=promise.volume_gib or 0,
        fault=None if failure is None else str(failure),
    )


def _require_settled(fact: VolumeFact) -> None:
    """Raises Failed for a volume in error, Busy for one that is on its way between states."""
    if fact.status is VolumeStatus.ERROR:
        raise failed(f"volume {fact.name}")
    if fact.status not in (VolumeStatus.AVAILABLE, VolumeStatus.IN_USE):
        raise busy(f"volume {fact.name} is {fact.status.value}")
