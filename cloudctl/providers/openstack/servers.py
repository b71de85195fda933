"""Servers of Nova, keyed by their metadata.

A build costs one call a server, and one list for all servers at each poll. Nova answers 409 to an act that does not
fit the present state, which may be because the act is done already: only then is the server looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from urllib.parse import quote
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Absent, Busy, Rejected
from cloudctl.domain.servers import ServerFact, ServerRequest, ServerStatus
from cloudctl.domain.volumes import VolumeStatus
from cloudctl.ports.clock import Clock
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.errors import failed
from cloudctl.providers.openstack.lookups import Lookups, NamedEntry
from cloudctl.providers.openstack.pairs import Pairs
from cloudctl.providers.openstack.segments import NEUTRON, PortEntry, of_project
from cloudctl.providers.openstack.translate import KEY, Entry, ServerEntry, by_key, require_ownerless, server_fact
from cloudctl.providers.openstack.userdata import encode
from cloudctl.providers.openstack.volumes import OpenStackVolumes, require_settled

NOVA = "compute"
RUNNING = frozenset({ServerStatus.ACTIVE})
HALTED = frozenset({ServerStatus.STOPPED})


class Console(msgspec.Struct, frozen=True):
    """Nova's answer to a request for a console."""

    url: str


class OpenStackServers:
    """`ports.clouds.Servers` on Nova."""

    def __init__(self, client: Client, lookups: Lookups, volumes: OpenStackVolumes, clock: Clock) -> None:
        self._client = client
        self._lookups = lookups
        self._volumes = volumes
        self._pairs = Pairs(client, clock)
        self._clock = clock

    def find(self, tenant: str, keys: Collection[UUID] | None = None) -> dict[UUID, ServerFact]:
        """One call for each thousand servers of the project."""
        now = self._clock.now()
        entries = self._client.list(NOVA, "/servers/detail", "servers", ServerEntry, tenant=tenant)
        return by_key((server_fact(entry, now) for entry in entries), keys)

    def create(self, request: ServerRequest) -> ServerFact:
        """One call; three more for the first server of its size and image, a pair's waits for hosts."""
        server = {
            "name": request.name,
            "flavorRef": self._lookups.flavour(request.vcpu, request.memory_mib, request.root_disk_gib),
            "imageRef": request.export or self._lookups.image(request.image),
            "networks": [{"uuid": request.network}],
            "metadata": {**request.labels, KEY: str(request.key)},
        }
        user_data = encode(request.user_data, request.ssh_keys, request.first_boot)
        if user_data is not None:
            server["user_data"] = user_data

        def send(group: str | None) -> Entry:
            hints = {"group": group} if group else None
            return self._client.create(NOVA, "/servers", "server", server, Entry, tenant=request.tenant, hints=hints)

        try:
            made = send(None) if request.apart is None else self._pairs.build(request.tenant, request.apart, send)
        except Rejected:
            self._lookups.forget()
            raise
        return ServerFact(
            key=request.key,
            backend_id=made.id,
            name=request.name,
            status=ServerStatus.BUILDING,
            vcpu=request.vcpu,
            memory_mib=request.memory_mib,
        )

    def attach(self, tenant: str, server: str, volume: str) -> None:
        """One call; a refusal is looked at from both ends."""
        body = {"volumeAttachment": {"volumeId": volume}}
        try:
            self._client.act(NOVA, "POST", f"/servers/{server}/os-volume_attachments", body, tenant=tenant)
        except (Busy, Rejected):
            self._require_not_failed(fact := self._get(tenant, server))
            if volume in fact.volumes:
                return
            require_settled(self._volumes.get(tenant, volume))
            raise

    def detach(self, tenant: str, server: str, volume: str) -> None:
        """One call; what is not attached is done."""
        try:
            self._client.act(NOVA, "DELETE", f"/servers/{server}/os-volume_attachments/{volume}", tenant=tenant)
        except Absent:
            return
        except Rejected:
            fact = self._volumes.get(tenant, volume)
            if fact.status is VolumeStatus.AVAILABLE:
                return
            require_settled(fact)
            raise

    def resize(self, tenant: str, backend_id: str, vcpu: int, memory_mib: int, root_disk_gib: int) -> None:
        """One call to start it. A server that has the size, confirmed or not, is done."""

        def done(entry: ServerEntry, fact: ServerFact) -> bool:
            has = (entry.flavor.vcpus, entry.flavor.ram, entry.flavor.disk) == (vcpu, memory_mib, root_disk_gib)
            return has and fact.status in RUNNING | HALTED | {ServerStatus.RESIZED}

        flavour = self._lookups.flavour(vcpu, memory_mib, root_disk_gib)
        self._act(tenant, backend_id, {"resize": {"flavorRef": flavour}}, done)

    def confirm_resize(self, tenant: str, backend_id: str) -> None:
        """One call; a server with no resize to confirm is done.

        So is one that still waits for it: Nova refuses a second confirmation while it carries out the first.
        """
        confirmed = RUNNING | HALTED | {ServerStatus.RESIZED}
        self._act(tenant, backend_id, {"confirmResize": None}, lambda _, fact: fact.status in confirmed)

    def start(self, tenant: str, backend_id: str) -> None:
        """One call."""
        self._act(tenant, backend_id, {"os-start": None}, lambda _, fact: fact.status in RUNNING)

    def stop(self, tenant: str, backend_id: str) -> None:
        """One call."""
        self._act(tenant, backend_id, {"os-stop": None}, lambda _, fact: fact.status in HALTED)

    def isolate(self, tenant: str, backend_id: str) -> None:
        """Two calls for a server with one port: its ports go administratively down and keep their addresses."""
        self._gate(tenant, backend_id, up=False)

    def rejoin(self, tenant: str, backend_id: str) -> None:
        """Two calls for a server with one port."""
        self._gate(tenant, backend_id, up=True)

    def isolated(self, tenant: str, backend_id: str) -> bool:
        """One call: no port of the server is up."""
        return not any(port.admin_state_up for port in self._ports(tenant, backend_id))

    def snapshot(self, tenant: str, backend_id: str, key: UUID, name: str) -> str:
        """Two calls: the image is looked for by its key first, because no other port finds images."""
        path = f"/images?{KEY}={key}&owner={quote(tenant)}"
        found = self._client.get("image", path, "images", list[NamedEntry], tenant=tenant)
        if found:
            return found[0].id
        body = {"createImage": {"name": name, "metadata": {KEY: str(key)}}}
        return self._client.ask(NOVA, f"/servers/{backend_id}/action", body, "image_id", str, tenant=tenant)

    def console_url(self, tenant: str, backend_id: str) -> str:
        """One call."""
        body = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
        path = f"/servers/{backend_id}/remote-consoles"
        return self._client.ask(NOVA, path, body, "remote_console", Console, tenant=tenant).url

    def adopt(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Two calls: it is looked at first, so that nobody else's key is written over."""
        metadata = self._entry(tenant, backend_id).metadata
        if metadata.get(KEY) != str(key):
            require_ownerless(metadata, backend_id)
            body = {"metadata": {KEY: str(key)}}
            self._client.act(NOVA, "POST", f"/servers/{backend_id}/metadata", body, tenant=tenant)

    def disown(self, tenant: str, backend_id: str, key: UUID) -> None:
        """Two calls."""
        with suppress(Absent):
            if self._entry(tenant, backend_id).metadata.get(KEY) == str(key):
                self._client.act(NOVA, "DELETE", f"/servers/{backend_id}/metadata/{KEY}", tenant=tenant)

    def delete(self, tenant: str, backend_id: str) -> None:
        """One call, and one for the server groups that it may leave empty."""
        with suppress(Absent):
            self._client.act(NOVA, "DELETE", f"/servers/{backend_id}", tenant=tenant)
            self._pairs.tidy(tenant)

    def _gate(self, tenant: str, backend_id: str, *, up: bool) -> None:
        for port in self._ports(tenant, backend_id):
            if port.admin_state_up is not up:
                body = {"port": {"admin_state_up": up}}
                with suppress(Absent):
                    self._client.act(NEUTRON, "PUT", f"/ports/{port.id}", body, tenant=tenant)

    def _ports(self, tenant: str, backend_id: str) -> list[PortEntry]:
        """The ports of a server; raises Absent where there is no such server."""
        path = of_project("ports", tenant, device_id=backend_id)
        found = list(self._client.list(NEUTRON, path, "ports", PortEntry, tenant=tenant))
        if not found:
            self._entry(tenant, backend_id)
        return found

    def _act(self, tenant: str, backend_id: str, body: object, done: Callable[[ServerEntry, ServerFact], bool]) -> None:
        try:
            self._client.act(NOVA, "POST", f"/servers/{backend_id}/action", body, tenant=tenant)
        except (Busy, Rejected):
            entry = self._entry(tenant, backend_id)
            fact = server_fact(entry, self._clock.now())
            if done(entry, fact):
                return
            self._require_not_failed(fact)
            raise

    @staticmethod
    def _require_not_failed(fact: ServerFact) -> None:
        """A server in error refuses every act as if it were busy; trying again would not help."""
        if fact.status is ServerStatus.ERROR:
            raise failed(fact.fault)

    def _get(self, tenant: str, backend_id: str) -> ServerFact:
        return server_fact(self._entry(tenant, backend_id), self._clock.now())

    def _entry(self, tenant: str, backend_id: str) -> ServerEntry:
        return self._client.get(NOVA, f"/servers/{backend_id}", "server", ServerEntry, tenant=tenant)
