"""The few places of a vCenter that every act names: found by their configured names, remembered for a while.

places.template("debian-12"), places.datastore(None), places.pool(tenant), places.key_field
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar

from pyVmomi import vim

from cloudctl.domain.errors import Absent, Busy, Rejected
from cloudctl.ports.clock import Clock
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.errors import absent
from cloudctl.providers.vsphere.machines import KEY

T = TypeVar("T")

KEEP_S = 600.0
TRASH = "trash"


class Places:
    """Remembers objects by name for all threads of one vCenter."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[Any, float]] = {}
        self._lock = RLock()

    @property
    def datacenter(self) -> Any:
        """The datacenter."""
        return self._at("datacenter", "")

    @property
    def cluster(self) -> Any:
        """The cluster."""
        return self._at("cluster", f"host/{self._client.config.cluster}")

    @property
    def switch(self) -> Any:
        """The distributed switch."""
        return self._at("distributed switch", f"network/{self._client.config.switch}")

    @property
    def machines(self) -> Any:
        """The datacenter's folder of virtual machines."""
        return self._at("folder", "vm")

    @property
    def departments(self) -> Any:
        """The folder that has the departments' folders; made when it is absent."""
        return self._folder(self._client.config.folder, lambda: self.machines)

    @property
    def trash(self) -> Any:
        """The folder where deleted machines wait; made when it is absent."""
        return self._folder(f"{self._client.config.folder}/{TRASH}", lambda: self.departments)

    @property
    def root_pool(self) -> Any:
        """The cluster's own resource pool."""

        def find(_: str) -> Any:
            return self._client.one(vim.ComputeResource, self.cluster, ("resourcePool",))["resourcePool"]

        return self._remembered("pool", "", find)

    @property
    def switch_uuid(self) -> str:
        """The distributed switch's own identity, which a network card names."""

        def find(_: str) -> str:
            return str(self._client.one(vim.DistributedVirtualSwitch, self.switch, ("uuid",))["uuid"])

        return self._remembered("switch", "uuid", find)

    @property
    def largest_host(self) -> tuple[int, int]:
        """Threads and MiB of memory of the host that has most of each."""

        def find(_: str) -> tuple[int, int]:
            hosts = self._client.one(vim.ComputeResource, self.cluster, ("host",)).get("host", [])
            paths = ("summary.hardware.numCpuThreads", "summary.hardware.memorySize")
            sizes = [values for _, values in self._client.read(vim.HostSystem, hosts, paths)]
            threads = max((size.get(paths[0], 0) for size in sizes), default=0)
            return threads, max((size.get(paths[1], 0) for size in sizes), default=0) // 2**20

        return self._remembered("host", "largest", find)

    @property
    def hosts(self) -> list[Any]:
        """The hosts of the cluster that machines can be put on, as they are now."""
        found = self._client.one(vim.ComputeResource, self.cluster, ("host",)).get("host", [])
        paths = ("runtime.connectionState", "runtime.inMaintenanceMode")
        read = self._client.read(vim.HostSystem, found, paths)
        return [ref for ref, values in read if values.get(paths[0]) == "connected" and not values.get(paths[1])]

    @property
    def key_field(self) -> int:
        """The number of our custom field; defined when it is absent."""

        def define(_: str) -> int:
            def act(content: Any) -> int:
                fields = content.customFieldsManager
                known = next((field.key for field in fields.field or () if field.name == KEY), None)
                return int(known if known is not None else fields.AddCustomFieldDef(name=KEY).key)

            return self._client.call(act, write=True)

        return self._remembered("field", KEY, define)

    def template(self, name: str) -> Any:
        """The template of this name in the template folder; raises Rejected without one."""

        def find(name: str) -> Any:
            folder = self._at("folder", f"vm/{self._client.config.template_folder}")
            seen = self._client.read(vim.VirtualMachine, [self._client.under(folder)], ("name", "config.template"))
            for ref, values in seen:
                if values.get("name") == name and values.get("config.template"):
                    return ref
            raise Rejected("The cloud has no {kind} named {name}.", kind="template", name=name)

        return self._remembered("template", name, find)

    def datastore(self, name: str | None) -> Any:
        """The datastore of this name, or the configured one."""
        return self._at("datastore", f"datastore/{name or self._client.config.datastore}")

    def datastore_name(self, name: str | None) -> str:
        """The name that a file's path begins with."""
        return name or self._client.config.datastore

    def forget(self) -> None:
        """Makes the next lookups ask the vCenter again."""
        with self._lock:
            self._known.clear()

    def _at(self, kind: str, path: str) -> Any:
        def find(path: str) -> Any:
            found = self._by_path(path)
            if found is None:
                raise Rejected(
                    "The cloud has no {kind} named {name}.",
                    kind=kind,
                    name=path.partition("/")[2] or path or self._root,
                )
            return found

        return self._remembered(kind, path, find)

    @property
    def _root(self) -> str:
        return self._client.config.datacenter

    def _by_path(self, path: str) -> Any:
        full = f"{self._root}/{path}" if path else self._root
        return self._client.call(lambda content: content.searchIndex.FindByInventoryPath(full))

    def _folder(self, path: str, parent: Callable[[], Any]) -> Any:
        def find(path: str) -> Any:
            found = self._by_path(f"vm/{path}")
            if found is not None:
                return found
            try:
                return self._client.call(lambda _: parent().CreateFolder(path.rpartition("/")[2]), write=True)
            except Busy:
                found = self._by_path(f"vm/{path}")  # another worker has just made it
                if found is None:
                    raise
                return found

        return self._remembered("folder", path, find)

    def _remembered(self, kind: str, name: str, find: Callable[[str], T]) -> T:
        # Ten threads that all need the same template shall make one call: so the lock is held while it is found.
        with self._lock:
            known = self._known.get((kind, name))
            now = self._clock.monotonic_s()
            if known is None or now - known[1] > KEEP_S:
                known = self._known[kind, name] = (find(name), now)
            return known[0]


def require_folder(client: Client, tenant: str) -> Any:
    """The folder of a tenant; raises Absent when it is gone."""
    folder = client.ref(vim.Folder, tenant)
    try:
        if any(client.read(vim.Folder, [folder], ("name",))):
            return folder
    except Absent:
        pass
    raise absent(f"folder {tenant}")
