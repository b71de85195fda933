"""kill -9 around and after every call inside a run, may it be repeated or not; the matrix takes the busiest alone."""

from __future__ import annotations

from itertools import count

import pytest

from tests.crash.points import WHENS, Point
from tests.crash.scenarios import Scenario
from tests.crash.scenarios.runs import RUNS
from tests.crash.stages import Stages

pytestmark = pytest.mark.timeout(1800)


@pytest.mark.parametrize("scenario", RUNS, ids=str)
def test_without_a_crash(scenario: Scenario, sqlite: Stages) -> None:
    sqlite.stage(scenario).recover(scenario)


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("scenario", RUNS, ids=str)
def test_a_crash_at_a_boundary(scenario: Scenario, when: str, sqlite: Stages) -> None:
    stage = sqlite.stage(scenario)
    assert stage.work(Point("play_run", when)), "the worker survived the point"
    stage.recover(scenario)


@pytest.mark.parametrize("scenario", RUNS[:2], ids=str)
def test_a_crash_after_every_call_inside(scenario: Scenario, sqlite: Stages) -> None:
    """Goes on until a worker survives: then the step makes no further call."""
    for nth in count(1):
        stage = sqlite.stage(scenario)
        died = stage.work(Point("play_run", "inside", nth))
        stage.recover(scenario)
        if not died:
            assert nth > 5
            return
