"""The simulated cloud behind its file: takes calls, meets faults, and can be looked into by tests and benches.

    cloud = SimulatedCloud(path, clock=clock, code="city-a", seed=7, latency_s=(0.5, 2.0))
    cloud.inject(Fault(operation="servers.create", kind=FaultKind.NO_CAPACITY))
    with cloud.call("servers.delete", backend_id=server) as call:
        servers.delete(call, tenant, server)
    [item for item in cloud.inventory() if item.key == str(order_item)]

The file is the cloud: any number of objects, threads and processes may open it, and it outlives them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.quotas import Dimension
from cloudctl.ports.clock import Clock
from cloudctl.providers.simulated import faults, utilisation
from cloudctl.providers.simulated.backend import journal, objects
from cloudctl.providers.simulated.backend.calls import Call, Settings
from cloudctl.providers.simulated.backend.objects import Kind, Thing
from cloudctl.providers.simulated.backend.refusals import STRIKES, Reason, Refusal
from cloudctl.providers.simulated.backend.storage import Storage
from cloudctl.providers.simulated.faults import Fault, FaultKind, Struck

READS = frozenset({"find", "read", "check", "console_url", "isolated", "full", "changes", "look", "history"})
KEPT_CALLS = 200_000
TRIM_EVERY = 1_000


class Item(NamedTuple):
    """One object that exists, deletion under way included; `status` in the simulated cloud's words."""

    kind: str
    backend_id: str
    key: str | None
    tenant: str | None
    name: str
    status: str


class Record(NamedTuple):
    """One call that arrived, whatever became of it; `at` in seconds of the epoch."""

    operation: str
    key: str | None
    at: float


class SimulatedCloud:
    """A deterministic cloud in one SQLite file. Safe to use from several threads and processes.

    Raises Unusable for a file that cannot be made, or is something else.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        code: str,
        seed: int = 0,
        latency_s: tuple[float, float] = (0.5, 2.0),
        capacity: Mapping[Dimension, int] | None = None,
        images: Collection[str] | None = None,
        volume_types: Collection[str] | None = None,
    ) -> None:
        self.settings = Settings(
            code=code,
            seed=seed,
            latency_s=latency_s,
            capacity=dict(capacity or {}),
            images=None if images is None else frozenset(images),
            volume_types=None if volume_types is None else frozenset(volume_types),
        )
        self._clock = clock
        self._storage = Storage(path)

    @contextmanager
    def call(
        self, operation: str, *, keys: Collection[UUID] = (), name: str = "", backend_id: str | None = None
    ) -> Iterator[Call]:
        """One call as a client makes it: on record, struck by the faults that fit, in one transaction.

        Raises Refusal; with Reason.LOST the client cannot know what was done.
        """
        struck = self._arrive(operation, [str(key) for key in keys], name, backend_id)
        self._strike_before(operation, struck)
        with self._transaction(operation, struck) as call:
            yield call
        lost = struck.get(FaultKind.ACCEPTED_THEN_LOST)
        if lost is not None:
            self._clock.sleep(lost.seconds)
            raise Refusal(Reason.LOST, lost.message or "the connection broke before the answer")

    @contextmanager
    def unrecorded(self) -> Iterator[Call]:
        """A look or a change from behind the counter: no record, no faults."""
        with self._transaction("", {}) as call:
            yield call

    def inject(self, *injected: Fault) -> None:
        """Puts faults into the file; calls of every process meet them from now on."""
        with self._storage.transaction() as connection:
            for fault in injected:
                faults.inject(connection, fault)

    def clear_faults(self) -> None:
        """Takes every fault out again."""
        with self._storage.transaction() as connection:
            faults.clear(connection)

    def pending_faults(self) -> list[Fault]:
        """Faults that still have strikes left."""
        with self._storage.transaction(write=False) as connection:
            return faults.pending(connection)

    def calls(self) -> list[Record]:
        """The calls that arrived, in order; the newest 200,000 are kept."""
        with self._storage.transaction(write=False) as connection:
            rows = connection.execute("SELECT operation, key, at FROM calls ORDER BY number")
            return [Record(*row) for row in rows]

    def call_counts(self) -> Counter[str]:
        """How many calls arrived, by operation."""
        with self._storage.transaction(write=False) as connection:
            rows = connection.execute("SELECT operation, count(*) FROM calls GROUP BY operation")
            return Counter(dict(rows.fetchall()))

    def inventory(self) -> list[Item]:
        """Every object that exists, by kind and age: what lists hide for a while included."""
        with self.unrecorded() as call:
            return [_item(thing) for kind in Kind for thing in call.things(kind)]

    def utilisation(
        self, server: str | UUID, day: date, labels: Mapping[str, str] | None = None
    ) -> utilisation.Utilisation:
        """How busy a server was on a day, if it was on; `labels` may name its profile."""
        return utilisation.daily(self.settings.seed, str(server), day, labels)

    def close(self) -> None:
        """Lets go of the file."""
        self._storage.close()

    @contextmanager
    def _transaction(self, operation: str, struck: Struck) -> Iterator[Call]:
        now = self._clock.now().timestamp()
        writes = operation.rpartition(".")[2] not in READS
        with self._storage.transaction(write=writes) as connection:
            yield Call(connection=connection, settings=self.settings, operation=operation, now=now, struck=struck)

    def _arrive(self, operation: str, keys: list[str], name: str, backend_id: str | None) -> Struck:
        now = self._clock.now().timestamp()
        with self._storage.transaction() as connection:
            subject = None if backend_id is None else objects.by_id(connection, backend_id, now)
            key = keys[0] if len(keys) == 1 else subject.key if subject else None
            row = connection.execute("INSERT INTO calls (operation, key, at) VALUES (?, ?, ?)", (operation, key, now))
            if row.lastrowid is not None and row.lastrowid % TRIM_EVERY == 0:
                connection.execute("DELETE FROM calls WHERE number <= ?", (row.lastrowid - KEPT_CALLS,))
                connection.execute("DELETE FROM objects WHERE gone_at <= ?", (now,))
                journal.trim(connection, now)
            return faults.meet(connection, operation, _subjects(keys, name, subject))

    def _strike_before(self, operation: str, struck: Struck) -> None:
        """What happens to a call before it has any effect."""
        for kind, fault in struck.items():
            if kind in (FaultKind.HANG, FaultKind.SLOW):
                self._clock.sleep(fault.seconds)
            if kind is FaultKind.HANG:
                raise Refusal(Reason.LOST, fault.message or f"{operation}: no answer within {fault.seconds:g} s")
            if kind in STRIKES:
                reason, words = STRIKES[kind]
                raise Refusal(reason, fault.message or words, retry_after_s=fault.seconds or None)


def _subjects(keys: Iterable[str], name: str, subject: Thing | None) -> list[str]:
    """What a fault's pattern is held against: keys and names."""
    told = [*keys, name] if subject is None else [*keys, name, subject.key or "", subject.name]
    return [text for text in told if text]


def _item(thing: Thing) -> Item:
    return Item(thing.kind.value, thing.id, thing.key, thing.tenant, thing.name, thing.status.value)
