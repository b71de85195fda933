"""What depends on a host, a cloud, a network or a storage: a snapshot in, systems, applications and departments out.

    found = assess(snapshot)
    found.systems[0].reasons            # each says through what: the host, a network, a disk, another system

Whoever stands on a server that is hit is affected, and so is every system that needs such a system, however far away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from cloudctl.domain.impacts import ImpactKind
from cloudctl.domain.inventory import CloudObject, ObjectKind
from cloudctl.domain.signals import Sentence
from cloudctl.messages import mark

RUNS_ON = mark("{server} runs on the host {name}.")
RUNS_IN = mark("{server} runs in the cloud {name}.")
HANGS_ON = mark("{server} is on the network {name}.")
STORES_ON = mark("{server} has a disk on {name}.")
STANDS_ON = mark("It stands on {server}.")
BELONGS_TO = mark("It belongs to the system {system}.")
NEEDS = mark("It needs the system {system}.")


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """An object of the inventory, and the server on record that it is, where it is one of ours."""

    cloud: str
    object: CloudObject
    server_id: UUID | None = None


class ServerFact(msgspec.Struct, frozen=True, kw_only=True):
    """A server on record."""

    id: UUID
    name: str
    system_id: UUID | None
    department_id: UUID


class SystemFact(msgspec.Struct, frozen=True, kw_only=True):
    """A system of the register, and who is called for it."""

    id: UUID
    code: str
    name: str
    department_id: UUID
    contact: str


class AppFact(msgspec.Struct, frozen=True, kw_only=True):
    """An application, and the servers that it stands on."""

    id: UUID
    code: str
    name: str
    system_id: UUID
    department_id: UUID
    servers: tuple[UUID, ...]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is on record; `needs` says by each system which ones it needs."""

    kind: ImpactKind
    name: str
    objects: Sequence[Placed]
    servers: Mapping[UUID, ServerFact]
    systems: Mapping[UUID, SystemFact]
    apps: Sequence[AppFact]
    needs: Mapping[UUID, Sequence[UUID]]


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """One that is affected, and through what; `direct`: by something of its own."""

    id: UUID
    code: str
    name: str
    department_id: UUID
    contact: str
    direct: bool
    reasons: tuple[Sentence, ...]


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """Who is affected. `strangers` are servers that are hit and on nobody's record, by cloud and name."""

    kind: ImpactKind
    name: str
    servers: tuple[ServerFact, ...]
    strangers: tuple[str, ...]
    systems: tuple[Affected, ...]
    apps: tuple[Affected, ...]
    departments: tuple[UUID, ...]

    @property
    def known(self) -> bool:
        """Whether the name meant anything."""
        return bool(self.servers or self.strangers)


def assess(snapshot: Snapshot) -> Impact:
    """Everybody who is affected, in the order of codes."""
    hit = list(_hit(snapshot))
    reasons = {one.server_id: reason for one, reason in hit if one.server_id in snapshot.servers}
    struck = [snapshot.servers[key] for key in reasons if key is not None]
    systems = _systems(snapshot, struck, reasons)
    apps = sorted(_apps(snapshot, {server.id: server for server in struck}, systems), key=lambda app: app.code)
    departments = {
        *(server.department_id for server in struck), *(one.department_id for one in (*systems.values(), *apps)),
    }  # fmt: skip
    return Impact(
        kind=snapshot.kind, name=snapshot.name, servers=tuple(sorted(struck, key=lambda server: server.name)),
        strangers=tuple(sorted(f"{one.cloud}: {one.object.name}" for one, _ in hit if one.server_id not in reasons)),
        systems=tuple(sorted(systems.values(), key=lambda system: system.code)), apps=tuple(apps),
        departments=tuple(sorted(departments)),
    )  # fmt: skip


def _hit(snapshot: Snapshot) -> Iterator[tuple[Placed, Sentence]]:
    """The servers of the inventory that are hit, each once."""
    name, servers = snapshot.name, [one for one in snapshot.objects if one.object.kind is ObjectKind.SERVER]

    def told(one: Placed, message: str) -> tuple[Placed, Sentence]:
        return one, Sentence(message, {"server": one.object.name, "name": name})

    match snapshot.kind:
        case ImpactKind.HOST:
            yield from (told(one, RUNS_ON) for one in servers if one.object.host == name)
        case ImpactKind.CLOUD:
            yield from (told(one, RUNS_IN) for one in servers if one.cloud == name)
        case ImpactKind.NETWORK:
            meant = _named(snapshot.objects, ObjectKind.NETWORK, name)
            yield from (
                told(one, HANGS_ON)
                for one in servers
                if any((one.cloud, network) in meant for network in one.object.networks)
            )
        case ImpactKind.STORAGE:
            meant = _named(snapshot.objects, ObjectKind.VOLUME, name)
            held = {
                (one.cloud, one.object.server)
                for one in snapshot.objects
                if one.object.kind is ObjectKind.VOLUME
                and ((one.cloud, one.object.native_id) in meant or one.object.host == name)
            }
            yield from (told(one, STORES_ON) for one in servers if (one.cloud, one.object.native_id) in held)


def _named(objects: Iterable[Placed], kind: ObjectKind, name: str) -> set[tuple[str, str]]:
    """The objects of that name, or of that id in their cloud."""
    return {
        (one.cloud, one.object.native_id)
        for one in objects
        if one.object.kind is kind and name in {one.object.name, one.object.native_id}
    }


def _systems(
    snapshot: Snapshot, struck: Sequence[ServerFact], reasons: Mapping[UUID | None, Sentence]
) -> dict[UUID, Affected]:
    """Those with a server or an application that is hit, then whoever needs one of these."""
    why = _direct(snapshot, struck, reasons)
    direct = set(why)
    needed_by = _needed_by(snapshot)
    front = deque(sorted(why, key=lambda key: snapshot.systems[key].code))
    while front:
        at = front.popleft()
        for system in needed_by.get(at, ()):
            if system not in why:
                front.append(system)
            why.setdefault(system, []).append(Sentence(NEEDS, {"system": snapshot.systems[at].code}))
    return {key: _affected(snapshot.systems[key], key in direct, said) for key, said in why.items()}


def _direct(
    snapshot: Snapshot, struck: Sequence[ServerFact], reasons: Mapping[UUID | None, Sentence]
) -> dict[UUID, list[Sentence]]:
    """By each system of which something is hit, what."""
    pairs = [(server.system_id, server.id) for server in struck]
    hit = {server.id for server in struck}
    pairs += [(app.system_id, key) for app in snapshot.apps for key in app.servers if key in hit]
    why: dict[UUID, list[Sentence]] = {}
    for system, server in dict.fromkeys(pairs):
        if system is not None and system in snapshot.systems:
            why.setdefault(system, []).append(reasons[server])
    return why


def _needed_by(snapshot: Snapshot) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for system, needs in snapshot.needs.items():
        for on in needs:
            if system in snapshot.systems:
                found.setdefault(on, []).append(system)
    return found


def _apps(snapshot: Snapshot, hit: Mapping[UUID, ServerFact], systems: Mapping[UUID, Affected]) -> Iterator[Affected]:
    for app in snapshot.apps:
        there = [Sentence(STANDS_ON, {"server": hit[key].name}) for key in app.servers if key in hit]
        system = systems.get(app.system_id)
        if not there and system is None:
            continue
        through = [] if there or system is None else [Sentence(BELONGS_TO, {"system": system.code})]
        fact = snapshot.systems.get(app.system_id)
        yield Affected(
            id=app.id, code=app.code, name=app.name, department_id=app.department_id,
            contact=fact.contact if fact else "", direct=bool(there), reasons=(*there, *through),
        )  # fmt: skip


def _affected(system: SystemFact, direct: bool, reasons: Sequence[Sentence]) -> Affected:
    return Affected(
        id=system.id, code=system.code, name=system.name, department_id=system.department_id, contact=system.contact,
        direct=direct, reasons=tuple(reasons),
    )  # fmt: skip
