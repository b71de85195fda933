"""Volumes of Cinder, keyed by their metadata."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from cloudctl.domain.errors import Absent, Rejected
from cloudctl.domain.volumes import VolumeFact, VolumeRequest, VolumeStatus
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.errors import busy, failed
from cloudctl.providers.openstack.translate import KEY, VolumeEntry, by_key, require_ownerless, volume_fact

CINDER = "block-storage"
SETTLED = frozenset({VolumeStatus.AVAILABLE, VolumeStatus.IN_USE})


class OpenStackVolumes:
    """`ports.clouds.Volumes` on Cinder, which answers 400 both to what is wrong and to what comes too early."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, VolumeFact]:
        """One call for each thousand volumes of the project."""
        entries = self._client.list(CINDER, "/volumes/detail", "volumes", VolumeEntry, tenant=tenant)
        return by_key(map(volume_fact, entries), keys)

    def create(self, request: VolumeRequest) -> VolumeFact:
        """One call."""
        volume = {"name": request.name, "size": request.size_gib, "metadata": {KEY: str(request.key)}}
        if request.volume_type is not None:
            volume["volume_type"] = request.volume_type
        return volume_fact(
            self._client.create(CINDER, "/volumes", "volume", volume, VolumeEntry, tenant=request.tenant)
        )

    def copy(self, request: VolumeRequest, source: str) -> VolumeFact:
        """One call; the copy has the size and the type of its source, which may be in use."""
        volume = {"name": request.name, "source_volid": source, "metadata": {KEY: str(request.key)}}
        return volume_fact(
            self._client.create(CINDER, "/volumes", "volume", volume, VolumeEntry, tenant=request.tenant)
        )

    def extend(self, tenant: str, backend_id: str, size_gib: int) -> None:
        """One call; a refusal is looked at, for a volume that has the size is refused as well."""
        body = {"os-extend": {"new_size": size_gib}}
        try:
            self._client.act(CINDER, "POST", f"/volumes/{backend_id}/action", body, tenant=tenant)
        except Rejected:
            fact = self.get(tenant, backend_id)
            if fact.size_gib >= size_gib and fact.status in SETTLED:
                return
            require_settled(fact)
            raise

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Two calls: it is looked at first, so that nobody else's key is written over."""
        metadata = self._metadata(tenant, backend_id)
        if metadata.get(KEY) != str(key):
            require_ownerless(metadata, backend_id)
            body = {"metadata": {KEY: str(key)}}
            self._client.act(CINDER, "POST", f"/volumes/{backend_id}/metadata", body, tenant=tenant)

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Two calls."""
        with suppress(Absent):
            if self._metadata(tenant, backend_id).get(KEY) == str(key):
                self._client.act(CINDER, "DELETE", f"/volumes/{backend_id}/metadata/{KEY}", tenant=tenant)

    def _metadata(self, tenant: str, backend_id: str) -> dict[str, str]:
        path = f"/volumes/{backend_id}"
        return self._client.get(CINDER, path, "volume", VolumeEntry, tenant=tenant).metadata

    def delete(self, tenant: str, backend_id: str) -> None:
        """One call; a refusal is looked at, for a volume that is being deleted is refused as well."""
        try:
            self._client.act(CINDER, "DELETE", f"/volumes/{backend_id}", tenant=tenant)
        except Absent:
            return
        except Rejected as error:
            try:
                fact = self.get(tenant, backend_id)
            except Absent:
                return
            if fact.status is VolumeStatus.DELETING:
                return
            require_settled(fact)
            raise busy(str(error.params["words"])) from error

    def get(self, tenant: str, backend_id: str) -> VolumeFact:
        """One volume; raises Absent."""
        return volume_fact(self._client.get(CINDER, f"/volumes/{backend_id}", "volume", VolumeEntry, tenant=tenant))


def require_settled(fact: VolumeFact) -> None:
    """Raises Failed for a volume in error, Busy for one that is on its way between states."""
    if fact.status is VolumeStatus.ERROR:
        raise failed(f"volume {fact.name}")
    if fact.status not in SETTLED:
        raise busy(f"volume {fact.name} is {fact.status.value}")
