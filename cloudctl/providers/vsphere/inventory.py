"""Everything that a vCenter has, as one feed: `ports.clouds.Inventory`.

A full count reads the machines page by page; the first one is how the feed begins. What is large about a machine, its
devices and notes, is read only when its configuration changed since this process last read it. Between full counts the
vCenter itself tells what changed (`feed`); what it names is read again, so that both ways give the same facts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from threading import RLock

from cloudctl.domain.errors import BackendError
from cloudctl.domain.inventory import Changes, CloudObject, Identity, ObjectKind
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.feed import NETWORKS, Feed
from cloudctl.providers.vsphere.machines import KEY
from cloudctl.providers.vsphere.places import TRASH
from cloudctl.providers.vsphere.reader import PAGE_SIZE, SCAFFOLD, Reader
from cloudctl.providers.vsphere.sightings import (
    DEEP,
    LIGHT,
    MARK,
    SHALLOW,
    Depth,
    Places,
    depth_of,
    in_trash,
    mark_of,
    of_machine,
    of_network,
    volumes_of,
)
from cloudctl.providers.vsphere.soap import Seen
from cloudctl.providers.vsphere.tags import tags_of_machines

EVERYTHING = frozenset(ObjectKind)
NOTHING = Depth()

Waiting = list[tuple[str, CloudObject, Depth]]


class VsphereInventory:
    """ports.clouds.Inventory. `kinds` says what is counted: servers alone are read without their devices."""

    def __init__(self, client: Client, kinds: frozenset[ObjectKind] = EVERYTHING) -> None:
        self._client = client
        self._kinds = kinds
        self._deep = kinds != {ObjectKind.SERVER}
        self._reader = Reader(client)
        self._feed = Feed(client, LIGHT if self._deep else SHALLOW)
        self._lock = RLock()  # for what is remembered of machines, not for the calls
        self._places: Places | None = None
        self._depths: dict[str, Depth] = {}
        self._told: dict[str, frozenset[Identity]] = {}
        self._owners: dict[Identity, str] = {}
        self._tags: Mapping[str, tuple[str, ...]] | None = None

    def full(self) -> Iterator[Sequence[CloudObject]]:
        return self._counted(self._feed.beginning() or self._reader.machines(LIGHT if self._deep else SHALLOW))

    def changes(self, cursor: str | None) -> Changes:
        if cursor is not None and (listed := self._feed.beginning(cursor)) is not None:
            return self._everything(listed)
        news = self._feed.since(cursor)
        with self._lock:
            # Who it was that left is not known here where another process counted it.
            strange = any(moid not in self._told for moid in news.left)
            before = {identity for moid in news.machines | news.left for identity in self._told.get(moid, ())}
        if not news.complete or (cursor is not None and (news.moved or strange)):
            return Changes(cursor=news.cursor, complete=False)
        objects: list[CloudObject] = []
        if news.networks or news.places:
            objects += [network for network in self._survey() if network.native_id in news.networks]
            before |= {(ObjectKind.NETWORK.value, moid) for moid in news.networks}
        objects += self._again(news.machines)  # also without a cursor: so that who leaves later is known
        if cursor is None:
            return Changes(cursor=news.cursor)
        with self._lock:
            actors = {native_id: who for moid, who in news.actors.items() for _, native_id in self._told.get(moid, ())}
        suspects = before - {each.identity for each in objects}
        return Changes(objects=objects, suspects=sorted(suspects), cursor=news.cursor, actors=actors)

    def _everything(self, listed: Iterator[list[Seen]]) -> Changes:
        """A feed that nobody has counted by yet says what there is: whatever changed is in it."""
        cursor = self._feed.now()
        with self._lock:
            before = set(self._owners)
        objects = [each for page in self._counted(listed) for each in page]
        if not before:
            return Changes(cursor=cursor, complete=False)
        return Changes(objects=objects, suspects=sorted(before - {each.identity for each in objects}), cursor=cursor)

    def _counted(self, listed: Iterator[list[Seen]]) -> Iterator[Sequence[CloudObject]]:
        self._read_tags()
        networks = self._survey()
        if networks and ObjectKind.NETWORK in self._kinds:
            yield networks
        if self._deep and not self._depths:
            # With nothing known yet, one list brings it all instead of a request for each page's machines.
            for page in self._reader.machines((*MARK, *DEEP)):
                self._depths.update({seen.moid: depth_of(mark_of(seen.values), seen.values) for seen in page})
        waiting: Waiting = []
        counted: set[str] = set()
        for page in listed:
            counted.update(seen.moid for seen in page)
            yield list(self._objects(page, waiting))
        with self._lock:
            for moid in (self._told.keys() | self._depths.keys()) - counted:
                self._forget(moid)
        volumes = list(self._volumes(waiting))
        for start in range(0, len(volumes), PAGE_SIZE):
            yield volumes[start : start + PAGE_SIZE]

    def look(self, kind: ObjectKind, native_ids: Collection[str]) -> Sequence[CloudObject]:
        wanted = set(native_ids)
        if kind is ObjectKind.NETWORK:
            return [network for network in self._survey() if network.native_id in wanted]
        with self._lock:
            owners = {each: self._owners.get((kind.value, each)) for each in wanted}
        moids = {owner for owner in owners.values() if owner}
        moids |= set(self._reader.by_uuid([each for each, owner in owners.items() if not owner]))
        return [each for each in self._again(moids) if each.kind is kind and each.native_id in wanted]

    def _again(self, moids: Collection[str]) -> list[CloudObject]:
        """These machines as they are now; what is gone is not among them."""
        if not moids:
            return []
        waiting: Waiting = []
        found: list[CloudObject] = []
        for page in self._reader.those(moids, (*LIGHT, *DEEP) if self._deep else SHALLOW):
            found.extend(self._objects(page, waiting))
        return [*found, *self._volumes(waiting)]

    def _objects(self, page: list[Seen], waiting: Waiting) -> Iterator[CloudObject]:
        """The objects of a page of machines.

        Which disks of a server are volumes of their own is told at the end: a holder may come after the server.
        """
        places = self._surveyed(page)
        living = [seen for seen in page if not in_trash(seen.values, places)]
        self._deepen(living)
        for seen in living:
            depth = self._depths.get(seen.moid, NOTHING)
            told = [each for each in of_machine(seen.moid, seen.values, depth, places) if each.kind in self._kinds]
            self._remember(seen.moid, {each.identity for each in told})
            yield from told
            if len(depth.disks) > 1 and told and told[0].kind is ObjectKind.SERVER:
                waiting.append((seen.moid, told[0], depth))

    def _volumes(self, waiting: Waiting) -> Iterator[CloudObject]:
        if ObjectKind.VOLUME not in self._kinds:
            return
        with self._lock:
            held_paths = {held.path for depth in self._depths.values() if (held := depth.held)}
        for moid, server, depth in waiting:
            found = list(volumes_of(server, depth, held_paths))
            self._remember(moid, {each.identity for each in found} | self._told[moid])
            yield from found

    def _deepen(self, page: Sequence[Seen]) -> None:
        """Sees to it that the depth of every machine of the page is known and fits its mark."""
        if not self._deep:
            return
        behind: dict[str, str] = {}
        for seen in page:
            mark = mark_of(seen.values)
            if DEEP[0] in seen.values:
                self._depths[seen.moid] = depth_of(mark, seen.values)
            elif self._depths.get(seen.moid, NOTHING).mark != mark:
                behind[seen.moid] = mark
        if behind:
            for answer in self._reader.those(behind, DEEP):
                self._depths.update({seen.moid: depth_of(behind[seen.moid], seen.values) for seen in answer})

    def _remember(self, moid: str, identities: Collection[Identity]) -> None:
        with self._lock:
            for lost in self._told.get(moid, frozenset()).difference(identities):
                if self._owners.get(lost) == moid:
                    del self._owners[lost]
            self._told[moid] = frozenset(identities)
            self._owners.update(dict.fromkeys(identities, moid))

    def _forget(self, moid: str) -> None:
        self._remember(moid, ())
        self._told.pop(moid, None)
        self._depths.pop(moid, None)

    def _read_tags(self) -> None:
        """Tags are in no feed: between full counts what was read last holds, as it does while they cannot be read."""
        try:
            self._tags = tags_of_machines(self._client.config)
        except BackendError:
            if self._tags is None:
                raise

    def _surveyed(self, page: Iterable[Seen]) -> Places:
        """The places, read again when a machine names one that is not known."""
        places = self._places
        if places is None or not all(places.has(seen.values) for seen in page):
            self._survey()
        assert self._places is not None
        return self._places

    def _survey(self) -> list[CloudObject]:
        """Reads what machines refer to; answers the networks."""
        found = {seen.moid: seen for page in self._reader.all(SCAFFOLD) for seen in page}
        fields = self._client.call(lambda content: list(content.customFieldsManager.field or ()))
        top = self._reader.machine_folder()
        names = {moid: str(seen.values.get("name", "")) for moid, seen in found.items()}
        parents = {moid: str(seen.values.get("parent", "")) for moid, seen in found.items()}
        folders = {moid: _path(moid, names, parents, top) for moid, seen in found.items() if seen.type == "Folder"}
        trash = f"{self._client.config.folder}/{TRASH}"
        self._places = places = Places(
            folders=folders,
            hosts={
                moid: (names[moid], names.get(parents[moid]))
                for moid, seen in found.items()
                if seen.type == "HostSystem"
            },
            key_field=next((str(field.key) for field in fields if field.name == KEY), ""),
            fields={str(field.key): field.name for field in fields},
            trash=frozenset(moid for moid, path in folders.items() if f"{path}/".startswith(f"{trash}/")),
            tags=self._tags or {},
        )
        networks = (
            of_network(moid, seen.values, places) for moid, seen in found.items() if seen.type in NETWORKS
        )  # fmt: skip
        return [network for network in networks if network is not None]


def _path(moid: str, names: dict[str, str], parents: dict[str, str], top: str) -> str:
    """The folder's path below the machines' own folder, which has none."""
    parts: list[str] = []
    while moid and moid != top and moid in names:
        parts.append(names[moid])
        moid = parents[moid]
    return "/".join(reversed(parts))
