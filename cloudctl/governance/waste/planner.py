"""Says what of a cloud is held and not used, and what giving it back would save; it acts on nothing.

    for line in look(Stock(...)):
        line.kind, line.saved, line.facts

What was not measured, is in motion, is protected or is off on purpose is never waste. A time counts without a break: a
disk that hung on nothing for an hour, or a server that was switched on in between, begins anew. One thing is proposed
once: what goes along with a server is not proposed beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.catalogue import Specification
from cloudctl.domain.drift import Record
from cloudctl.domain.inventory import ObjectKind, ObjectStatus, Recorded
from cloudctl.domain.waste import Oversized, Saved, WasteKind, WasteRules, proposal_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What was measured of a server over the window, in percent of its size; `covered` is the share that was measured.

    None is not measured.
    """

    covered: float
    cpu_p95: float | None
    cpu_most: float | None
    memory_p95: float | None
    memory_most: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """A cloud that was read well, and our records of it.

    `objects` are the present ones, by the record that they belong to; `others` present ones that have none. `since` is
    when a field of an object last changed, where that is on record. `specifications` are those that can be ordered,
    `of_server` the codes that servers have. `spoken_for` are servers that a clearing is about. `emptied` is when a
    segment's last server went.
    """

    cloud: str
    now: datetime
    rules: WasteRules
    records: Sequence[Record]
    objects: Mapping[UUID, Recorded]
    others: Sequence[Recorded] = ()
    since: Mapping[tuple[UUID, str], datetime] = field(default_factory=dict)
    specifications: Mapping[str, Specification] = field(default_factory=dict)
    of_server: Mapping[UUID, str] = field(default_factory=dict)
    protected: Collection[UUID] = ()
    spoken_for: Collection[UUID] = ()
    uses: Mapping[UUID, Use] = field(default_factory=dict)
    purposes: Mapping[UUID, str] = field(default_factory=dict)
    emptied: Mapping[UUID, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One proposal: whose, what would change, what it gives back, and what that rests on."""

    kind: WasteKind
    cloud: str
    zone: str | None
    subject_id: UUID
    subject_kind: str
    name: str
    department_id: UUID | None
    system_id: UUID | None
    resource_id: UUID | None
    object_id: UUID | None
    saved: Saved
    specification: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The proposal's id."""
        return proposal_id(self.kind, self.subject_id)


def look(stock: Stock) -> Iterator[Line]:
    """Everything of the cloud that is waste, record by record, then its snapshots."""
    return _Look(stock).lines()


class _Look:
    """One look at one cloud."""

    def __init__(self, stock: Stock) -> None:
        self.stock, self.rules = stock, stock.rules
        self.by_native = {(thing.object.kind, thing.object.native_id): key for key, thing in stock.objects.items()}
        self.records = {record.id: record for record in stock.records}
        self.occupied = {record.network_id for record in stock.records if record.network_id is not None}
        things = (thing.object for thing in [*stock.objects.values(), *stock.others])
        self.wired = {net for thing in things if thing.kind is not ObjectKind.NETWORK for net in thing.networks}

    def lines(self) -> Iterator[Line]:
        for record in self.stock.records:
            thing = self.stock.objects.get(record.id)
            if thing is not None and not thing.misses and self._at_rest(record):
                yield from self._of(record, thing)
        for thing in self.stock.others:
            if thing.object.kind is ObjectKind.SNAPSHOT:
                yield from self._snapshot(thing)

    def _at_rest(self, record: Record) -> bool:
        return record.state == "active" and not record.claimed and record.id not in self.stock.protected

    def _of(self, record: Record, thing: Recorded) -> Iterator[Line]:
        match record.kind:
            case ObjectKind.SERVER if record.id not in self.stock.spoken_for:
                if thing.object.status is ObjectStatus.STOPPED:
                    yield from self._powered_off(record, thing)
                elif thing.object.status is ObjectStatus.ACTIVE:
                    yield from self._oversized(record, thing)
            case ObjectKind.VOLUME if record.server_id is None and self._on_nothing(thing):
                yield from self._unused(record, thing, WasteKind.ORPHAN_DISK, self.rules.orphan_disk_days)
            case ObjectKind.ADDRESS if self._on_nothing(thing):
                yield from self._unused(record, thing, WasteKind.UNUSED_ADDRESS, self.rules.unused_address_days)
            case ObjectKind.NETWORK:
                yield from self._segment(record, thing)

    def _powered_off(self, record: Record, thing: Recorded) -> Iterator[Line]:
        since = self._since(record, thing, "status")
        if self._purpose(record) not in self.rules.kept_off and self._over(since, self.rules.powered_off_days):
            saved = Saved(vcpu=record.vcpu or 0, memory_mib=record.memory_mib or 0, disk_gib=record.disk_gib or 0)
            yield _line(WasteKind.POWERED_OFF, record, thing, saved=saved, facts=self._told(since))

    def _unused(self, record: Record, thing: Recorded, kind: WasteKind, days: int) -> Iterator[Line]:
        since = self._since(record, thing, "server")
        if self._over(since, days):
            one = kind is WasteKind.UNUSED_ADDRESS
            saved = Saved(addresses=1) if one else Saved(disk_gib=record.disk_gib or 0)
            yield _line(kind, record, thing, saved=saved, facts=self._told(since))

    def _on_nothing(self, thing: Recorded) -> bool:
        return thing.object.server is None

    def _segment(self, record: Record, thing: Recorded) -> Iterator[Line]:
        if record.id in self.occupied or thing.object.native_id in self.wired:
            return
        since = max(self.stock.emptied.get(record.id, record.since), record.since)
        if self._over(since, self.rules.idle_segment_days):
            yield _line(WasteKind.IDLE_SEGMENT, record, thing, saved=Saved(), facts=self._told(since))

    def _snapshot(self, thing: Recorded) -> Iterator[Line]:
        what = thing.object
        since = what.created_at or thing.first_seen_at
        words = " ".join((what.name, *what.tags)).casefold()
        kept = what.key is not None or any(word.casefold() in words for word in self.rules.kept_snapshots)
        owner = self._origin(thing)
        if kept or thing.misses or owner is None or not self._over(since, self.rules.old_snapshot_days):
            return
        yield Line(
            kind=WasteKind.OLD_SNAPSHOT,
            cloud=thing.cloud,
            zone=owner.zone,
            subject_id=thing.id,
            subject_kind=what.kind.value,
            name=what.name,
            department_id=owner.department_id,
            system_id=owner.system_id,
            resource_id=None,
            object_id=thing.id,
            saved=Saved(disk_gib=what.disk_gib or 0),
            facts={"of": owner.name, **self._told(since)},
        )

    def _origin(self, thing: Recorded) -> Record | None:
        """Of whose server or volume it is; of what stands on no record drift speaks."""
        what = thing.object
        for kind, native_id in ((ObjectKind.VOLUME, what.volume), (ObjectKind.SERVER, what.server)):
            key = None if native_id is None else self.by_native.get((kind, native_id))
            if key is not None:
                return self.records.get(key)
        return None

    def _oversized(self, record: Record, thing: Recorded) -> Iterator[Line]:
        rules, use = self.rules.oversized, self.stock.uses.get(thing.id)
        began = self.stock.now - timedelta(days=rules.window_days)
        known = use is not None and use.covered * 100 >= rules.coverage_percent
        changed = max(self._since(record, thing, name) for name in ("vcpu", "memory_mib"))
        if not known or changed > began or self._purpose(record) in rules.spared:
            return
        assert use is not None
        wanted = self._smaller(record, self._needed(record, use, rules))
        if wanted is None:
            return
        saved = Saved(vcpu=(record.vcpu or 0) - wanted.vcpu, memory_mib=(record.memory_mib or 0) - wanted.memory_mib)
        facts = {
            "window_days": rules.window_days,
            "coverage_percent": int(use.covered * 100),
            "cpu_p95": _rounded(use.cpu_p95),
            "cpu_most": _rounded(use.cpu_most),
            "memory_p95": _rounded(use.memory_p95),
            "memory_most": _rounded(use.memory_most),
            "vcpu": record.vcpu,
            "memory_mib": record.memory_mib,
            "new_vcpu": wanted.vcpu,
            "new_memory_mib": wanted.memory_mib,
            "purpose": self._purpose(record),
        }
        yield _line(WasteKind.OVERSIZED, record, thing, saved=saved, facts=facts, specification=wanted.code)

    def _needed(self, record: Record, use: Use, rules: Oversized) -> tuple[float, float]:
        """How many vCPUs and MiB keep the load under what is aimed at; all there are where nothing was measured."""
        by_peak = self._purpose(record) in rules.by_peak

        def of(size: int | None, p95: float | None, most: float | None) -> float:
            if size is None or p95 is None or most is None:
                return float(size or 0)
            if by_peak:
                return size * most / rules.target_percent
            return max(size * p95 / rules.target_percent, size * most / rules.peak_percent)

        return of(record.vcpu, use.cpu_p95, use.cpu_most), of(record.memory_mib, use.memory_p95, use.memory_most)

    def _smaller(self, record: Record, needed: tuple[float, float]) -> Specification | None:
        """The smallest specification on the same processors that is enough; a root disk neither shrinks nor grows."""
        vcpu, memory_mib = record.vcpu or 0, record.memory_mib or 0
        fit = [
            one
            for one in self._kin(record)
            if needed[0] <= one.vcpu <= vcpu
            and needed[1] <= one.memory_mib <= memory_mib
            and (one.vcpu, one.memory_mib) != (vcpu, memory_mib)
            and one.root_disk_gib == record.disk_gib
        ]
        return min(fit, key=lambda one: (one.vcpu, one.memory_mib, one.code), default=None)

    def _kin(self, record: Record) -> list[Specification]:
        """What can be ordered on the server's processors; where nobody knows these, only if all are the same."""
        every = list(self.stock.specifications.values())
        own = self.stock.specifications.get(self.stock.of_server.get(record.id, ""))
        kinds = {(one.architecture, one.xinchuang) for one in every}
        if own is None:
            return every if len(kinds) == 1 else []
        return [one for one in every if (one.architecture, one.xinchuang) == (own.architecture, own.xinchuang)]

    def _purpose(self, record: Record) -> str:
        purposes = self.stock.purposes
        of_system = "" if record.system_id is None else purposes.get(record.system_id, "")
        return purposes.get(record.id, of_system)

    def _since(self, record: Record, thing: Recorded, name: str) -> datetime:
        """Since when a field is as it is, as far as the inventory and the record go back."""
        return max(self.stock.since.get((thing.id, name), thing.first_seen_at), record.since)

    def _over(self, since: datetime, days: int) -> bool:
        return since <= self.stock.now - timedelta(days=days)

    def _told(self, since: datetime) -> dict[str, Any]:
        return {"since": since}


def _line(
    kind: WasteKind,
    record: Record,
    thing: Recorded,
    *,
    saved: Saved,
    facts: dict[str, Any],
    specification: str | None = None,
) -> Line:
    return Line(
        kind=kind,
        cloud=record.cloud,
        zone=record.zone,
        subject_id=record.id,
        subject_kind=record.kind.value,
        name=record.name,
        department_id=record.department_id,
        system_id=record.system_id,
        resource_id=record.id,
        object_id=thing.id,
        saved=saved,
        specification=specification,
        facts=facts,
    )


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)
