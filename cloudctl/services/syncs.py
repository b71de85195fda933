"""Syncs: the clouds read into the inventory, each on its own.

A sync writes what it sees, page by page in short transactions, and reads between them. It deletes nothing and adopts
nothing. What a clean full sync did not see has one miss more; a cloud that fails in the middle, or does not answer,
says nothing about what is gone. One sync of a cloud runs at a time: `run_due` is called by a job that excludes its like
over all workers, so a sync that still counts as running there was left behind by a worker that ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.clouds import Capability, Cloud
from cloudctl.domain.errors import BackendError, CloudctlError, ConfigurationError, Invalid
from cloudctl.domain.inventory import (
    Census,
    Changes,
    Identity,
    ObjectKind,
    ObjectStatus,
    Sighting,
    Source,
)
from cloudctl.domain.syncs import Sync, SyncMode
from cloudctl.messages import LOCALES, fill, mark, translator
from cloudctl.ports.clock import Clock
from cloudctl.ports.clouds import Inventory, Provider
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import drift

PAGE_SIZE = 1000
LOT = 2000
"""So many objects of a full sync are written together."""
SHORT = mark(
    "It listed {seen} of {expected} objects that were there last, so nothing counts as gone. If that is how it is: "
    "`cloudctl syncs run {cloud} --believe`."
)
LEFT_BEHIND = mark("Its worker ended before it was done.")
UNFORESEEN = mark("An error that nobody foresaw: the worker's log has it.")


def ask(
    ctx: Context, request: Request, code: str, *, mode: SyncMode = SyncMode.INCREMENTAL, believed: bool = False
) -> Sync:
    """Has a worker read a cloud now; raises NotFound for its code, Invalid for a retired one.

    `believed` has all of it read, and takes even a list that is far too short for the truth. One that waits already is
    answered, made full or believed where that is asked for.
    """
    request.actor.require(Permission.SYNCS_WRITE)
    mode = SyncMode.FULL if believed else mode
    with ctx.unit_of_work(request) as uow:
        cloud = uow.clouds.lock(code)
        if cloud.retired:
            raise Invalid(
                "The cloud {cloud} is retired.", field="code", way_out="Choose one that is in use.", cloud=code
            )
        waiting = next((sync for sync in uow.syncs.open_of(code) if sync.state == "asked"), None)
        if waiting is None:
            waiting = Sync(
                cloud=code, mode=mode, asked_by=request.actor.account_id, asked_at=uow.now, believed=believed
            )
            uow.syncs.add(waiting)
            uow.audit("start/sync", "sync", waiting.id, after=_asked(waiting))
        elif (mode is SyncMode.FULL and waiting.mode is not mode) or (believed and not waiting.believed):
            waiting.mode, waiting.believed = mode, believed or waiting.believed
            uow.audit("update/sync", "sync", waiting.id, after=_asked(waiting))
        return uow.answer(waiting)


def _asked(sync: Sync) -> dict[str, object]:
    return {"cloud": sync.cloud, "mode": sync.mode.value, "believed": sync.believed}


def get(ctx: Context, request: Request, sync_id: UUID) -> Sync:
    """One sync."""
    request.actor.require(Permission.SYNCS_READ)
    with ctx.unit_of_work(request) as uow:
        return uow.syncs.get(sync_id)


def codes(ctx: Context, request: Request) -> list[str]:
    """The clouds that are in use."""
    with ctx.unit_of_work(request) as uow:
        return [cloud.code for cloud in uow.clouds.all() if not cloud.retired]


def run_due(ctx: Context, request: Request, code: str) -> Sync | None:
    """Carries out what was asked for, or what is due, of one cloud; answers it, or None where there is nothing to do.

    Only one call for a cloud may be under way at a time.
    """
    with ctx.unit_of_work(request) as uow:
        cloud = uow.clouds.by_code(code)
        _end_left_behind(uow, code)
        asked = next(iter(uow.syncs.open_of(code)), None)
        latest, full = uow.syncs.latest(code), uow.syncs.latest(code, SyncMode.FULL, clean=True)
        now = uow.now
    if cloud.retired:
        return None
    provider, fault = _connected(ctx, cloud)
    feeds = provider is not None and Capability.CHANGES in provider.capabilities
    due = ctx.limits.rhythm.due(
        now,
        full_at=full.started_at if full else None,
        latest_at=latest.started_at if latest else None,
        incremental=feeds,
    )
    if asked is None and due is None:
        return None
    with ctx.unit_of_work(request) as uow:
        sync = uow.syncs.lock(asked.id) if asked else Sync(cloud=code, mode=due or SyncMode.FULL, asked_at=uow.now)
        if asked is None:
            uow.syncs.add(sync)
        if full is None or not feeds:
            sync.mode = SyncMode.FULL
        sync.start(uow.now)
        uow.syncs.forget(code, uow.now - ctx.limits.rhythm.keep)
    reading = _Reading(ctx, request, sync)
    if provider is None:
        return reading.fail(fault)
    try:
        done = reading.carry_out(provider)
    except BackendError as error:
        return reading.fail(error)
    except Exception:
        reading.fail(CloudctlError(UNFORESEEN))
        raise
    if done.mode is SyncMode.FULL and done.state == "clean":
        drift.detect(ctx, request, code)
    return done


class _Reading:
    """One sync under way; `sync` is its record as it stands."""

    def __init__(self, ctx: Context, request: Request, sync: Sync) -> None:
        self._ctx = ctx
        self._request = request
        self._code = sync.cloud
        self.sync = sync

    def carry_out(self, provider: Provider) -> Sync:
        """Reads and writes until the cloud has told everything; raises BackendError where it fails."""
        inventory = provider.inventory
        if self.sync.mode is SyncMode.INCREMENTAL:
            with self._ctx.unit_of_work(self._request) as uow:
                before = uow.syncs.latest(self._code, clean=True)
            changes = inventory.changes(before.cursor if before else None)
            if changes.complete:
                return self._take_changes(inventory, changes)
            with self._ctx.unit_of_work(self._request) as uow:
                self.sync = uow.syncs.lock(self.sync.id)
                self.sync.mode = SyncMode.FULL
        # The cursor is older than what is read now: what changes meanwhile is told again, and nothing is passed over.
        cursor = inventory.changes(None).cursor if Capability.CHANGES in provider.capabilities else None
        return self._count(inventory, cursor)

    def fail(self, error: CloudctlError | None, *, answered: bool = False) -> Sync:
        """What was read before counts; nothing counts as gone. `answered` says that the cloud did, with whatever."""
        with self._ctx.unit_of_work(self._request) as uow:
            sync = uow.syncs.lock(self.sync.id)
            event = "break_off" if sync.objects or answered else "fail"
            sync.end(event, uow.now, _told(error.message, error.params) if error else None)
            if sync.changed:
                uow.inventory.link(self._code)
        return sync

    def _count(self, inventory: Inventory, cursor: str | None) -> Sync:
        """A full sync."""
        with self._ctx.unit_of_work(self._request) as uow:
            census = Census(self._code, uow.inventory.known(self._code))
        with _Writing(self._write, self._ctx.clock) as writing:
            for page in inventory.full():
                writing.add(census.take(page), census.counted)
        seen, expected = census.met, census.expected
        if self._ctx.limits.rhythm.is_short(seen, expected) and not self.sync.believed:
            return self.fail(CloudctlError(SHORT, seen=seen, expected=expected, cloud=self._code), answered=True)
        limit = self._ctx.limits.rhythm.missing_after
        with self._ctx.unit_of_work(self._request) as uow:
            sync = uow.syncs.lock(self.sync.id)
            sync.missing = uow.inventory.miss(self._code, census.unseen(), limit=limit)
            uow.inventory.link(self._code)
            sync.cursor = cursor
            sync.end("finish", uow.now)
        return sync

    def _take_changes(self, inventory: Inventory, changes: Changes) -> Sync:
        """An incremental sync. Who is said to have left is looked for before it is believed."""
        suspects = set(changes.suspects) - {thing.identity for thing in changes.objects}
        there = [thing for kind, ids in _by_kind(suspects).items() for thing in inventory.look(kind, ids)]
        lost = suspects - {thing.identity for thing in there}
        told = [*changes.objects, *there]
        with self._ctx.unit_of_work(self._request) as uow:
            known = uow.inventory.known(self._code, {*lost, *(thing.identity for thing in told)})
            left = uow.inventory.some([known[key].id for key in lost if key in known and not known[key].misses])
        # Only full syncs count misses: until then what left is on record with a status that nobody knows.
        told += [msgspec.structs.replace(row.object, status=ObjectStatus.UNKNOWN) for row in left]
        census = Census(self._code, known)
        for start in range(0, len(told), PAGE_SIZE):
            news = census.take(told[start : start + PAGE_SIZE])
            self._write(news, census.counted, Source.INCREMENTAL, changes.actors)
        with self._ctx.unit_of_work(self._request) as uow:
            sync = uow.syncs.lock(self.sync.id)
            if sync.changed:
                uow.inventory.link(self._code)
            sync.cursor = changes.cursor
            sync.end("finish", uow.now)
        return sync

    def _write(
        self, news: Sequence[Sighting], counted: int, source: Source, actors: Mapping[str, str] | None = None
    ) -> None:
        with self._ctx.unit_of_work(self._request) as uow:
            sync = uow.syncs.lock(self.sync.id)
            sync.changed += uow.inventory.write(self._code, news, source=source, actors=actors)
            sync.objects = counted


class _Writing:
    """Writes what a full sync finds while it reads on: neither side waits for the other, one lot at a time.

    A lot is full with LOT objects, or after a second, so that whoever looks on sees it grow. What was read is written
    also where the reading breaks off.
    """

    def __init__(self, write: Callable[[Sequence[Sighting], int, Source], None], clock: Clock) -> None:
        self._write = write
        self._clock = clock
        self._lot: list[Sighting] = []
        self._counted = self._told = 0
        self._since_s = clock.monotonic_s()
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="sync-write")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._send()
            self._wait()
        finally:
            self._behind.shutdown()

    def add(self, news: Sequence[Sighting], counted: int) -> None:
        """What of a page is to be written, and how many objects were seen so far."""
        self._lot += news
        self._counted = counted
        if len(self._lot) >= LOT or self._clock.monotonic_s() - self._since_s >= 1:
            self._send()

    def _send(self) -> None:
        if self._counted == self._told:
            return
        self._wait()
        lot, self._lot = self._lot, []
        self._told, self._since_s = self._counted, self._clock.monotonic_s()
        self._under_way = self._behind.submit(self._write, lot, self._counted, Source.FULL)

    def _wait(self) -> None:
        """Until the last lot is written; raises what went wrong."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()


def _connected(ctx: Context, cloud: Cloud) -> tuple[Provider | None, CloudctlError | None]:
    try:
        return ctx.clouds.provider(cloud), None
    except (BackendError, ConfigurationError) as error:
        return None, error


def _end_left_behind(uow: UnitOfWork, code: str) -> None:
    for sync in uow.syncs.open_of(code):
        if sync.state == "running":
            sync.end("break_off" if sync.objects else "fail", uow.now, _told(LEFT_BEHIND, {}))


def _by_kind(identities: Iterable[Identity]) -> dict[ObjectKind, list[str]]:
    kinds: dict[ObjectKind, list[str]] = {}
    for kind, native_id in identities:
        kinds.setdefault(ObjectKind(kind), []).append(native_id)
    return kinds


def _told(message: str, params: Mapping[str, object]) -> dict[str, str]:
    """The words in every language of ours: they are kept with the sync."""
    return {locale: fill(translator(locale), message, params) for locale in LOCALES}
