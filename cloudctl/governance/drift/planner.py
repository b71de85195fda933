"""Compares what a clean full sync of one cloud saw with our records of it.

    plan = compare(Snapshot(cloud="city-a", objects=..., records=..., ...))
    plan.lines          # what is not as it should be, each with what it consists of
    plan.silent         # subjects of which nothing can be said just now: what was found of them before stays as it is

Nothing is said of what is in motion: resources of orders under way, and whatever was touched after the sync began, for
the sync may have seen it before. A name is no identity, so a rename is no drift, nor is a move to another host.

An object counts once: what hangs on another that is itself a finding goes with that one, a snapshot with its server.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.drift import DriftKind, Excess, Hand, Record
from cloudctl.domain.inventory import CloudObject, Identity, ObjectKind, ObjectState, ObjectStatus, Recorded

POWER = {ObjectStatus.ACTIVE: "on", ObjectStatus.STOPPED: "off", ObjectStatus.ERROR: "error"}
OF_A_SERVER = frozenset({ObjectKind.VOLUME, ObjectKind.ADDRESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a comparison looks at.

    `began_at` is when the sync began, `certain_since` when the earliest of the last clean full ones did that it takes
    to call a thing missing (None: there were not enough). `records` are the living ones of this cloud, `others` those,
    of any cloud and state, whose keys its objects carry besides. `touched` are records that somebody acted on since
    the sync began, or that an adoption is at work on, `deserted` departments, by name, without any active account.
    """

    cloud: str
    today: date
    now: datetime
    began_at: datetime
    certain_since: datetime | None
    objects: Sequence[Recorded]
    records: Sequence[Record]
    others: Mapping[UUID, Record] = field(default_factory=dict)
    touched: Collection[UUID] = ()
    hands: Mapping[UUID, Hand] = field(default_factory=dict)
    tenants: Mapping[str, UUID] = field(default_factory=dict)
    deserted: Mapping[UUID, str] = field(default_factory=dict)
    excesses: Sequence[Excess] = ()
    external_network: str | None = None
    orphan_days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding: `why` names its sentence, `facts` are what it consists of, `evidence` what else is known of it."""

    kind: DriftKind
    why: str
    subject_id: UUID
    subject_kind: str
    name: str
    object_id: UUID | None = None
    resource_id: UUID | None = None
    department_id: UUID | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one comparison comes to."""

    lines: Sequence[Line]
    silent: Collection[UUID]


def compare(seen: Snapshot) -> Plan:
    """The lines of everything that is not as it should be, in the order of records, objects and accounts."""
    return _Comparison(seen).plan()


class _Comparison:
    """One comparison: objects and records matched first, then each judged by itself."""

    def __init__(self, seen: Snapshot) -> None:
        self.seen = seen
        self.silent: set[UUID] = set()
        self.records = {record.id: record for record in seen.records}
        self.present: dict[Identity, Recorded] = {}
        self.missing: dict[Identity, Recorded] = {}
        for thing in seen.objects:
            known = self.present if thing.state is ObjectState.PRESENT else self.missing
            known[thing.object.identity] = thing
        self.matched = _matched(self.present.values(), seen.records)
        self.lost = _matched(self.missing.values(), seen.records)
        self.owned = {thing.id: key for key, thing in self.matched.items()}
        self.kinds = {kind for kind, _ in self.present}
        self.building = any(record.state == "building" for record in seen.records)

    def plan(self) -> Plan:
        lines = [*self._of_records(), *self._of_objects(), *self._of_departments(), *self._of_accounts()]
        return Plan(lines=lines, silent=self.silent)

    def _of_records(self) -> Iterator[Line]:
        for record in self.seen.records:
            thing = self.matched.get(record.id)
            if self._in_motion(record):
                self.silent |= {record.id} | ({thing.id} if thing else set())
            elif thing is None:
                yield from self._absent(record)
            elif record.state == "active":
                yield from self._changed(record, thing)
                yield from self._hanging(record, thing)
            if record.state == "active" and not record.claimed:
                yield from self._unattended(record)

    def _in_motion(self, record: Record) -> bool:
        return not record.settled or record.id in self.seen.touched or record.since >= self.seen.began_at

    def _absent(self, record: Record) -> Iterator[Line]:
        """On record and not seen: missing only when enough clean full syncs agree."""
        thing = self.lost.get(record.id)
        since = self.seen.certain_since
        never = since is not None and record.since < since and record.kind in self.kinds
        if thing is None and not never:
            self.silent.add(record.id)
            return
        evidence = _evidence(thing) if thing else {"native_id": record.backend_id}
        yield Line(
            kind=DriftKind.MISSING,
            why="retained" if record.state == "retained" else "",
            subject_id=record.id,
            object_id=thing.id if thing else None,
            evidence=evidence | {"missing_since": since},
            **_of(record),
        )

    def _changed(self, record: Record, thing: Recorded) -> Iterator[Line]:
        fields = dict(self._differences(record, thing.object))
        if not fields:
            return
        hand = self.seen.hands.get(thing.id)
        evidence = _evidence(thing) | ({"who": hand.who, "learnt_at": hand.at} if hand else {})
        yield Line(
            kind=DriftKind.CHANGED,
            why="",
            subject_id=record.id,
            object_id=thing.id,
            facts={"fields": fields},
            evidence=evidence,
            **_of(record),
        )

    def _differences(self, record: Record, thing: CloudObject) -> Iterator[tuple[str, list[Any]]]:
        """What the cloud has otherwise, by field: what the record says, and what the cloud has."""
        for name in ("vcpu", "memory_mib", "disk_gib"):
            ours, theirs = getattr(record, name), getattr(thing, name)
            if None not in (ours, theirs) and ours != theirs:
                yield name, [ours, theirs]
        power = POWER.get(thing.status)
        if record.power in {"on", "off"} and power is not None and power != record.power:
            yield "power", [record.power, power]
        if (net := self._native(record.network_id)) is not None and thing.networks != (net,):
            yield "networks", [[net], list(thing.networks)]
        if record.kind in OF_A_SERVER and record.server_id is not None:
            server = self._native(record.server_id)
            if server is not None and server != thing.server:
                yield "server", [server, thing.server]

    def _native(self, key: UUID | None) -> str | None:
        """The cloud's id of one of our records; None where the cloud does not show it."""
        thing = None if key is None else self.matched.get(key)
        return None if thing is None else thing.object.native_id

    def _hanging(self, record: Record, thing: Recorded) -> Iterator[Line]:
        if record.kind is ObjectKind.VOLUME and record.server_id is None and self._is_loose(thing):
            yield Line(
                kind=DriftKind.ORPHAN,
                why="disk",
                subject_id=record.id,
                object_id=thing.id,
                facts={"disk_gib": thing.object.disk_gib},
                evidence=_evidence(thing),
                **_of(record),
            )

    def _unattended(self, record: Record) -> Iterator[Line]:
        """Of the record alone: its term, and who could be asked; a department without anybody is one finding."""
        if record.expires_on is not None and record.expires_on < self.seen.today:
            facts = {"expires_on": record.expires_on.isoformat()}
            yield Line(kind=DriftKind.EXPIRED, why="", subject_id=record.id, facts=facts, **_of(record))
        why = self._why_ownerless(record)
        if why is not None:
            of_order = {"order": record.order} if why == "applicant" else {}
            yield Line(
                kind=DriftKind.OWNERLESS, why=why, subject_id=record.id, facts={"why": why, **of_order}, **_of(record)
            )

    def _why_ownerless(self, record: Record) -> str | None:
        if record.department_id in self.seen.deserted:
            return None
        if record.kind is ObjectKind.SERVER and record.system_id is None:
            return "system"
        return "applicant" if record.applicant_gone else None

    def _of_objects(self) -> Iterator[Line]:
        """Objects of the cloud that are matched by no living record."""
        for thing in self.present.values():
            if thing.id in self.owned:
                continue
            original = None if thing.object.key is None else self._record(thing.object.key)
            if self._is_passing(thing, original):
                self.silent.add(thing.id)
            elif not self._goes_along(thing.object):
                yield self._stray(thing, original)

    def _record(self, key: UUID) -> Record | None:
        return self.records.get(key) or self.seen.others.get(key)

    def _is_passing(self, thing: Recorded, original: Record | None) -> bool:
        """Whether the sync may have seen what is otherwise by now."""
        began_at = self.seen.began_at
        if original is None:  # made, and not marked as ours yet?
            return self.building and thing.object.key is None and thing.first_seen_at >= began_at
        if original.id in self.seen.touched:
            return True
        if not original.gone:
            return not original.settled
        return original.gone_at is not None and original.gone_at >= began_at

    def _goes_along(self, thing: CloudObject) -> bool:
        """Whether it is nobody's in particular, or belongs to an object that speaks for it."""
        server = None if thing.server is None else self.present.get((ObjectKind.SERVER, thing.server))
        match thing.kind:
            case ObjectKind.IMAGE:
                return True
            case ObjectKind.NETWORK:
                return thing.tenant is None or self.seen.external_network in {thing.name, thing.native_id}
            case ObjectKind.SNAPSHOT:
                origin = thing.volume or thing.server
                return server is not None or any((kind, origin) in self.present for kind in OF_A_SERVER)
            case ObjectKind.VOLUME | ObjectKind.ADDRESS if thing.key is None and server is not None:
                return server.id not in self.owned or ROOT in thing.tags
        return False

    def _stray(self, thing: Recorded, original: Record | None) -> Line:
        what = thing.object
        department_id = self.seen.tenants.get(what.tenant or "")
        evidence = _evidence(thing)
        facts: dict[str, Any] = {}
        sizes = {name: getattr(what, name) for name in ("vcpu", "memory_mib", "disk_gib")}
        facts |= {name: size for name, size in sizes.items() if size is not None}
        if what.kind is ObjectKind.SNAPSHOT:
            kind, why = DriftKind.ORPHAN, "snapshot"
        elif what.key is not None and (original is None or original.gone):
            kind, why = DriftKind.LEAKED, "order" if original and original.order else "key"
            if original is not None:
                facts |= {"order": original.order, "record": original.state}
                department_id = original.department_id
                evidence["order_state"] = original.order_state
        elif what.kind is ObjectKind.VOLUME and self._is_loose(thing):
            kind, why = DriftKind.ORPHAN, "disk"
        else:
            kind, why = DriftKind.UNKNOWN, "copy" if original else ""
            if original is not None:
                facts["copy_of"] = original.name
        return Line(
            kind=kind,
            why=why,
            subject_id=thing.id,
            subject_kind=what.kind.value,
            name=what.name,
            object_id=thing.id,
            department_id=department_id,
            facts=facts,
            evidence=evidence,
        )

    def _is_loose(self, thing: Recorded) -> bool:
        """Whether a disk has hung on nothing for long, as far as the inventory goes back."""
        what = thing.object
        on_nothing = what.server is None or (ObjectKind.SERVER, what.server) not in self.present
        since = max(thing.changed_at, thing.first_seen_at)
        return on_nothing and since <= self.seen.now - timedelta(days=self.seen.orphan_days)

    def _of_departments(self) -> Iterator[Line]:
        """Departments with something here, and nobody who could be asked about any of it."""
        left = Counter(record.department_id for record in self.seen.records if record.state == "active")
        for department_id, name in self.seen.deserted.items():
            if left[department_id]:
                yield Line(
                    kind=DriftKind.OWNERLESS,
                    why="department",
                    subject_id=department_id,
                    subject_kind="department",
                    name=name,
                    department_id=department_id,
                    facts={"why": "department", "resources": left[department_id]},
                )

    def _of_accounts(self) -> Iterator[Line]:
        for excess in self.seen.excesses:
            yield Line(
                kind=DriftKind.OVER_QUOTA,
                why="",
                subject_id=excess.quota_id,
                subject_kind="quota",
                name=excess.department,
                department_id=excess.department_id,
                facts={
                    "dimension": excess.dimension.value,
                    "zone": excess.zone,
                    "limit": excess.limit,
                    "taken": excess.taken,
                },
            )


ROOT = "root"
"""The tag of the disk that a server starts from: it is part of its server."""


def _matched(objects: Iterable[Recorded], records: Iterable[Record]) -> dict[UUID, Recorded]:
    """Each record's object: the one with the id that the record knows; while it knows none the oldest with its key.

    Another object that carries the key of a record that knows its own was made past the platform.
    """
    by_id: dict[Identity, Recorded] = {}
    by_key: defaultdict[tuple[ObjectKind, UUID], list[Recorded]] = defaultdict(list)
    for thing in objects:
        by_id[thing.object.identity] = thing
        if thing.object.key is not None:
            by_key[thing.object.kind, thing.object.key].append(thing)
    found: dict[UUID, Recorded] = {}
    for record in records:
        known = None if record.backend_id is None else by_id.get((record.kind, record.backend_id))
        keyed = by_key.get((record.kind, record.id))
        if known is not None:
            found[record.id] = known
        elif keyed and record.backend_id is None:
            found[record.id] = min(keyed, key=lambda other: (other.first_seen_at, other.id))
    return found


def _of(record: Record) -> dict[str, Any]:
    return {
        "subject_kind": record.kind.value,
        "name": record.name,
        "resource_id": record.id,
        "department_id": record.department_id,
    }


def _evidence(thing: Recorded) -> dict[str, Any]:
    """What was seen, and when."""
    what = thing.object
    return {
        "native_id": what.native_id,
        "tenant": what.tenant_name or what.tenant,
        "first_seen_at": thing.first_seen_at,
        "changed_at": thing.changed_at,
    }
