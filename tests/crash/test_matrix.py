"""The whole matrix: every saga, every scenario, every step; at its boundaries and after every call inside it."""

from __future__ import annotations

from itertools import count

import pytest

from cloudctl.domain.workflows import Saga
from cloudctl.workflows import SAGAS
from tests.crash.points import WHENS, Point
from tests.crash.scenarios import SCENARIOS, Scenario, of_saga
from tests.crash.stages import Stages

STEPS = [(saga, step) for saga in SAGAS for step in saga.step_names]
NAMES = [f"{saga.name}.{step}" for saga, step in STEPS]
DATABASES = ("sqlite", "postgresql")

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(params=DATABASES)
def stages(request: pytest.FixtureRequest) -> Stages:
    made: Stages = request.getfixturevalue(request.param)
    return made


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_without_a_crash(scenario: Scenario, stages: Stages) -> None:
    stages.stage(scenario).recover(scenario)


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize(("saga", "step"), STEPS, ids=NAMES)
def test_a_crash_at_a_boundary(saga: Saga, step: str, when: str, stages: Stages) -> None:
    scenario = stages.busiest(step, of_saga(saga))
    stage = stages.stage(scenario)
    assert stage.work(Point(step, when)), "the worker survived the point"
    stage.recover(scenario)


@pytest.mark.parametrize(("saga", "step"), STEPS, ids=NAMES)
def test_a_crash_after_every_call_inside(saga: Saga, step: str, stages: Stages) -> None:
    """Goes on until a worker survives: then the step makes no further call."""
    scenario = stages.busiest(step, of_saga(saga))
    for nth in count(1):
        stage = stages.stage(scenario)
        died = stage.work(Point(step, "inside", nth))
        stage.recover(scenario)
        if not died:
            return
