"""Indicators of utilisation from the daily histograms, as of a past date and as was known then."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cloudctl.domain.indicators import Figure
from cloudctl.domain.metrics import Metric
from cloudctl.services import indicators
from tests.unit.services.outside import Outside
from tests.unit.services.watching import Watched

MONTH = range(1, 31)


@pytest.fixture
def watched(outside: Outside) -> Watched:
    made = Watched(outside)
    made.back_days = 40
    return made


def figure(watched: Watched, name: str, day: date | None = None) -> Figure:
    (line,) = indicators.figures(watched.ctx, watched.city.people["office-admin"], day=day, name=name)
    return line.figure


def told(one: Figure) -> tuple[Any, ...]:
    return one.numerator, one.denominator, one.excluded["without-telemetry"]


def test_without_telemetry_nobody_is_in_a_band(watched: Watched) -> None:
    assert told(figure(watched, "servers-cpu-low")) == (0, 0, 2)
    assert figure(watched, "servers-cpu-low").share is None


def test_servers_are_in_the_band_of_their_mean(watched: Watched) -> None:
    watched.tell(*MONTH, cpu=12.0)
    watched.tell(*MONTH, cpu=66.0, server=1)
    watched.tell(*MONTH, cpu=80.0, metric=Metric.MEMORY_PERCENT)
    watched.run()
    assert told(figure(watched, "servers-cpu-low")) == (1, 2, 0)
    assert told(figure(watched, "servers-cpu-high")) == (1, 2, 0)
    assert told(figure(watched, "servers-memory-high")) == (1, 1, 1)
    assert told(figure(watched, "servers-memory-low")) == (0, 1, 1)
    assert figure(watched, "platform-servers").numerator == 2, "those who are counted otherwise are counted as before"


def test_a_week_without_metrics_is_too_little_to_judge_by(watched: Watched) -> None:
    watched.tell(*(back for back in MONTH if not 5 <= back < 12), cpu=1.0)
    watched.run()
    assert told(figure(watched, "servers-cpu-low")) == (0, 0, 2)


def test_the_past_stays_as_it_was_known(watched: Watched) -> None:
    watched.tell(*MONTH, cpu=12.0)
    watched.run()
    day = watched.today
    watched.city.clock.move(days=1)
    before = figure(watched, "servers-cpu-low", day)
    watched.tell(*(back + 1 for back in MONTH), cpu=90.0, server=1)
    watched.city.clock.move(days=2)
    watched.run()
    assert told(before) == (1, 1, 1)
    assert told(figure(watched, "servers-cpu-low", day)) == (1, 1, 1), "what was learnt later changes no past figure"
