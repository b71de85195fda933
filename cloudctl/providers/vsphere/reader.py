"""Reads many objects of a vCenter, in pages, without pyVmomi's decoding: the next page comes while this one is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from lxml import etree
from pyVmomi import vim, vmodl

from cloudctl.domain.errors import BackendError
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.errors import absent, unreachable
from cloudctl.providers.vsphere.soap import Answer, Seen, parse, raw

PAGE_SIZE = 500
#: So many searches by UUID cost less than a list of every machine's.
FEW = 50
#: What machines refer to. A type's paths are whole: whether a base type's are added is not the same everywhere.
SCAFFOLD: Mapping[type, tuple[str, ...]] = {
    vim.Folder: ("name", "parent"),
    vim.HostSystem: ("name", "parent"),
    vim.ComputeResource: ("name",),
    vim.ClusterComputeResource: ("name",),
    vim.Network: ("name", "tag"),
    vim.dvs.DistributedVirtualPortgroup: (
        "name",
        "tag",
        "config.description",
        "config.uplink",
        "config.defaultPortConfig",
    ),
}
_TOKEN = re.compile(rb"<token>([^<]+)</token>")
#: The token stands before the objects.
_HEAD = 4096

Query = vmodl.query.PropertyCollector
Paths = Mapping[type, Collection[str]]


class Reader:
    """Whole lists and chosen machines of one datacenter."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def datacenter(self) -> Any:
        """The datacenter that the configuration names."""
        name = self._client.config.datacenter
        found = self._client.call(lambda content: content.searchIndex.FindByInventoryPath(name))
        if found is None:
            raise absent(f"datacenter {name}")
        return found

    def machine_folder(self) -> str:
        """The id of the folder that all machines' folders are in."""
        datacenter = self.datacenter
        return str(self._client.call(lambda _: datacenter.vmFolder)._GetMoId())  # noqa: SLF001 - pyVmomi's only way

    def machines(self, paths: Collection[str]) -> Iterator[list[Seen]]:
        """Every machine, a page at a time."""
        return self.all({vim.VirtualMachine: paths})

    def all(self, paths: Paths) -> Iterator[list[Seen]]:
        """Every object of these types below the datacenter."""
        with self.view(paths) as view:
            yield from self._pages(specification(below(view), paths))

    def those(self, moids: Collection[str], paths: Collection[str]) -> Iterator[list[Seen]]:
        """These machines, but for those that are gone."""
        ids = list(moids)
        for start in range(0, len(ids), PAGE_SIZE):
            some = [
                Query.ObjectSpec(obj=self._client.ref(vim.VirtualMachine, moid))
                for moid in ids[start : start + PAGE_SIZE]
            ]
            yield from self._pages(specification(some, {vim.VirtualMachine: paths}))

    def by_uuid(self, uuids: Collection[str]) -> list[str]:
        """The ids of the machines with these instance UUIDs, of those that are there."""
        if len(uuids) > FEW:
            pages = self.machines(["config.instanceUuid"])
            return [seen.moid for page in pages for seen in page if seen.values.get("config.instanceUuid") in uuids]
        found = [self._client.call(partial(_by_uuid, uuid)) for uuid in uuids]
        return [machine._GetMoId() for machine in found if machine is not None]  # noqa: SLF001 - as above

    @contextmanager
    def view(self, kinds: Collection[type]) -> Iterator[Any]:
        """A list of everything of these kinds below the datacenter, kept by the vCenter for the block."""
        opened = self.open_view(kinds)
        try:
            yield opened
        finally:
            # With the session it has gone already.
            with suppress(BackendError):
                self._client.call(lambda _: opened.DestroyView())

    def open_view(self, kinds: Collection[type]) -> Any:
        """The same until the session ends."""
        container = self.datacenter
        return self._client.call(
            lambda content: content.viewManager.CreateContainerView(container, list(kinds), recursive=True)
        )

    def _pages(self, wanted: Any) -> Iterator[list[Seen]]:
        """While one page is used, the next is parsed (libxml2 does that beside us) and the one after it fetched."""
        options = Query.RetrieveOptions(maxObjects=PAGE_SIZE)
        with ThreadPoolExecutor(2, thread_name_prefix="vsphere-read") as ahead:
            fetched: Future[bytes] | None = ahead.submit(
                self._ask, lambda collector: collector.RetrievePropertiesEx([wanted], options)
            )
            parsed: Future[Answer] | None = None
            while fetched is not None:
                body = fetched.result()
                token = _TOKEN.search(body, 0, _HEAD)
                fetched = ahead.submit(self._continue, token[1].decode()) if token else None
                before, parsed = parsed, ahead.submit(read, body)
                if before is not None:
                    yield before.result().objects
            if parsed is not None and (last := parsed.result()).objects:
                if last.token:
                    raise unreachable("a page that tells of a next one where nobody looks", effect_unknown=False)
                yield last.objects

    def _continue(self, token: str) -> bytes:
        return self._ask(lambda collector: collector.ContinueRetrievePropertiesEx(token))

    def _ask(self, call: Callable[[Any], bytes]) -> bytes:
        return self._client.call(lambda content: call(raw(content.propertyCollector)))


def _by_uuid(uuid: str, content: Any) -> Any:
    return content.searchIndex.FindByUuid(None, uuid, vmSearch=True, instanceUuid=True)


def below(view: Any) -> list[Any]:
    """The specification of what is in a view."""
    walk = Query.TraversalSpec(type=vim.view.ContainerView, path="view", skip=False)
    return [Query.ObjectSpec(obj=view, skip=True, selectSet=[walk])]


def specification(objects: list[Any], paths: Paths) -> Any:
    """The specification of these leaf paths of those objects; what is gone is passed over."""
    properties = [Query.PropertySpec(type=kind, all=False, pathSet=list(names)) for kind, names in paths.items()]
    return Query.FilterSpec(objectSet=objects, propSet=properties, reportMissingObjectsInResults=True)


def read(body: bytes) -> Answer:
    """An answer, parsed; raises Unreachable where it is broken."""
    try:
        return parse(body)
    except etree.XMLSyntaxError as error:
        raise unreachable(f"a broken answer: {error}", effect_unknown=False) from error
