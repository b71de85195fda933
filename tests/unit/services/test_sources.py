"""The sources of an installation, asked whether they answer; and a simulated city's telemetry from end to end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cloudctl.domain.errors import Forbidden
from cloudctl.domain.metrics import Metric
from cloudctl.domain.telemetry import ReadState
from cloudctl.ports.context import platform
from cloudctl.providers.simulated import Fault, FaultKind
from cloudctl.services import readings, telemetry
from tests.factories import Installed
from tests.seeds import CLOUD
from tests.unit.services.running import running, synced

REQUEST = platform("test")
SOURCE = f"simulated:{CLOUD}"


def state(city: Installed, *, check: bool = False) -> telemetry.SourceState:
    return next(one for one in telemetry.sources(city.ctx, REQUEST, check=check) if one.name == SOURCE)


def test_a_simulated_cloud_is_a_source_and_says_that_it_is_simulated(city):
    told = state(city)
    assert (told.kind, told.simulated, told.clouds, told.interval_s) == ("simulated", True, (CLOUD,), 300)
    assert told.problem is None


def test_a_check_says_who_answers_and_who_does_not_in_every_language(city):
    assert state(city, check=True).problem == {}
    city.cloud.inject(Fault(operation="check", kind=FaultKind.SERVER_ERROR_5XX, message="maintenance"))
    told = state(city, check=True).problem
    assert set(told) == {"en", "zh_CN"}
    assert all("maintenance" in words for words in told.values())


def test_only_who_runs_telemetry_may_have_them_asked(city):
    officer = city.people["officer"]
    assert telemetry.sources(city.ctx, officer)
    with pytest.raises(Forbidden):
        telemetry.sources(city.ctx, officer, check=True)


def test_a_day_is_read_out_of_the_simulated_cloud_and_again_after_it_fell_silent(city):
    stock = running(city, 2, cidr="172.23.0.0/16")
    synced(city)
    targets = {one.native_id: one.id for one in city.ctx.queries.telemetry.targets([CLOUD])}
    subjects = {targets[server] for server in stock.servers}
    city.clock.sleep(2 * 86_400)
    yesterday = city.clock.now().date() - timedelta(days=1)
    city.cloud.inject(Fault(operation="usage.history", kind=FaultKind.SERVER_ERROR_5XX, times=1))
    readings.run_due(city.ctx, REQUEST)
    (failed,) = city.ctx.queries.telemetry.reads(yesterday, yesterday, SOURCE)
    assert (failed.state, failed.samples) == (ReadState.FAILED, 0)
    city.clock.sleep(3700)
    readings.run_due(city.ctx, REQUEST)
    (read,) = city.ctx.queries.telemetry.reads(yesterday, yesterday, SOURCE)
    assert (read.state, read.simulated, read.unmatched) == (ReadState.COMPLETE, True, 0)
    uses = telemetry.day_uses(city.ctx, subjects, yesterday, yesterday)
    assert set(uses) == subjects
    for use in uses.values():
        (day,) = use.days
        assert day.samples == 288
        assert day.logins is not None
        assert use.coverage[Metric.CPU_PERCENT] == 1.0
        assert use.sources == (SOURCE,)
