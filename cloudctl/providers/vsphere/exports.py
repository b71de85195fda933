"""Disks in bytes: copies on the datastore, below `cloudctl-exports`, each named after its key.

A copy is made of a disk that nothing runs on, for a vCenter does not copy one that is in use: of a server that is off.
It is named `<key>-part` until it is whole. A server that is built of one takes the file as its disk, so such an export
serves one server.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

from cloudctl.domain.errors import BackendError
from cloudctl.domain.exports import ExportFact, ExportRequest, ExportStatus, ImportRequest
from cloudctl.providers.vsphere.disks import Disks, Place
from cloudctl.providers.vsphere.errors import absent, busy, failed
from cloudctl.providers.vsphere.fleet import Fleet
from cloudctl.providers.vsphere.machines import as_key

FOLDER = "cloudctl-exports"
PART = "-part"


class VSphereExports:
    """`ports.clouds.Exports` on files."""

    def __init__(self, fleet: Fleet, disks: Disks) -> None:
        self._fleet = fleet
        self._disks = disks

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, ExportFact]:
        """Three calls; what this process copies is found as well."""
        sizes = self._disks.sizes(_folder(tenant))
        named = {key for name in sizes if (key := as_key(name.removesuffix(".vmdk").removesuffix(PART))) is not None}
        wanted = named if keys is None else set(keys)
        return {key: fact for key in wanted if (fact := self._fact(tenant, key, sizes)) is not None}

    def take(self, request: ExportRequest) -> ExportFact:
        """Two tasks; what a process that is gone has left half done is made anew."""
        key, tenant = request.key, request.tenant
        found = self._fact(tenant, key, self._disks.sizes(_folder(tenant)))
        if found is not None and (found.status is not ExportStatus.BUILDING or self._fleet.tasks.busy(_owner(key))):
            return found
        source = self._source(request)
        if found is not None:
            self._disks.remove(f"{_owner(key)} part", _part(tenant, key))
        self._disks.copy(_owner(key), source, _part(tenant, key), _place(tenant, key))
        return ExportFact(key=key, backend_id=str(key), status=ExportStatus.BUILDING, format="vmdk")

    def read(self, tenant: str, backend_id: str) -> Iterator[bytes]:
        """One call."""
        return self._disks.read(Place(_folder(tenant), backend_id))

    def put(self, request: ImportRequest, content: Iterable[bytes]) -> ExportFact:
        """Four calls, one of them with the bytes."""
        found = self.find(request.tenant, [request.key]).get(request.key)
        if found is not None and found.status is ExportStatus.READY:
            return found
        self._disks.write(_place(request.tenant, request.key), content, request.size_bytes)
        return self.find(request.tenant, [request.key])[request.key]

    def drop(self, tenant: str, key: UUID) -> None:
        """A task for each part that is there."""
        if self._fleet.tasks.busy(_owner(key)):
            raise busy(f"export {key} is being copied")
        self._fleet.tasks.forget(_owner(key))
        sizes = self._disks.sizes(_folder(tenant))
        for place in (_place(tenant, key), _part(tenant, key)):
            if f"{place.name}.vmdk" in sizes:
                self._disks.remove(_owner(key), place)

    def path(self, tenant: str, backend_id: str) -> str:
        """The file of one that is whole, for a server that takes it; raises Absent."""
        place = Place(_folder(tenant), backend_id)
        if f"{backend_id}.vmdk" not in self._disks.sizes(place.folder):
            raise absent(f"export {backend_id}")
        return self._disks.path(place)

    def _source(self, request: ExportRequest) -> str:
        """The file of the disk; raises Absent, or Busy while something runs on it."""
        site = self._fleet.site(request.tenant)
        machine = site.by_uuid.get(request.volume or request.server or "")
        if machine is None:
            raise absent(f"machine {request.volume or request.server}")
        has, disk = machine, site.root(machine)
        if request.volume is not None:
            path = machine.disks[0].path if machine.disks else machine.held.path if machine.held is not None else ""
            has = next((each for each in site.machines if each.disk(path) is not None), machine)
            disk = has.disk(path)
        if has.on or has.goal is not None or disk is None:
            raise busy(f"the disk of {machine.title} is in use")
        return disk.path

    def _fact(self, tenant: str, key: UUID, sizes: Mapping[str, int]) -> ExportFact | None:
        owner, place = _owner(key), _place(tenant, key)
        failure: BackendError | None = self._fleet.tasks.failure(owner)
        whole = f"{place.name}.vmdk" in sizes and not self._fleet.tasks.busy(owner)
        status = ExportStatus.READY if whole else ExportStatus.BUILDING
        if failure is not None:
            status = ExportStatus.ERROR
        elif not whole and not self._fleet.tasks.busy(owner) and f"{_part(tenant, key).name}.vmdk" not in sizes:
            return None
        return ExportFact(
            key=key,
            backend_id=str(key),
            status=status,
            format="vmdk",
            size_bytes=sizes.get(f"{place.name}-flat.vmdk") if whole else None,
            fault=None if failure is None else str(failed(str(failure))),
        )


def _folder(tenant: str) -> str:
    return f"{FOLDER}/{tenant}"


def _place(tenant: str, key: UUID) -> Place:
    return Place(_folder(tenant), str(key))


def _part(tenant: str, key: UUID) -> Place:
    return Place(_folder(tenant), f"{key}{PART}")


def _owner(key: UUID) -> str:
    return f"export {key}"
