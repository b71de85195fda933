"""The files of virtual disks on a datastore: copied and removed by the vCenter, read and written over its HTTPS.

    disks.copy("export 0199...", "[vsan-1] web/web.vmdk", place)      # tasks; busy(owner) until they have ended
    disks.sizes("cloudctl-exports/group-v31")                         # bytes by file name
    for piece in disks.read(place): ...

A disk is two files: its descriptor, and beside it the flat extent with the bytes. Datastores that keep objects and not
files (vSAN, vVols) give no flat extent out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from pyVmomi import vim

from cloudctl.domain.errors import Absent
from cloudctl.providers.vsphere.client import trust
from cloudctl.providers.vsphere.errors import absent, busy, rejected, translated
from cloudctl.providers.vsphere.fleet import Fleet

PIECE_BYTES = 1 << 20
SECTOR_BYTES = 512
TIMEOUT_S = 120.0
TASK_S = 60.0
GONE = 404
DESCRIPTOR = """# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=ffffffff
createType="vmfs"

# Extent description
RW {sectors} VMFS "{flat}"

# The Disk Data Base
ddb.virtualHWVersion = "13"
ddb.adapterType = "lsilogic"
"""


class Place(NamedTuple):
    """Where a disk is: the folder on the datastore, and its name without the ending."""

    folder: str
    name: str

    @property
    def descriptor(self) -> str:
        """The file that names the other."""
        return f"{self.folder}/{self.name}.vmdk"

    @property
    def flat(self) -> str:
        """The file with the bytes."""
        return f"{self.folder}/{self.name}-flat.vmdk"


class Disks:
    """The configured datastore's disks; safe for several threads."""

    def __init__(self, fleet: Fleet) -> None:
        self._client, self._places, self._tasks = fleet.client, fleet.places, fleet.tasks

    def path(self, place: Place) -> str:
        """As the vCenter writes it."""
        return f"[{self._places.datastore_name(None)}] {place.descriptor}"

    def copy(self, owner: str, source: str, part: Place, place: Place) -> None:
        """Copies a disk that nothing runs on: it is whole when it has its name, for it is renamed last."""
        self._make_folder(place.folder)
        datacenter = self._places.datacenter

        def send(content: Any) -> Any:
            return content.virtualDiskManager.CopyVirtualDisk_Task(
                sourceName=source, sourceDatacenter=datacenter, destName=self.path(part), destDatacenter=datacenter
            )

        def rename(content: Any) -> Any:
            if self._tasks.failure(owner) is not None:
                return None
            return content.virtualDiskManager.MoveVirtualDisk_Task(
                sourceName=self.path(part), sourceDatacenter=datacenter,
                destName=self.path(place), destDatacenter=datacenter, force=True,
            )  # fmt: skip

        self._tasks.send(owner, lambda: self._client.call(send, write=True), again=1)
        self._tasks.send(owner, lambda: self._client.call(rename, write=True), behind=True)

    def remove(self, owner: str, place: Place) -> None:
        """Removes a disk and waits for it; raises Busy while a machine that runs has it."""
        datacenter = self._places.datacenter

        def send(content: Any) -> Any:
            return content.virtualDiskManager.DeleteVirtualDisk_Task(name=self.path(place), datacenter=datacenter)

        self._tasks.send(owner, lambda: self._client.call(send, write=True))
        self._tasks.wait(owner, TASK_S)

    def sizes(self, folder: str) -> dict[str, int]:
        """The size of each file in a folder, by name; empty for a folder that is not there."""
        spec = vim.HostDatastoreBrowser.SearchSpec(
            matchPattern=["*.vmdk"],
            details=vim.HostDatastoreBrowser.FileInfo.Details(
                fileType=True, fileSize=True, modification=False, fileOwner=False
            ),
        )
        path = f"[{self._places.datastore_name(None)}] {folder}"
        browser = self._client.one(vim.Datastore, self._places.datastore(None), ("browser",))["browser"]
        owner, tasks = f"search {folder} {id(spec)}", []

        def send(_: Any) -> Any:
            tasks.append(browser.SearchDatastore_Task(datastorePath=path, searchSpec=spec))
            return tasks[-1]

        try:
            self._tasks.send(owner, lambda: self._client.call(send))
            self._tasks.wait(owner, TASK_S)
        except Absent:
            return {}
        found = self._client.one(vim.Task, tasks[-1], ("info.result",)).get("info.result")
        if found is None:
            raise busy("a search of the datastore has no result yet")
        return {file.path: int(file.fileSize or 0) for file in found.file or ()}

    def read(self, place: Place) -> Iterator[bytes]:
        """The bytes of a disk; raises Absent."""
        with closing(self._connection()) as connection, translated(write=False):
            connection.request("GET", self._url(place.flat), headers=self._headers())
            answer = _checked(connection.getresponse(), place.flat)
            while piece := answer.read(PIECE_BYTES):
                yield piece
            if answer.length:
                raise HTTPException(f"{answer.length} bytes are missing")

    def write(self, place: Place, content: Iterable[bytes], size_bytes: int) -> None:
        """Writes a disk: the bytes first and the descriptor last, so that half a disk is none."""
        self._make_folder(place.folder)
        self._put(place.flat, content, size_bytes)
        text = DESCRIPTOR.format(sectors=-(-size_bytes // SECTOR_BYTES), flat=f"{place.name}-flat.vmdk").encode()
        self._put(place.descriptor, [text], len(text))

    def _put(self, path: str, content: Iterable[bytes], size_bytes: int) -> None:
        headers = self._headers() | {"Content-Length": str(size_bytes), "Content-Type": "application/octet-stream"}
        with closing(self._connection()) as connection, translated(write=True):
            connection.request("PUT", self._url(path), body=content, headers=headers)
            _checked(connection.getresponse(), path).read()

    def _make_folder(self, folder: str) -> None:
        path, where = f"[{self._places.datastore_name(None)}] {folder}", self._places.datacenter

        def act(content: Any) -> None:
            try:
                content.fileManager.MakeDirectory(name=path, datacenter=where, createParentDirectories=True)
            except vim.fault.FileAlreadyExists:
                return

        self._client.call(act, write=True)

    def _connection(self) -> HTTPSConnection:
        config = self._client.config
        return HTTPSConnection(config.host, config.port, timeout=TIMEOUT_S, context=trust(config))

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self._client.cookie}

    def _url(self, path: str) -> str:
        where = {"dcPath": self._client.config.datacenter, "dsName": self._places.datastore_name(None)}
        return f"/folder/{quote(path)}?{urlencode(where)}"


def _checked(answer: HTTPResponse, path: str) -> HTTPResponse:
    if answer.status == GONE:
        raise absent(f"file {path}")
    if answer.status >= 500:
        raise busy(f"file {path}: status {answer.status}")
    if answer.status >= 400:
        raise rejected(f"file {path}: status {answer.status}")
    return answer
