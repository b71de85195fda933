"""A city whose servers a real Prometheus watches: from the exporters' series to what the platform says of each day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cloudctl.domain.metrics import Metric
from cloudctl.domain.telemetry import ReadState
from cloudctl.ports.context import platform
from cloudctl.services import readings, telemetry
from cloudctl.settings import Prometheus, Telemetry
from tests.factories import Installed, installation
from tests.lab.faultproxy import FaultProxy, Respond, Rule
from tests.lab.prometheus import Machine, PrometheusServer, Use
from tests.seeds import CLOUD, Clock
from tests.unit.services.running import running, synced

REQUEST = platform("test")
SOURCE = "prometheus:lab"
STEP_S = 900
UNTIL = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAYS = 10
SINCE = UNTIL - timedelta(days=DAYS)
SILENT = UNTIL - timedelta(days=8), UNTIL - timedelta(days=1)
QUERIES_BEFORE = 4  # of CPU and memory, by two sets each


class Watched:
    """The city, and the machines that Prometheus knows as its servers."""

    def __init__(self, city: Installed, proxy: FaultProxy, servers: list[str]) -> None:
        self.city, self.proxy = city, proxy
        known = {one.native_id: one.id for one in city.ctx.queries.telemetry.targets([CLOUD])}
        self.busy, self.silent, self.idle = (known[server] for server in servers)

    def reads(self) -> dict:
        first, last = SINCE.date(), UNTIL.date()
        return {read.day: read for read in self.city.ctx.queries.telemetry.reads(first, last, SOURCE)}

    def uses(self):
        everything = [self.busy, self.silent, self.idle]
        return telemetry.day_uses(self.city.ctx, everything, SINCE.date(), (UNTIL - timedelta(days=1)).date())


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    clock = Clock(UNTIL + timedelta(hours=1))
    prometheus = FaultProxyLater()
    lab = Prometheus(url=prometheus.proxy.url, step_s=STEP_S, scrape_s=STEP_S, clouds=(CLOUD,))
    settings = {
        "telemetry": Telemetry(prometheus={"lab": lab}, without_clouds=(CLOUD,)),
        "telemetry_backfill_days": DAYS,
    }
    with installation(tmp_path_factory.mktemp("watched"), clock=clock, **settings) as city:
        servers = running(city, 3).servers
        synced(city)
        machines = [
            Machine("busy-1", lambda _: Use(20.0, 40.0, 12.0, 8.0), uuid=servers[0], inside=False),
            Machine("silent-1", lambda _: Use(20.0, 40.0, 12.0, 8.0), uuid=servers[1], gaps=[SILENT], inside=False),
            Machine("idle-1", lambda _: Use(0.5, 12.0, 0.2, 0.02), uuid=servers[2], inside=False),
        ]
        with PrometheusServer(machines, SINCE, UNTIL, step_s=STEP_S) as server, prometheus.before(server.url) as proxy:
            yield Watched(city, proxy, servers)


class FaultProxyLater:
    """A proxy whose address is known before that of what is behind it."""

    def __init__(self) -> None:
        self.proxy = FaultProxy("http://127.0.0.1:1")

    def before(self, url: str) -> FaultProxy:
        self.proxy._backend = ("127.0.0.1", int(url.rpartition(":")[2]))
        return self.proxy


def test_a_source_that_falls_silent_in_mid_day_leaves_a_partial_day_that_is_read_again(watched):
    """First of all tests: it reads the newest day."""
    city = watched.city
    fault = Rule("POST", "query_range", Respond(503, "{}"), skip=QUERIES_BEFORE, times=1)
    watched.proxy.add(fault)
    readings.run_due(city.ctx, REQUEST)
    newest = (UNTIL - timedelta(days=1)).date()
    partial = watched.reads()[newest]
    assert partial.state is ReadState.PARTIAL
    assert partial.error[1]["source"] == SOURCE
    assert partial.samples > 0
    city.clock.sleep(3700)
    readings.run_due(city.ctx, REQUEST)
    again = watched.reads()[newest]
    assert (again.state, again.error) == (ReadState.COMPLETE, None)
    assert again.samples > 0
    assert again.stored >= partial.samples, "what was read before counts once"


def test_every_day_is_read_and_tells_what_there_was(watched):
    for _ in range(DAYS):
        readings.run_due(watched.city.ctx, REQUEST)
    reads = watched.reads()
    assert len(reads) == DAYS
    assert {read.state for read in reads.values()} == {ReadState.COMPLETE}
    busy = watched.uses()[watched.busy]
    assert len(busy.days) == DAYS
    inner = busy.days[1:]  # the first window of all sees half
    assert [day.cpu_percent for day in inner] == pytest.approx([20.0] * len(inner), rel=0.01)
    assert [day.network_mib for day in inner] == pytest.approx([8.0 * 86_400 / 1024] * len(inner), rel=0.01)
    assert [day.samples for day in inner] == [96] * len(inner)
    assert busy.coverage[Metric.CPU_PERCENT] == pytest.approx(1.0, abs=0.02)
    assert busy.sources == (SOURCE,)


def test_a_silent_week_has_no_days_and_little_coverage_and_is_not_idle(watched):
    use = watched.uses()[watched.silent]
    told = {day.day for day in use.days if day.cpu_percent is not None}
    assert not {(SILENT[0] + timedelta(days=number)).date() for number in range(1, 7)} & told
    assert use.judged < 0.5
    assert all(day.cpu_percent > 15 for day in use.days if day.samples > 90)


def test_the_idle_one_is_idle_by_its_figures(watched):
    use = watched.uses()[watched.idle]
    assert len(use.days) == DAYS
    assert all(day.cpu_percent < 1 and day.network_mib < 5 for day in use.days)


def test_reading_a_day_again_changes_nothing(watched):
    city = watched.city
    before = watched.uses()
    day = (UNTIL - timedelta(days=3)).date()
    readings.ask(city.ctx, city.people["operator"], first=day, last=day, source=SOURCE)
    readings.run_due(city.ctx, REQUEST)
    read = watched.reads()[day]
    assert (read.state, read.samples) == (ReadState.COMPLETE, 0)
    assert read.stored > 0
    assert watched.uses() == before


def test_a_clock_that_differs_is_told_with_the_day(watched):
    """The city's clock stands some hours behind the real one: Prometheus says so by the date of its answers."""
    warned = [message for read in watched.reads().values() for message, _ in read.warnings]
    assert any("clock" in message for message in warned)


def test_a_check_tells_the_source_that_is_down(watched):
    city = watched.city
    watched.proxy.add(Rule("POST", "query", Respond(401, "")))
    operator = city.people["operator"]
    told = {one.name: one.problem for one in telemetry.sources(city.ctx, operator, check=True)}
    assert "401" in told[SOURCE]["en"]
    told = {one.name: one.problem for one in telemetry.sources(city.ctx, operator, check=True)}
    assert told[SOURCE] == {}
