"""A city with one idle system of two servers, its verdict on record, and days of use that a test plants.

with cleared(tmp_path, monkeypatch) as town:
    case = town.started()                   # a campaign, and the system's case in it
    town.round()                            # the regular job
    town.days(16)                           # time passes, day by day, with a round each
    town.machine.quarantine(case)           # what the saga reports, in the saga's place
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.campaigns import Campaign
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.purposes import Purpose
from cloudctl.domain.servers import Server
from cloudctl.domain.signals import Sentence
from cloudctl.domain.syncs import SyncMode
from cloudctl.domain.verdicts import Judged, Rule, ServerView, Verdict, VerdictState
from cloudctl.governance.zombies.days import DayUse
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import (
    campaigns,
    clearing_decisions,
    clearing_evidence,
    clearing_rounds,
    clearings,
    syncs,
)
from tests.factories import Installed, installation
from tests.seeds import CLOUD

DIGEST = "c" * 64


class Use(NamedTuple):
    """What the store answers for a subject."""

    days: list[DayUse]


class Machine:
    """What the sagas report."""

    def __init__(self, city: Installed) -> None:
        self.city = city

    def quarantine(self, case: Clearing) -> None:
        assert clearings.may_go_on(self.city.ctx, case.id, "quarantine_system").given
        clearings.seen_running(self.city.ctx, case.id, self.running(case))
        clearings.quarantined(self.city.ctx, case.id)

    def running(self, case: Clearing) -> list[UUID]:
        """Those of its servers that are not off on record."""
        found = (self.city.resource(key) for key in case.servers)
        return [server.id for server in found if server.power != "off"]

    def back_up(self, case: Clearing) -> None:
        clearings.backed_up(self.city.ctx, case.id, digest=DIGEST, size_bytes=4096)
        clearings.restore_tested(self.city.ctx, case.id, digest=DIGEST)

    def delete(self, case: Clearing) -> None:
        clearings.begin_deletion(self.city.ctx, case.id, digest=DIGEST)
        clearings.deleted(self.city.ctx, case.id)

    def restore(self, case: Clearing) -> None:
        clearings.restored(self.city.ctx, case.id)


class Town:
    """The city, its idle system's servers, and the days planted for them."""

    def __init__(self, city: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
        self.city, self.machine = city, Machine(city)
        self.order = city.delivered(city.build_items("oa", count=2))
        self.sync()
        self.used_on: set[date] = set()
        self.unseen_from: date | None = None
        monkeypatch.setattr(clearing_evidence.telemetry, "day_uses", self.day_uses)

    @property
    def servers(self) -> list[Server]:
        return [one for one in self.city.resources(self.order).values() if isinstance(one, Server)]

    def sync(self) -> None:
        """A full sync, as the regular job does it."""
        syncs.ask(self.city.ctx, self.city.people["operator"], CLOUD, mode=SyncMode.FULL)
        syncs.run_due(self.city.ctx, platform("sync"), CLOUD)

    def day_uses(self, _ctx: Any, subjects: Any, first: date, last: date) -> dict[UUID, Use]:
        """Idle days of 288 samples each; on `used_on` it worked, from `unseen_from` on nobody measured."""
        return {
            subject: Use([use for day in span(first, last) if (use := self._use(day)) is not None])
            for subject in subjects
        }

    def _use(self, day: date) -> DayUse | None:
        if self.unseen_from is not None and day >= self.unseen_from:
            return None
        busy = day in self.used_on
        figures = {"cpu_percent": 60.0, "cpu_max": 95.0} if busy else {"cpu_percent": 1.0, "cpu_max": 2.0}
        return DayUse(
            day=day, samples=288, memory_percent=20.0, disk_mib=1.0, network_mib=900.0 if busy else 0.1,
            logins=4 if busy else 0, **figures,
        )  # fmt: skip

    @property
    def today(self) -> date:
        return today_for_people(self.city.clock.now())

    def verdict(self, system: str = "oa", state: VerdictState = VerdictState.ZOMBIE, **fields: Any) -> Verdict:
        """Puts a verdict on record, as a scan does."""
        ctx, ids = self.city.ctx, self.city.ids
        owner = ids["fgw"] if system == "oa" else ids["czj"]
        now = ctx.clock.now()
        views = [self._view(server) for server in self.servers] if system == "oa" else []
        judged = Judged(
            state=state, rule=Rule.IDLE, confidence=92, purpose=Purpose.ORDINARY, recognised=False,
            cleared=fields.get("cleared", True), flagged=False, exempt_until=None,
            headline=Sentence("Known for {age} days, of {least}.", {"age": 90, "least": 30}),
            signals=[], servers=views, changes=[],
        )  # fmt: skip
        policy = ctx.zombie_policies["default"]
        made = Verdict(
            system_id=ids[system], department_id=owner, scan_id=new_id(), day=self.today, at=now, state=state,
            before=None, rule=Rule.IDLE, confidence=92, purpose=Purpose.ORDINARY, cleared=judged.cleared,
            flagged=False, exempt_until=None, signs=[], judged=judged, digest=judged.digest, policy=policy.name,
            policy_version=policy.version, policy_digest="p" * 64, created_at=now,
        )  # fmt: skip
        with ctx.unit_of_work(platform("scan")) as uow:
            uow.verdicts.add(made)
        return made

    def _view(self, server: Server) -> ServerView:
        return ServerView(
            server_id=server.id, subject=None, name=server.name, cloud=server.cloud, purpose=Purpose.ORDINARY,
            recognised=False, since=self.today, window_days=30, observed_days=30, idle_days=90, needed_days=60,
            covered=1.0, state="idle", network_seen=True,
        )  # fmt: skip

    def campaign(self, **fields: Any) -> Campaign:
        values: dict[str, Any] = {"title": "年度清理", "policy": "default"}
        planned = campaigns.start(self.city.ctx, self.city.people["reviewer"], **values | fields)
        assert planned.campaign is not None
        return planned.campaign

    def started(self) -> Clearing:
        """A campaign that has taken the idle system on."""
        self.verdict()
        self.campaign()
        (case,) = self.standing()
        return case

    def standing(self) -> list[Clearing]:
        return self.city.read(lambda uow: list(uow.clearings.standing()))

    def case(self, case: Clearing) -> Clearing:
        return self.city.read(lambda uow: uow.clearings.get(case.id))

    def round(self) -> int:
        return clearing_rounds.advance(self.city.ctx, platform("job:clearings"))

    def days(self, count: int) -> None:
        """Day by day, with a round each."""
        for _ in range(count):
            self.city.clock.move(days=1)
            self.round()

    def told(self, template: str) -> list[str]:
        """Who was told, by login, in order."""
        rows = self.city.ctx.queries.notices.page(None, {}, PageAsk(limit=500)).items
        return [row.recipient.partition("@")[0] for row in reversed(rows) if row.template == template]

    def off(self) -> Clearing:
        """A case up to the quarantine."""
        case = self.started()
        self.round()
        self.days(31)
        assert self.case(case).saga == "quarantine_system", self.case(case).state
        self.machine.quarantine(case)
        return case

    def tested(self) -> Clearing:
        """A case up to the tested backup, its time in quarantine over."""
        case = self.off()
        self.machine.back_up(case)
        self.days(31)
        return case

    def deleted(self) -> Clearing:
        """A case up to the deletion."""
        case = self.tested()
        clearing_decisions.propose(self.city.ctx, self.city.people["reviewer"], case.id, reason="隔离期满")
        clearing_decisions.confirm(self.city.ctx, self.city.people["security"], case.id, reason="同意")
        self.machine.delete(case)
        return case


def span(first: date, last: date) -> Iterator[date]:
    """Every day of it."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@contextmanager
def cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town for the block."""
    with installation(tmp_path) as city:
        yield Town(city, monkeypatch)
