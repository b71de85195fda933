"""All machines of one vCenter: looked at by department, and moved on, step by step, to what was begun with them.

    fleet.find(tenant, keys, ...)               # one call: facts by key, a copied key sorted out
    site = fleet.site(tenant)                   # one call
    server = fleet.get(tenant, uuid)            # two calls; raises Absent
    fleet.send(tenant, server, Step(act=Act.POWER_ON))
    fleet.push(tenant, site)                    # sends the next task of everything that is unfinished

A machine that is on its way has its goal as a note of its own, so a look at it is enough to go on, also for another
process after a crash. Whoever looks with `push` goes on; and where a task of ours ends, the watch's thread does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from pyVmomi import vim

from cloudctl.domain.errors import Absent, BackendError
from cloudctl.ports.clock import Clock
from cloudctl.providers.vsphere import specs
from cloudctl.providers.vsphere.client import Client
from cloudctl.providers.vsphere.errors import absent
from cloudctl.providers.vsphere.machines import PATHS, Machine, machine, promised_uuid
from cloudctl.providers.vsphere.pairs import Pairs
from cloudctl.providers.vsphere.places import Places
from cloudctl.providers.vsphere.steps import Act, Site, Step, step_of, volume_step
from cloudctl.providers.vsphere.tasks import Tasks

log = logging.getLogger(__name__)

Fact = TypeVar("Fact")

#: A department is looked at again after this many times as long as the last look took.
SPARING = 3.0
#: How often what is made is sent again when the vCenter gives up on it for a reason that passes.
AGAIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Something that a task of this process makes and that is not there yet."""

    tenant: str
    key: UUID
    uuid: str
    name: str
    volume_gib: int | None = None
    vcpu: int | None = None
    memory_mib: int | None = None
    addresses: tuple[str, ...] = ()

    @property
    def blame(self) -> str:
        """Its making's failures are not the machine's: another worker may have made it."""
        return f"making {self.uuid}"


class Fleet:
    """Safe for several threads."""

    def __init__(self, client: Client, places: Places, clock: Clock) -> None:
        self.client = client
        self.places = places
        self._clock = clock
        self.tasks = Tasks(client, client.config.tasks, self._after)
        self.pairs = Pairs(client, places, self.tasks, clock)
        self._promises: dict[str, Promise] = {}
        self._leaving: set[str] = set()
        self._touched: dict[str, float] = {}
        self._lock = Lock()
        self.readdress: Callable[[Machine, Site], Step | None] = lambda *_: None

    def site(self, tenant: str) -> Site:
        """All machines of a department's folder."""
        folder = self.client.ref(vim.Folder, tenant)
        field = self.places.key_field
        found = self.client.read(vim.VirtualMachine, [self.client.under(folder, deep=False)], PATHS)
        return Site(machine(ref, values, field) for ref, values in found)

    def get(self, tenant: str, uuid: str) -> Machine:
        """One machine of the department; raises Absent."""
        found = self.look(uuid)
        if found is None or found.parent != tenant:
            raise absent(f"machine {uuid}")
        return found

    def look(self, uuid: str) -> Machine | None:
        """One machine, wherever it is."""
        where = self.places.datacenter
        ref = self.client.call(lambda content: content.searchIndex.FindByUuid(where, uuid, True, True))
        if ref is None:
            return None
        try:
            for found, values in self.client.read(vim.VirtualMachine, [ref], PATHS):
                return machine(found, values, self.places.key_field)
        except Absent:
            pass
        return None

    def make(self, promise: Promise, start: Callable[[], Any]) -> None:
        """Has a task make what is promised."""
        with self._lock:
            self._promises[promise.uuid] = promise
            self._leaving.discard(promise.uuid)
            self._touched[promise.tenant] = time.monotonic()
        try:
            self.tasks.send(promise.uuid, start, blame=promise.blame, again=AGAIN)
        except BackendError:
            with self._lock:
                self._promises.pop(promise.uuid, None)
            raise

    def find(
        self,
        tenant: str,
        keys: Collection[UUID] | None,
        of: Callable[[Site], Iterable[Machine]],
        told: Callable[[Machine, Site], Fact],
        expected: Callable[[Promise, BackendError | None], Fact | None],
    ) -> dict[UUID, Fact]:
        """The facts of a department's machines by key: of those that are there, and of what is promised.

        Asked for keys, it also goes on with what is unfinished. Of two machines with one key, the one that was made for
        it speaks; the other is a copy by hand.
        """
        if keys is not None and not keys:
            return {}
        promises, site = self.promised(tenant), self.site(tenant)
        if keys is not None:
            self.push(tenant, site)
        found: dict[UUID, Fact] = {}
        for promise, failure in self.outstanding(promises, site):
            if (fact := expected(promise, failure)) is not None:
                found[promise.key] = fact
        for each in sorted(of(site), key=lambda each: each.key is not None and each.uuid == promised_uuid(each.key)):
            if each.key is not None:
                found[each.key] = told(each, site)
        wanted = None if keys is None else frozenset(keys)
        return {key: fact for key, fact in found.items() if wanted is None or key in wanted}

    def promised(self, tenant: str) -> list[tuple[Promise, bool]]:
        """What this process makes for a department, and whether it is still at it: asked before looking at the site."""
        with self._lock:
            promises = [promise for promise in self._promises.values() if promise.tenant == tenant]
        return [(promise, self.tasks.busy(promise.uuid)) for promise in promises]

    def outstanding(
        self, promises: list[tuple[Promise, bool]], site: Site
    ) -> Iterator[tuple[Promise, BackendError | None]]:
        """What of it is not there yet, and what could not be made, with the reason; the rest is forgotten."""
        for promise, busy in promises:
            failure = self.tasks.failure(promise.blame)
            if promise.uuid not in site.by_uuid and (failure is not None or busy):
                yield promise, failure
            else:
                with self._lock:
                    self._promises.pop(promise.uuid, None)
                self.tasks.forget(promise.blame)

    def send(self, tenant: str, target: Machine, step: Step, *, blame: str | None = None, behind: bool = False) -> None:
        """Sends one task for a machine; raises Busy while it has one, unless it may wait `behind` it."""
        with self._lock:
            self._touched[tenant] = time.monotonic()
        self.tasks.send(target.uuid, lambda: self._start(target, step), blame=blame, behind=behind)

    def drop(self, tenant: str, uuid: str, goal: Callable[[Machine], Step]) -> None:
        """Has a machine go, once what is under way with it has ended; what is absent or going already is done."""
        with self._lock:
            if uuid in self._leaving and self.tasks.busy(uuid):
                return
            self._leaving.add(uuid)
            self._touched[tenant] = time.monotonic()

        def start() -> Any:
            found = self.look(uuid)
            with self._lock:
                promise = self._promises.pop(uuid, None)
            if promise is not None:
                self.tasks.forget(promise.blame)
            if found is None or found.parent != tenant:
                return None
            return self._start(replace(found, change_version=None), goal(found))

        self.tasks.send(uuid, start, behind=True)

    def push(self, tenant: str, site: Site) -> None:
        """Sends the next task for every machine of the department that is on its way."""
        self.pairs.keep(site)
        for target, step, blame in self._todo(site):
            if self.tasks.busy(target.uuid) or self.tasks.failure(blame) is not None:
                continue
            try:
                self.send(tenant, target, step, blame=blame)
            except BackendError as error:
                log.info("a step of the vCenter was refused: %s", error)
                self.tasks.fail(blame, error)

    def _todo(self, site: Site) -> Iterator[tuple[Machine, Step, str]]:
        now = self._clock.now()
        for each in site.machines:
            step = step_of(each, site, now)
            if step is not None and step.act is Act.POWER_ON:
                if site.clash(each):
                    step = self.readdress(each, site)
                elif self.pairs.waits(each):
                    continue
            if step is not None:
                yield each, step, each.uuid
        for holder in site.holders:
            if (found := volume_step(holder, site)) is not None:
                yield found[0], found[1], holder.uuid

    def _start(self, target: Machine, step: Step) -> Any:
        ref = target.ref
        match step.act:
            case Act.POWER_ON:
                return ref.PowerOnVM_Task()
            case Act.POWER_OFF:
                return ref.PowerOffVM_Task()
            case Act.TRASH:
                return self.places.trash.MoveIntoFolder_Task([ref])
        if target.key is not None and target.key_field != str(target.key):
            self.label(target, str(target.key))
        return ref.ReconfigVM_Task(specs.reconfiguration(target, step, self.places.switch_uuid))

    def label(self, target: Machine, key: str) -> None:
        """The key as a custom field too: that one is shown to people."""
        field = self.places.key_field
        self.client.call(lambda content: content.customFieldsManager.SetField(target.ref, field, key), write=True)

    def _after(self, last: bool) -> None:
        """Goes on with the departments that were acted in: the larger a department, the more rarely.

        After the `last` task all are looked at, so that nothing is left half done for want of a poll.
        """
        with self._lock:
            due = [tenant for tenant, at in self._touched.items() if last or time.monotonic() >= at]
        for tenant in due:
            began = time.monotonic()
            with suppress(BackendError):
                site = self.site(tenant)
                self.push(tenant, site)
                with self._lock:
                    if last and not any(self.tasks.busy(each.uuid) for each in site.machines):
                        self._touched.pop(tenant, None)
                        continue
            with self._lock:
                self._touched[tenant] = time.monotonic() + SPARING * (time.monotonic() - began)
