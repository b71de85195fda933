"""Everything that an OpenStack has, over all projects: `ports.clouds.Inventory`, a thousand objects a call.

Nova alone tells what changed since a moment. Of the other services a pass over what changed reads the lists anew: they
are short beside the servers'. What has left them shows at the next full pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from cloudctl.domain.errors import Absent, Rejected
from cloudctl.domain.inventory import Changes, CloudObject, Identity, ObjectKind
from cloudctl.ports.clock import Clock
from cloudctl.providers.openstack import listings
from cloudctl.providers.openstack.client import Client
from cloudctl.providers.openstack.lookups import NamedEntry
from cloudctl.providers.openstack.translate import Entry

OVERLAP = timedelta(minutes=2)
"""How far a pass looks back behind the last one: what a service commits late, and clocks that differ a little."""
LONGEST_GAP = timedelta(days=1)
"""Nova forgets deleted servers when its operators archive them: behind this, only a full pass is sure."""
FEW = 20
"""Up to so many objects are looked at one by one, and so many changes get their author looked up."""
ALL = "all_tenants=1"
PORTS = {"fields": ["id", "device_id", "network_id"]}

E = TypeVar("E", bound=Entry)
Projects = Mapping[str, str]


class Action(msgspec.Struct, frozen=True):
    """What somebody did to a server."""

    user_id: str | None = None
    start_time: datetime | None = None


class OpenStackInventory:
    """`ports.clouds.Inventory`, with the administrator's token."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._users: dict[str, str] = {}

    def full(self) -> Iterator[Sequence[CloudObject]]:
        projects = self._projects()
        networks = self._networks_of_servers()
        yield from self._servers(f"/servers/detail?{ALL}", projects, networks)
        yield from self._others(projects)

    def changes(self, cursor: str | None) -> Changes:
        now = self._clock.now()
        since = _moment(cursor)
        if cursor is None or since is None or now - since > LONGEST_GAP:
            return Changes(cursor=now.isoformat(), complete=cursor is None)
        projects = self._projects()
        asked = urlencode({"changes-since": (since - OVERLAP).isoformat()})
        listed = self._client.list(
            "compute", f"/servers/detail?{ALL}&{asked}", "servers", listings.ListedServer
        )  # fmt: skip
        there = [entry for entry in listed if entry.status != "DELETED"]
        gone: list[Identity] = [(ObjectKind.SERVER, entry.id) for entry in listed if entry.status == "DELETED"]
        networks = self._networks_of_servers([entry.id for entry in there]) if there else {}
        servers = [listings.server_object(entry, projects, networks.get(entry.id, ())) for entry in there]
        others = [thing for page in self._others(projects) for thing in page]
        changed = [entry.id for entry in listed if entry.updated is None or entry.updated >= since]
        return Changes(
            objects=[*servers, *others], suspects=gone, cursor=now.isoformat(), actors=self._actors(changed[:FEW])
        )

    def look(self, kind: ObjectKind, native_ids: Collection[str]) -> Sequence[CloudObject]:
        wanted = frozenset(native_ids)
        projects = self._projects()
        found: Iterable[CloudObject]
        if kind is not ObjectKind.SERVER:
            found = (thing for page in self._others(projects, kind) for thing in page)
        elif len(wanted) <= FEW:
            found = self._each_server(wanted, projects)
        else:
            pages = self._servers(f"/servers/detail?{ALL}", projects, self._networks_of_servers())
            found = (thing for page in pages for thing in page)
        return [thing for thing in found if thing.kind is kind and thing.native_id in wanted]

    def _servers(
        self, path: str, projects: Projects, networks: Mapping[str, Collection[str]]
    ) -> Iterator[list[CloudObject]]:
        for page in self._client.pages("compute", path, "servers", listings.ListedServer):
            yield [listings.server_object(entry, projects, networks.get(entry.id, ())) for entry in page]

    def _each_server(self, ids: Collection[str], projects: Projects) -> Iterator[CloudObject]:
        for native_id in ids:
            with suppress(Absent):
                entry = self._client.get("compute", f"/servers/{native_id}", "server", listings.ListedServer)
                if entry.status != "DELETED":
                    on = self._networks_of_servers([native_id])
                    yield listings.server_object(entry, projects, on.get(native_id, ()))

    def _others(self, projects: Projects, kind: ObjectKind | None = None) -> Iterator[list[CloudObject]]:
        """All that is not a server, or one kind of it."""
        if kind in (None, ObjectKind.VOLUME):
            yield from self._listed(
                "block-storage", f"/volumes/detail?{ALL}", "volumes", listings.ListedVolume,
                lambda entry: listings.volume_object(entry, projects),
            )  # fmt: skip
        if kind in (None, ObjectKind.SNAPSHOT):
            yield from self._listed(
                "block-storage", f"/snapshots/detail?{ALL}", "snapshots", listings.ListedSnapshot,
                lambda entry: listings.snapshot_object(entry, projects),
            )  # fmt: skip
        if kind in (None, ObjectKind.SNAPSHOT, ObjectKind.IMAGE):
            yield from self._listed(
                "image", "/images?visibility=all", "images", listings.ListedImage,
                lambda entry: listings.image_object(entry, projects),
            )  # fmt: skip
        if kind in (None, ObjectKind.NETWORK):
            subnets = self._client.list("network", "/subnets?fields=id&fields=cidr", "subnets", listings.ListedSubnet)
            cidrs = {subnet.id: subnet.cidr for subnet in subnets}
            yield from self._listed(
                "network", "/networks", "networks", listings.ListedNetwork,
                lambda entry: listings.network_object(entry, projects, cidrs),
            )  # fmt: skip
        if kind in (None, ObjectKind.ADDRESS):
            yield from self._listed(
                "network", "/floatingips", "floatingips", listings.ListedAddress,
                lambda entry: listings.address_object(entry, projects),
            )  # fmt: skip

    def _listed(
        self, service: str, path: str, member: str, kind: type[E], shape: Callable[[E], CloudObject]
    ) -> Iterator[list[CloudObject]]:
        for page in self._client.pages(service, path, member, kind):
            if page:
                yield [shape(entry) for entry in page]

    def _projects(self) -> dict[str, str]:
        """The projects' names by their ids; Keystone lists all in one page."""
        projects = self._client.get("identity", "/projects", "projects", list[NamedEntry])
        return {project.id: project.name for project in projects}

    def _networks_of_servers(self, servers: Collection[str] | None = None) -> dict[str, set[str]]:
        """The networks by server: of all, or of these where they are few."""
        few = {"device_id": list(servers)} if servers is not None and len(servers) <= FEW else {}
        path = f"/ports?{urlencode(PORTS | few, doseq=True)}"
        found: defaultdict[str, set[str]] = defaultdict(set)
        for port in self._client.list("network", path, "ports", listings.ListedPort):
            found[port.device_id].add(port.network_id)
        return found

    def _actors(self, servers: Collection[str]) -> dict[str, str]:
        """Who did the last thing to each of these servers, by the account's name."""
        found = {}
        for server in servers:
            with suppress(Absent, Rejected):
                path = f"/servers/{server}/os-instance-actions?limit=1"
                last = self._client.get("compute", path, "instanceActions", list[Action])
                if last and last[0].user_id:
                    found[server] = self._user(last[0].user_id)
        return found

    def _user(self, user_id: str) -> str:
        """An account's name, asked for once; its id where nobody tells."""
        if user_id not in self._users:
            self._users[user_id] = user_id
            with suppress(Absent, Rejected):
                self._users[user_id] = self._client.get("identity", f"/users/{user_id}", "user", NamedEntry).name
        return self._users[user_id]


def _moment(cursor: str | None) -> datetime | None:
    """The moment that a cursor stands for; None for a text that is none."""
    try:
        moment = datetime.fromisoformat(cursor) if cursor else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
