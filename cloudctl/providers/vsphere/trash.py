"""The trash: a folder where deleted machines wait some days, off, off the network and without their key.

Whoever deletes something also destroys what has waited long enough, so the trash is emptied as fast as it is filled.
What somebody else has put there has no note of ours and is left alone.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock

from pyVmomi import vim

from cloudctl.domain.errors import BackendError
from cloudctl.ports.clock import Clock
from cloudctl.providers.vsphere.fleet import Fleet
from cloudctl.providers.vsphere.machines import PATHS, TRASHED, Machine, machine

log = logging.getLogger(__name__)

SWEEP_S = 3600.0


class Trash:
    """Swept at most once an hour."""

    def __init__(self, fleet: Fleet, clock: Clock) -> None:
        self._client, self._places, self._fleet = fleet.client, fleet.places, fleet
        self._clock = clock
        self._swept_at: float | None = None
        self._lock = Lock()

    def sweep(self) -> None:
        """Destroys what has waited long enough; what fails is tried again an hour later."""
        with self._lock:
            now_s = self._clock.monotonic_s()
            if self._swept_at is not None and now_s - self._swept_at < SWEEP_S:
                return
            self._swept_at = now_s
        limit = self._clock.now() - timedelta(days=self._client.config.trash_days)
        with suppress(BackendError):
            for each in self._machines():
                trashed = trashed_at(each)
                if trashed is not None and trashed < limit and not each.on:
                    log.info("machine %s has been in the trash since %s and is destroyed", each.name, trashed)
                    self._fleet.tasks.send(each.uuid, each.ref.Destroy_Task)

    def _machines(self) -> list[Machine]:
        where = self._client.under(self._places.trash)
        found = self._client.read(vim.VirtualMachine, [where], PATHS)
        return [machine(ref, values, self._places.key_field) for ref, values in found]


def trashed_at(each: Machine) -> datetime | None:
    """When we put a machine into the trash; None for one that we did not."""
    try:
        return datetime.fromisoformat(each.notes.get(TRASHED, "").partition(" ")[2])
    except ValueError:
        return None
