"""One call that reached the simulated cloud: what the rules of each noun work with, inside one transaction."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from cloudctl.domain.quotas import Dimension
from cloudctl.providers.simulated.backend import journal, objects
from cloudctl.providers.simulated.backend.objects import Kind, Status, Thing
from cloudctl.providers.simulated.backend.refusals import Reason, Refusal
from cloudctl.providers.simulated.faults import FaultKind, Struck

IDS = UUID("5f1d7a52-3c0e-5d0b-9c55-0d1a6f0c5171")

# Shares of the latency range, for what is quicker or slower than a server's build.
PACE = {
    "servers.create": 1.0,
    "servers.snapshot": 1.0,
    "exports.take": 1.0,
    "servers.resize": 0.8,
    "volumes.create": 0.4,
}
USUAL_PACE = 0.25
BROKEN = "a simulated fault broke it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One cloud's character. `capacity` bounds what is in it, None for `images` or `volume_types` takes any name."""

    code: str
    seed: int = 0
    latency_s: tuple[float, float] = (0.5, 2.0)
    capacity: Mapping[Dimension, int] = field(default_factory=dict)
    images: frozenset[str] | None = None
    volume_types: frozenset[str] | None = None


@dataclass(slots=True, kw_only=True)
class Call:
    """A call in its transaction: `now` in seconds of the epoch, `struck` by these faults."""

    connection: sqlite3.Connection
    settings: Settings
    operation: str
    now: float
    struck: Struck

    def things(
        self, kind: Kind, tenant: str | None = None, keys: Collection[UUID] | None = None, *, listed: bool = False
    ) -> list[Thing]:
        """Things that exist, oldest first; `listed` as a client's list shows them."""
        texts = None if keys is None else [str(key) for key in keys]
        return objects.select(self.connection, kind, self.now, tenant=tenant, keys=texts, listed=listed)

    def look(self, kind: Kind, tenant: str | None, backend_id: str) -> Thing | None:
        """One thing of a tenant, or None."""
        thing = objects.by_id(self.connection, backend_id, self.now)
        return thing if thing is not None and (thing.kind, thing.tenant) == (kind, tenant) else None

    def get(self, kind: Kind, tenant: str | None, backend_id: str) -> Thing:
        """One thing of a tenant; refuses what is absent or another tenant's in the same words."""
        thing = self.look(kind, tenant, backend_id)
        if thing is None:
            raise Refusal(Reason.ABSENT, f"no {kind.value} {backend_id}")
        return thing

    def add(
        self,
        kind: Kind,
        *,
        key: UUID | None,
        tenant: str | None,
        name: str,
        state: dict[str, Any],
        then: dict[str, Any] | None = None,
        vcpu: int = 0,
        memory_mib: int = 0,
        volume_gib: int = 0,
    ) -> Thing:
        """Makes a thing that stands in `state` and turns to `then` when its latency is over."""
        number = self._next_number()
        late = self.struck.get(FaultKind.LISTS_LATE)
        thing = Thing(
            number=number,
            id=str(uuid5(IDS, f"{self.settings.code}/{self.settings.seed}/{number}")),
            kind=kind,
            key=None if key is None else str(key),
            tenant=tenant,
            name=name,
            visible_at=self.now + (late.seconds if late else 0.0),
            state=state,
            vcpu=vcpu,
            memory_mib=memory_mib,
            volume_gib=volume_gib,
        )
        self.save(thing, then=then)
        return thing

    def save(self, thing: Thing, *, then: dict[str, Any] | None = None) -> None:
        """Writes a thing; with `then`, something is under way and ends in that (or in ERROR, where a fault says so)."""
        if then is not None:
            broken = self.struck.get(FaultKind.GOES_TO_ERROR)
            thing.later = then if broken is None else {"status": Status.ERROR, "fault": broken.message or BROKEN}
            thing.later_at = self.now + self.latency_s(thing)
        self.connection.execute(objects.SAVE, thing.row())
        journal.note(self.connection, thing, self.now)

    def remove(self, thing: Thing, *, at_once: bool = False) -> None:
        """Starts deleting a thing: it is gone when its latency is over."""
        thing.gone_at = self.now if at_once else self.now + self.latency_s(thing)
        thing.state["status"] = Status.DELETING
        thing.later = thing.later_at = None
        self.save(thing)

    def latency_s(self, thing: Thing) -> float:
        """How long this operation takes on this thing: always the same under one seed."""
        low, high = self.settings.latency_s
        drawn = random.Random(f"{self.settings.seed}/{self.operation}/{thing.key or thing.id}")  # noqa: S311
        return drawn.uniform(low, high) * PACE.get(self.operation, USUAL_PACE)

    def _next_number(self) -> int:
        row = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'objects'").fetchone()
        return 1 if row is None else int(row["seq"]) + 1


def refuse_unless(thing: Thing, *allowed: Status) -> None:
    """Refuses an act on a thing that is not in one of the `allowed` states: broken for good, or just busy."""
    if thing.status in allowed:
        return
    if thing.status is Status.ERROR:
        raise Refusal(Reason.BROKEN, f"{thing.kind.value} {thing.name} is in error: {thing.state.get('fault', '')}")
    raise Refusal(Reason.BUSY, f"{thing.kind.value} {thing.name} is {thing.status.value}", retry_after_s=1.0)
