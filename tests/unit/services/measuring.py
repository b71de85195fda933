"""A system with servers that are measured: what each did is said day by day, and put into the store as a source would.

measured = Measured(city)
measured.live(95)                                    # the clock moves; the cloud is read
measured.tell(measured.server("oa-1"), 90)           # ninety idle days up to yesterday
measured.scan()
"""

from __future__ import annotations

from array import array
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.inventory import object_id
from cloudctl.domain.metrics import ACTIVITY, Metric, begin_of, utc_day
from cloudctl.domain.verdicts import Scan, Verdict
from cloudctl.ports.context import platform
from cloudctl.ports.metrics import Daily, Page, Series
from cloudctl.ports.queries import PageAsk
from cloudctl.services import syncs, zombies
from cloudctl.services.zombies import Explained
from tests.factories import Installed
from tests.seeds import CLOUD

SOURCE, HOUR_S = "probe", 3600
QUIET = {"cpu": 0.5, "network_mib": 2.0, "logins": 0, "http_requests": 0, "writes_by_people": 0, "connections": 0}


class Measured:
    """A city whose system `oa` has servers, with telemetry that a test writes."""

    def __init__(self, city: Installed, count: int = 1) -> None:
        self.city = city
        self.made = city.resources(city.delivered(city.build_items(count=count)))

    @property
    def system(self) -> UUID:
        return self.city.ids["oa"]

    @property
    def now(self) -> datetime:
        return self.city.clock.now()

    @property
    def today(self) -> date:
        return today_for_people(self.now)

    @property
    def last(self) -> date:
        """The last day that telemetry can be of."""
        return utc_day(self.now) - timedelta(days=1)

    def server(self, name: str) -> UUID:
        """The object of a server in the inventory."""
        record = self.city.resource(self.made[name].id)
        return object_id(CLOUD, "server", record.backend_id)

    def sync(self) -> None:
        """One clean full round."""
        self.city.clock.move(hours=2)
        assert syncs.run_due(self.city.ctx, platform("test"), CLOUD) is not None

    def live(self, days: int) -> None:
        """The cloud is read, and so many days pass."""
        self.sync()
        self.city.clock.move(days=days)

    def tell(self, subject: UUID, days: int, *, until: date | None = None, source: str = SOURCE, **use: Any) -> None:
        """So many days of a subject up to `until`, quiet but for `use`; hourly samples, activity as daily numbers."""
        shown, last = QUIET | use, until or self.last
        with self.city.ctx.unit_of_work(platform("test")) as uow:
            for back in range(days):
                uow.telemetry.put(self._parts(uow, subject, last - timedelta(days=back), shown, source))

    def _parts(self, uow: Any, subject: UUID, day: date, shown: dict[str, Any], source: str) -> Any:
        begin = int(begin_of(day).timestamp())
        at = array("q", range(begin, begin + 86_400, HOUR_S))
        figures = {
            Metric.CPU_PERCENT: shown["cpu"],
            Metric.NETWORK_KIB_S: shown["network_mib"] * 1024 / 86_400,
        }
        reading = self.city.ctx.histograms.reading(source, day, HOUR_S, self.now)
        for part in uow.telemetry.parts(source, day):
            reading.keep(part)
        series = [Series(subject, metric, at, array("d", [value] * len(at))) for metric, value in figures.items()]
        numbers = [
            Daily(subject, metric, day, float(shown[metric.value])) for metric in ACTIVITY if metric.value in shown
        ]
        reading.add(Page(series=series, dailies=numbers))
        return reading.parts()

    def scan(self, **more: Any) -> Scan:
        return zombies.scan(self.city.ctx, self.city.people["office-admin"], **more)

    def explain(self, who: str = "office-admin", day: date | None = None) -> Explained:
        return zombies.explain(self.city.ctx, self.city.people[who], self.system, day)

    def verdicts(self) -> list[Verdict]:
        """All on record of the system, oldest first."""
        page = self.city.ctx.queries.verdicts.page(None, {"system_id": self.system}, PageAsk(limit=500))
        return [self.city.read(lambda uow, key=row.id: uow.verdicts.get(key)) for row in page.items][::-1]
