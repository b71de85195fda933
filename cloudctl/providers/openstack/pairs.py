"""Server groups of Nova, for servers that go to different hosts.

A group is named after its pair's key, and its policy is what was asked for when the first server was built. It has no
record of its own: it is made with the first server of the pair and goes with the last.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Absent, Rejected
from cloudctl.domain.servers import Apart
from cloudctl.ports.clock import Clock
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.errors import busy
from cloudctl.providers.openstack.translate import MARK, Entry, ServerEntry

NOVA, PATH = "compute", "/os-server-groups"
HOST_S, POLL_S = 20.0, 0.25
LEAVING = frozenset({"deleting", "soft-deleting"})


class ServerGroup(Entry, frozen=True, kw_only=True):
    """A group as Nova lists it; deleted servers are no members."""

    name: str
    members: tuple[str, ...] = ()


class Placed(Entry, frozen=True, kw_only=True):
    """Where a server is built, as the administrator sees it."""

    status: str
    host: str | None = msgspec.field(name="OS-EXT-SRV-ATTR:host", default=None)


@dataclass(slots=True)
class _Pair:
    """What this process knows of a pair; `lock` lets its servers be sent one after the other."""

    lock: Lock = field(default_factory=Lock)
    group: str | None = None
    last: str | None = None


class Pairs:
    """The groups of one cloud; safe for several threads."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._pairs: dict[tuple[str, UUID], _Pair] = {}
        self._lock = Lock()

    def build(self, tenant: str, apart: Apart, send: Callable[[str], Entry]) -> Entry:
        """Sends a server's create with its group's id, once the pair's server before it has a host.

        Nova's scheduler does not see two at once: without the wait, servers that would rather be apart often are not.
        Raises Busy where the group went while the create was under way; the next try makes another.
        """
        with self._lock:
            pair = self._pairs.setdefault((tenant, apart.key), _Pair())
        with pair.lock:
            self._await_host(pair.last)
            pair.group = pair.group or self._find(tenant, apart.key) or self._make(tenant, apart)
            try:
                made = send(pair.group)
            except Rejected as error:
                tried, pair.group = pair.group, None
                if self._find(tenant, apart.key) != tried:
                    raise busy("the server group went with other servers of the pair") from error
                raise
            pair.last = made.id
            return made

    def _await_host(self, server: str | None) -> None:
        deadline = self._clock.monotonic_s() + HOST_S
        while server is not None and self._clock.monotonic_s() < deadline:
            try:
                placed = self._client.get(NOVA, f"/servers/{server}", "server", Placed)
            except Absent:
                return
            if placed.host is not None or placed.status != "BUILD":
                return
            self._clock.sleep(POLL_S)

    def tidy(self, tenant: str) -> None:
        """Takes away our groups whose servers are gone or going: one call, and two more where there are groups."""
        groups = [group for group in self._list(tenant) if group.name.startswith(MARK)]
        if not groups:
            return
        entries = self._client.list(NOVA, "/servers/detail", "servers", ServerEntry, tenant=tenant)
        staying = {entry.id for entry in entries if entry.task_state not in LEAVING and entry.status != "DELETED"}
        for group in groups:
            if staying.isdisjoint(group.members):
                with self._lock:
                    self._pairs = {place: pair for place, pair in self._pairs.items() if pair.group != group.id}
                with suppress(Absent):
                    self._client.act(NOVA, "DELETE", f"{PATH}/{group.id}", tenant=tenant)

    def _make(self, tenant: str, apart: Apart) -> str:
        policy = "anti-affinity" if apart.required else "soft-anti-affinity"
        fields = {"name": f"{MARK}{apart.key}", "policy": policy}
        made = self._client.create(NOVA, PATH, "server_group", fields, ServerGroup, tenant=tenant)
        # Another worker may have made one in between: the first by id serves.
        return self._find(tenant, apart.key) or made.id

    def _find(self, tenant: str, key: UUID) -> str | None:
        return min((group.id for group in self._list(tenant) if group.name == f"{MARK}{key}"), default=None)

    def _list(self, tenant: str) -> list[ServerGroup]:
        return self._client.get(NOVA, PATH, "server_groups", list[ServerGroup], tenant=tenant)
