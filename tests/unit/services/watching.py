"""A city with two servers, a source that watches them, and a month that has passed since they were made.

watched.tell(1, 2, 3, cpu=80.0)         # points of one, two and three days ago
watched.run()                           # the regular job, some rounds of it
watched.use(1).cpu_percent
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from cloudctl.domain.metrics import Metric
from cloudctl.domain.telemetry import DayRead
from cloudctl.ports.context import platform
from cloudctl.ports.metrics import Match, Target
from cloudctl.ports.queries import PageAsk
from cloudctl.services import readings, telemetry
from tests.seeds import CLOUD
from tests.unit.services.outside import Outside
from tests.unit.telemetry.points import Playing, Recorded, flat, series

JOB = platform("job:telemetry")


class Watched:
    """See the module's docstring."""

    def __init__(self, outside: Outside) -> None:
        self.city = outside.city
        self.outside = outside
        self.back_days = 22
        outside.sync()
        self.city.clock.move(days=30)
        self.source = Recorded()
        self.targets: list[Target] = list(self.city.ctx.queries.telemetry.targets([CLOUD]))

    @property
    def ctx(self) -> Any:
        limits = replace(self.city.ctx.limits, telemetry_back_days=self.back_days)
        return replace(self.city.ctx, metrics=Playing(self.source), limits=limits)

    @property
    def today(self) -> date:
        return self.city.clock.now().date()

    def day(self, back: int) -> date:
        return self.today - timedelta(days=back)

    def tell(
        self,
        *backs: int,
        cpu: float = 10.0,
        server: int = 0,
        count: int = 288,
        by: Match = Match.NATIVE,
        metric: Metric = Metric.CPU_PERCENT,
    ) -> None:
        of = self.targets[server].id
        self.source.told += [series(of, flat(cpu, count), metric=metric, day=self.day(back), by=by) for back in backs]

    def run(self, rounds: int = 6) -> int:
        return sum(readings.run_due(self.ctx, JOB) for _ in range(rounds))

    def use(self, back: int, server: int = 0) -> Any:
        of, day = self.targets[server].id, self.day(back)
        known = telemetry.day_uses(self.ctx, [of], day, day)
        return known[of].days[0] if of in known else None

    def reads(self) -> dict[date, DayRead]:
        found = telemetry.reads(self.ctx, self.city.people["operator"], first=self.day(40), last=self.today)
        return {read.day: read for read in found}

    def events(self) -> list[str]:
        page = self.city.ctx.queries.audit.page(None, {"target_kind": "telemetry"}, PageAsk(limit=100))
        return [row.action for row in page.items]
