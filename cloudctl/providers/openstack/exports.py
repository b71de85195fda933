"""Disks in bytes, by way of Glance.

Of a server Nova makes an image. Of a volume Cinder makes one only while nothing has it, so a copy of the volume is made
first and goes when its image is there: the volume itself is never touched. An image of a server has the key as a
property; for a volume Cinder takes nothing but a name, so there the key is the name, written in the same call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from urllib.parse import quote
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Absent
from cloudctl.domain.exports import ExportFact, ExportRequest, ExportStatus, ImportRequest
from cloudctl.domain.volumes import VolumeRequest, VolumeStatus
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.errors import failed
from cloudctl.providers.openstack.translate import KEY, MARK, Entry, as_key
from cloudctl.providers.openstack.volumes import CINDER, OpenStackVolumes

GLANCE, NOVA = "image", "compute"
STATUSES = {"active": ExportStatus.READY, "killed": ExportStatus.ERROR, "deactivated": ExportStatus.ERROR}
GONE = frozenset({"deleted", "pending_delete"})


class ImageEntry(Entry, frozen=True, kw_only=True):
    """An image in Glance's list."""

    name: str | None = None
    status: str
    size: int | None = None
    disk_format: str | None = None
    cloudctl_key: str | None = None
    os_hash_algo: str | None = None
    os_hash_value: str | None = None

    @property
    def key(self) -> UUID | None:
        """Ours, in the property or in the name."""
        return as_key(self.cloudctl_key) or as_key((self.name or "").removeprefix(MARK))


class Uploaded(msgspec.Struct, frozen=True):
    """Cinder's answer to a request for an image."""

    image_id: str


class OpenStackExports:
    """`ports.clouds.Exports` on Glance's images."""

    def __init__(self, client: Client, volumes: OpenStackVolumes) -> None:
        self._client = client
        self._volumes = volumes

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, ExportFact]:
        """One call for each thousand images of the project."""
        wanted = None if keys is None else frozenset(keys)
        return {
            key: _fact(key, image)
            for image in self._images(tenant)
            if (key := image.key) is not None and (wanted is None or key in wanted)
        }

    def take(self, request: ExportRequest) -> ExportFact:
        """Two calls for a server; for a volume one or two more each time it is called."""
        found = self.find(request.tenant, [request.key]).get(request.key)
        if request.volume is None:
            return found or self._of_server(request)
        return self._of_volume(request, request.volume, found)

    def read(self, tenant: str, backend_id: str) -> Iterator[bytes]:
        """Two calls; what comes is held against the digest that Glance keeps."""
        image = self._client.list(GLANCE, f"/images?id=in:{backend_id}&owner={quote(tenant)}", "images", ImageEntry,
                                  tenant=tenant)  # fmt: skip
        if not image:
            raise Absent("The cloud has no such object: {words}", words=f"image {backend_id}")
        digest = hashlib.new(image[0].os_hash_algo or "sha512")
        for piece in self._client.stream(GLANCE, f"/images/{backend_id}/file", tenant=tenant):
            digest.update(piece)
            yield piece
        if image[0].os_hash_value not in (None, digest.hexdigest()):
            raise failed(f"image {backend_id}: other bytes came than the cloud has a digest of")

    def put(self, request: ImportRequest, content: Iterable[bytes]) -> ExportFact:
        """Three calls, the second of them with the bytes."""
        found = self.find(request.tenant, [request.key]).get(request.key)
        if found is not None and found.status is ExportStatus.READY:
            return found
        if found is not None:
            self._remove(request.tenant, found.backend_id)
        image = {
            "name": request.name,
            "disk_format": request.format,
            "container_format": "bare",
            "visibility": "private",
            KEY: str(request.key),
        }
        made = self._client.post(GLANCE, "/images", image, Entry, tenant=request.tenant)
        self._client.upload(GLANCE, f"/images/{made.id}/file", content, tenant=request.tenant)
        return self.find(request.tenant, [request.key])[request.key]

    def drop(self, tenant: str, key: UUID) -> None:
        """Two lists, and a call for each part that is there."""
        for image in self._images(tenant):
            if image.key == key:
                self._remove(tenant, image.id)
        copy = self._volumes.find(tenant, [key]).get(key)
        if copy is not None:
            self._volumes.delete(tenant, copy.backend_id)

    def _of_server(self, request: ExportRequest) -> ExportFact:
        body = {"createImage": {"name": request.name, "metadata": {KEY: str(request.key)}}}
        path = f"/servers/{request.server}/action"
        made = self._client.ask(NOVA, path, body, "image_id", str, tenant=request.tenant)
        return ExportFact(key=request.key, backend_id=made, status=ExportStatus.BUILDING)

    def _of_volume(self, request: ExportRequest, volume: str, found: ExportFact | None) -> ExportFact:
        copy = self._volumes.find(request.tenant, [request.key]).get(request.key)
        if found is not None:
            if found.status is not ExportStatus.BUILDING and copy is not None:
                self._volumes.delete(request.tenant, copy.backend_id)
            return found
        waiting = ExportFact(key=request.key, backend_id="", status=ExportStatus.BUILDING)
        if copy is None:
            self._volumes.copy(
                VolumeRequest(
                    key=request.key, tenant=request.tenant, name=request.name, size_gib=0, volume_type=None
                ),
                volume,
            )  # fmt: skip
        elif copy.status is VolumeStatus.ERROR:
            raise failed(f"a copy of volume {volume}")
        elif copy.status is VolumeStatus.AVAILABLE:
            body = {
                "os-volume_upload_image": {
                    "image_name": f"{MARK}{request.key}", "disk_format": "raw", "container_format": "bare"
                }
            }  # fmt: skip
            path = f"/volumes/{copy.backend_id}/action"
            self._client.ask(CINDER, path, body, "os-volume_upload_image", Uploaded, tenant=request.tenant)
        return waiting

    def _images(self, tenant: str) -> list[ImageEntry]:
        """The project's own: a token sees public ones too."""
        path = f"/images?owner={quote(tenant)}&visibility=private"
        found = self._client.list(GLANCE, path, "images", ImageEntry, tenant=tenant)
        return [image for image in found if image.status not in GONE]

    def _remove(self, tenant: str, image: str) -> None:
        with suppress(Absent):
            self._client.act(GLANCE, "DELETE", f"/images/{image}", tenant=tenant)


def _fact(key: UUID, image: ImageEntry) -> ExportFact:
    status = STATUSES.get(image.status, ExportStatus.BUILDING)
    return ExportFact(
        key=key,
        backend_id=image.id,
        status=status,
        format=image.disk_format or "raw",
        size_bytes=image.size if status is ExportStatus.READY else None,
        fault=image.status if status is ExportStatus.ERROR else None,
    )
