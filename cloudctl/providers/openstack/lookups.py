"""Ids that requests name by name: images, external networks and flavours, each asked for once in a while.

    lookups.image("debian-12")        # one call, then ten minutes from memory
    lookups.flavour(2, 4096, 40)      # the id of cloudctl-2c-4096m-40g, made when the cloud lacks it

When the cloud refuses a server, `forget` drops what is remembered, so that a retry does not repeat a stale id.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from urllib.parse import quote
from uuid import UUID

from cloudctl.domain.errors import Busy, Rejected
from cloudctl.ports.clock import Clock
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.translate import Entry

KEEP_S = 600.0


class NamedEntry(Entry, frozen=True, kw_only=True):
    """An image, a flavour, a network, a project or a role."""

    name: str


class Lookups:
    """Remembers ids by name for all threads of one cloud."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[str, float]] = {}
        self._lock = Lock()

    def image(self, name: str) -> str:
        """The newest public image of this name; never a private one, which may be another department's snapshot."""
        return self._remembered("image", name, self._find_image)

    def external_network(self, name: str) -> str:
        """The external network of this name; an id stands for itself."""
        try:
            return str(UUID(name))
        except ValueError:
            return self._remembered("network", name, self._find_external_network)

    def flavour(self, vcpu: int, memory_mib: int, disk_gib: int) -> str:
        """The flavour of exactly this size, by its name; created when it is absent, which needs the admin role."""
        name = flavour_name(vcpu, memory_mib, disk_gib)
        return self._remembered("flavour", name, lambda _: self._ensure_flavour(name, vcpu, memory_mib, disk_gib))

    def forget(self) -> None:
        """Makes the next lookups ask the cloud again."""
        with self._lock:
            self._known.clear()

    def _remembered(self, kind: str, name: str, find: Callable[[str], str]) -> str:
        # Ten threads that all need the same flavour shall make one call: so the lock is held while it is found.
        with self._lock:
            known = self._known.get((kind, name))
            now = self._clock.monotonic_s()
            if known is None or now - known[1] > KEEP_S:
                known = self._known[kind, name] = (find(name), now)
            return known[0]

    def _find_image(self, name: str) -> str:
        path = f"/images?name={quote(name, safe='')}&status=active&visibility=public&sort=created_at:desc&limit=1"
        return _only(self._client.get("image", path, "images", list[NamedEntry]), "image", name)

    def _find_external_network(self, name: str) -> str:
        path = f"/networks?name={quote(name, safe='')}&router:external=true&fields=id&fields=name"
        return _only(self._client.get("network", path, "networks", list[NamedEntry]), "external network", name)

    def _ensure_flavour(self, name: str, vcpu: int, memory_mib: int, disk_gib: int) -> str:
        found = self._find_flavour(name)
        if found is not None:
            return found
        try:
            flavour = {"name": name, "vcpus": vcpu, "ram": memory_mib, "disk": disk_gib}
            return self._client.create("compute", "/flavors", "flavor", flavour, NamedEntry).id
        except Busy:
            found = self._find_flavour(name)  # 409: another process has just made it
            if found is None:
                raise
            return found

    def _find_flavour(self, name: str) -> str | None:
        flavours = self._client.list("compute", "/flavors?is_public=none", "flavors", NamedEntry)
        now = self._clock.monotonic_s()
        self._known.update({("flavour", f.name): (f.id, now) for f in flavours if f.name.startswith("cloudctl-")})
        return next((flavour.id for flavour in flavours if flavour.name == name), None)


def flavour_name(vcpu: int, memory_mib: int, disk_gib: int) -> str:
    """The one name of a size.

    >>> flavour_name(2, 4096, 40)
    'cloudctl-2c-4096m-40g'
    """
    return f"cloudctl-{vcpu}c-{memory_mib}m-{disk_gib}g"


def _only(entries: list[NamedEntry], kind: str, name: str) -> str:
    if not entries:
        raise Rejected("The cloud has no {kind} named {name}.", kind=kind, name=name)
    return entries[0].id
