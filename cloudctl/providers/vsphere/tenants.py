"""A department: a folder for its machines and a resource pool of the cluster with its limits.

Both carry the department's key as a custom field, the folder last: one without it is half made, and `create` finishes
it. Their names end in the key, so that the vCenter itself refuses a second one.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import Any
from uuid import UUID

from pyVmomi import vim

from cloudctl.domain.errors import Absent, Busy
from cloudctl.domain.quotas import Dimension
from cloudctl.providers.vsphere.errors import absent, busy
from cloudctl.providers.vsphere.fleet import Fleet
from cloudctl.providers.vsphere.machines import as_key, full_name
from cloudctl.providers.vsphere.networks import VSphereNetworks

DELETE_S = 30.0
UNLIMITED = -1


class VSphereTenants:
    """`ports.clouds.Tenants` on folders and resource pools. A pool bounds vCPU and memory, and nothing else."""

    def __init__(self, fleet: Fleet, networks: VSphereNetworks) -> None:
        self._client, self._places, self._fleet = fleet.client, fleet.places, fleet
        self._networks = networks
        self._pools: dict[str, Any] = {}
        self._lock = Lock()

    def find(self, key: UUID) -> str | None:
        """One call."""
        found = next((ref for ref, _, marked in self._folders() if marked == key), None)
        return None if found is None else moid(found)

    def create(self, key: UUID, name: str) -> str:
        """Makes what is missing: the folder, the pool, and last the folder's key."""
        title = full_name(name, key)
        folder, marked = next(((ref, mark) for ref, called, mark in self._folders() if called == title), (None, None))
        if folder is None:
            try:
                folder = self._client.call(lambda _: self._places.departments.CreateFolder(title), write=True)
            except Busy:
                folder = next((ref for ref, called, _ in self._folders() if called == title), None)
                if folder is None:
                    raise
        pool = self._pool_of(key) or self._make_pool(title)
        self._mark(pool, key)
        if marked != key:
            self._mark(folder, key)
        return moid(folder)

    def set_quota(self, tenant: str, limits: Mapping[Dimension, int]) -> None:
        """One call: the pool's limits. MHz follow the vCPUs by `mhz_per_vcpu`; the memory has room for its overhead."""
        pool = self.pool(tenant)
        spec = vim.ResourceConfigSpec(cpuAllocation=_allocation(), memoryAllocation=_allocation())
        if Dimension.VCPU in limits:
            spec.cpuAllocation.limit = limits[Dimension.VCPU] * self._client.config.mhz_per_vcpu
        if Dimension.MEMORY_MIB in limits:
            spec.memoryAllocation.limit = limits[Dimension.MEMORY_MIB]
        self._client.call(lambda _: pool.UpdateConfig(None, spec), write=True)

    def enter(self, tenant: str) -> None:
        """Nothing to do: one account sees all folders; raises Absent for one that is not there."""
        self._folder(tenant)

    def delete(self, tenant: str) -> None:
        """Removes an empty folder and its pool; raises Busy while anything stands in it."""
        try:
            _, key = self._folder(tenant)
        except Absent:
            return
        site = self._fleet.site(tenant)
        self._fleet.push(tenant, site)
        if site.machines:
            raise busy("the folder still has machines")
        if self._networks.find(tenant):
            raise busy("the department still has networks")
        pool = None if key is None else self._pool_of(key)
        for each in (pool, self._client.ref(vim.Folder, tenant)):
            if each is not None:
                self._destroy(each)
        with self._lock:
            self._pools.pop(tenant, None)

    def pool(self, tenant: str) -> Any:
        """The department's resource pool; raises Absent without one."""
        with self._lock:
            known = self._pools.get(tenant)
        if known is None:
            _, key = self._folder(tenant)
            known = None if key is None else self._pool_of(key)
            if known is None:
                raise absent(f"resource pool of folder {tenant}")
            with self._lock:
                self._pools[tenant] = known
        return known

    def pool_for(self, tenant: str) -> Any:
        """The department's pool; for a folder that we did not make the cluster's own."""
        try:
            return self.pool(tenant)
        except Absent:
            return self._places.root_pool

    def _destroy(self, each: Any) -> None:
        owner = moid(each)
        with suppress(Absent):
            self._fleet.tasks.send(owner, each.Destroy_Task)
            self._fleet.tasks.wait(owner, DELETE_S)

    def _folders(self) -> list[tuple[Any, str, UUID | None]]:
        """The departments' folders: each with its name and key."""
        where = self._client.under(self._places.departments, deep=False)
        return [
            (ref, values["name"], self._key_of(values))
            for ref, values in self._client.read(vim.Folder, [where], ("name", "customValue"))
        ]

    def _folder(self, tenant: str) -> tuple[str, UUID | None]:
        folder = self._client.ref(vim.Folder, tenant)
        for _, values in self._client.read(vim.Folder, [folder], ("name", "customValue")):
            return values["name"], self._key_of(values)
        raise absent(f"folder {tenant}")

    def _pool_of(self, key: UUID) -> Any:
        children = self._client.one(vim.ResourcePool, self._places.root_pool, ("resourcePool",))
        pools = self._client.read(vim.ResourcePool, children.get("resourcePool", []), ("name", "customValue"))
        return next((ref for ref, values in pools if self._key_of(values) == key), None)

    def _make_pool(self, title: str) -> Any:
        spec = vim.ResourceConfigSpec(cpuAllocation=_allocation(), memoryAllocation=_allocation())
        try:
            return self._client.call(lambda _: self._places.root_pool.CreateResourcePool(title, spec), write=True)
        except Busy:
            children = self._client.one(vim.ResourcePool, self._places.root_pool, ("resourcePool",))
            pools = self._client.read(vim.ResourcePool, children.get("resourcePool", []), ("name",))
            made = next((ref for ref, values in pools if values["name"] == title), None)
            if made is None:
                raise
            return made

    def _mark(self, entity: Any, key: UUID) -> None:
        field = self._places.key_field
        self._client.call(lambda content: content.customFieldsManager.SetField(entity, field, str(key)), write=True)

    def _key_of(self, values: Mapping[str, Any]) -> UUID | None:
        own = [value.value for value in values.get("customValue") or () if value.key == self._places.key_field]
        return as_key(own[-1]) if own else None


def moid(ref: Any) -> str:
    """The id of a managed object."""
    return str(ref._GetMoId())  # noqa: SLF001 - pyVmomi's only way to it


def _allocation() -> Any:
    shares = vim.SharesInfo(level="normal", shares=0)
    return vim.ResourceAllocationInfo(reservation=0, expandableReservation=True, limit=UNLIMITED, shares=shares)
