"""A measured system whose owner was asked and says nothing: telemetry, verdict, case and machines are real.

with asking(tmp_path) as asked:                 # ninety idle days, its verdict on record, its owner notified
    asked.pass_by(24)                           # days, measured and idle, then a round
    asked.pass_by(7, measured=False)            # nobody measured
    asked.work()                                # what the round has queued, to its end

All of that is made once a session and copied for each test, as the city is.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cloudctl.domain.clearings import Clearing
from cloudctl.ports.context import platform
from cloudctl.services import campaigns, clearing_rounds, syncs, systems
from tests.factories import Installed, installation
from tests.seeds import Clock
from tests.unit.services.measuring import Measured

IDLE_DAYS = 90


class Asked(Measured):
    """See the module's docstring."""

    def __init__(self, city: Installed) -> None:
        super().__init__(city)
        self.live(IDLE_DAYS + 5)
        self.subject = self.server("oa-1")
        self.tell(self.subject, IDLE_DAYS)
        systems.update(city.ctx, city.people["officer"], self.system, {"user_count": 3})
        self.scan()
        campaigns.start(city.ctx, city.people["reviewer"], title="年度清理", policy="default")
        (case,) = city.read(lambda uow: list(uow.clearings.standing()))
        self.id = case.id
        self.round()

    @property
    def case(self) -> Clearing:
        return self.city.read(lambda uow: uow.clearings.get(self.id))

    def round(self) -> None:
        clearing_rounds.advance(self.city.ctx, platform("job:clearings"))

    def pass_by(self, days: int, *, measured: bool = True, **use: Any) -> None:
        """So many days, told of once they are over; then the regular round."""
        self.city.clock.move(days=days)
        if measured:
            self.tell(self.subject, days, **use)
        self.round()

    def tell_late(self, days: int, ago: int, **use: Any) -> None:
        """So many days up to `ago` days before the last one: they come only now."""
        self.tell(self.subject, days, until=self.last - timedelta(days=ago), **use)

    def work(self) -> None:
        self.city.run()

    def synced(self, *clouds: str, rounds: int = 1) -> None:
        """Clean full rounds of these clouds."""
        for _ in range(rounds):
            self.city.clock.move(hours=2)
            for cloud in clouds:
                assert syncs.run_due(self.city.ctx, platform("test"), cloud) is not None

    def shown(self, cloud: str | None = None) -> dict[str, str]:
        """Every server that a cloud has, by its own id: its status."""
        there = self.city.simulated(cloud) if cloud else self.city.cloud
        return {item.backend_id: item.status for item in there.inventory() if item.kind == "server"}

    def on(self) -> None:
        """The case stands or has ended, and nothing of the system was switched off."""
        assert self.case.saga is None, (self.case.state, self.case.saga)
        assert self.case.off_at is None
        assert set(self.shown().values()) == {"ACTIVE"}

    def off(self) -> None:
        assert self.case.state == "restore_tested", (self.case.state, self.case.cause)
        assert set(self.shown().values()) == {"SHUTOFF"}


@contextmanager
def asking(tmp_path: Path) -> Iterator[Asked]:
    """A copy of the first one, for the block."""
    first = _first()
    clock = Clock()
    clock.sleep(first.city.clock.monotonic_s())
    seed = replace(first.city.seed, directory=first.city.directory)
    with installation(tmp_path, clock=clock, seed=seed) as city:
        asked = copy(first)
        asked.city = city
        yield asked


@cache
def _first() -> Asked:
    directory = Path(tempfile.mkdtemp(prefix="cloudctl-asked-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    with installation(directory) as city:
        return Asked(city)
