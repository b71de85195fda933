"""Everything that the simulated cloud has, as one feed: `ports.clouds.Inventory`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Unsupported
from cloudctl.domain.inventory import Changes, CloudObject, ObjectKind, ObjectStatus
from cloudctl.providers.simulated import translate
from cloudctl.providers.simulated.backend import journal, objects
from cloudctl.providers.simulated.backend.calls import Call
from cloudctl.providers.simulated.backend.cloud import SimulatedCloud
from cloudctl.providers.simulated.backend.objects import Kind, Status, Thing
from cloudctl.providers.simulated.faults import FaultKind

PAGE_SIZE = 500

#: A tenant is no object of the inventory: it is where objects stand.
KINDS = {
    Kind.NETWORK: ObjectKind.NETWORK,
    Kind.SERVER: ObjectKind.SERVER,
    Kind.VOLUME: ObjectKind.VOLUME,
    Kind.ADDRESS: ObjectKind.ADDRESS,
    Kind.IMAGE: ObjectKind.SNAPSHOT,
}
STATUSES = {
    Status.BUILD: ObjectStatus.BUILDING,
    Status.SHUTOFF: ObjectStatus.STOPPED,
    Status.DELETING: ObjectStatus.DELETING,
    Status.ERROR: ObjectStatus.ERROR,
}


class SimulatedInventory:
    """ports.clouds.Inventory; each page is one call of the cloud."""

    def __init__(self, cloud: SimulatedCloud, capabilities: frozenset[Capability]) -> None:
        self._cloud = cloud
        self._capabilities = capabilities

    def full(self) -> Iterator[Sequence[CloudObject]]:
        for kind in KINDS:
            after: int | None = 0
            while after is not None:
                with translate.asked(self._cloud, "inventory.full", name=kind.value) as call:
                    things = objects.select(
                        call.connection, kind, call.now, listed=True, after=after, limit=PAGE_SIZE
                    )  # fmt: skip
                    page = _objects(call, things)
                after = things[-1].number if len(things) == PAGE_SIZE else None
                if page:
                    yield page

    def changes(self, cursor: str | None) -> Changes:
        if Capability.CHANGES not in self._capabilities:
            raise Unsupported(
                "The simulated cloud {cloud} does not offer {capability}.",
                cloud=self._cloud.settings.code,
                capability=Capability.CHANGES.value,
            )
        with translate.asked(self._cloud, "inventory.changes") as call:
            end = str(journal.end(call.connection, call.now))
            if cursor is None:
                return Changes(cursor=end)
            since = journal.Cursor.parse(cursor)
            changed = None if since is None else journal.since(call.connection, since, call.now)
            if changed is None or FaultKind.FEED_GAP in call.struck:
                return Changes(cursor=end, complete=False)
            ours = {backend_id: KINDS[kind] for backend_id, kind in changed.items() if kind in KINDS}
            there = _objects(call, _things(call, ours))
        gone = ours.keys() - {thing.native_id for thing in there}
        return Changes(objects=there, suspects=[(ours[backend_id], backend_id) for backend_id in gone], cursor=end)

    def look(self, kind: ObjectKind, native_ids: Collection[str]) -> Sequence[CloudObject]:
        with translate.asked(self._cloud, "inventory.look", name=kind.value) as call:
            return [thing for thing in _objects(call, _things(call, native_ids)) if thing.kind is kind]


def _things(call: Call, backend_ids: Iterable[str]) -> list[Thing]:
    """Those of these that a list shows now."""
    found = (objects.by_id(call.connection, backend_id, call.now) for backend_id in backend_ids)
    return [thing for thing in found if thing is not None and thing.visible_at <= call.now]


def _objects(call: Call, things: Sequence[Thing]) -> list[CloudObject]:
    """The neutral shape of things, with the names of their tenants."""
    tenants = {thing.id: thing.name for thing in call.things(Kind.TENANT)} if things else {}
    return [_object(thing, tenants) for thing in things]


def _object(thing: Thing, tenants: dict[str, str]) -> CloudObject:
    state = thing.state
    kind = KINDS[thing.kind]
    is_server = kind is ObjectKind.SERVER
    floating = (state["address"],) if kind is ObjectKind.ADDRESS else ()
    shown = () if thing.status is Status.BUILD else state.get("fixed", ())
    return CloudObject(
        kind=kind,
        native_id=thing.id,
        name=state["address"] if floating else translate.LABEL + thing.name,
        key=translate.key_of(thing),
        tenant=thing.tenant,
        tenant_name=tenants.get(thing.tenant or ""),
        zone=state.get("zone"),
        status=STATUSES.get(thing.status, ObjectStatus.ACTIVE),
        vcpu=state.get("vcpu"),
        memory_mib=state.get("memory_mib"),
        disk_gib=thing.volume_gib if is_server else state.get("size_gib"),
        host=state.get("host"),
        image=state.get("image"),
        addresses=tuple(sorted((*floating, *shown, *state.get("cidrs", ())))),
        networks=(state["network"],) if is_server else (),
        server=state.get("server"),
        tags=tuple(sorted(f"{name}={value}" for name, value in state.get("labels", {}).items())),
    )
