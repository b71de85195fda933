"""The whole matrix: every saga, every scenario, every step; at its boundaries and after every call inside it."""

from __future__ import annotations

from itertools import count

import pytest

from cloudctl.domain.workflows import Saga, Step
from cloudctl.workflows import SAGAS
from tests.crash.points import WHENS, Point
from tests.crash.scenarios import SCENARIOS, Scenario, of_saga
from tests.crash.stages import Stages

STEPS = [(saga, step) for saga in SAGAS for step in saga.step_names]
NAMES = [f"{saga.name}.{step}" for saga, step in STEPS]
# What several sagas share is one step: inside, nothing of it depends on which of them it is.
SHARED: dict[Step, list[Saga]] = {}
for one in SAGAS:
    for made in one.steps:
        SHARED.setdefault(made, []).append(one)
INSIDE = [f"{sagas[0].name}.{shared.__name__}" for shared, sagas in SHARED.items()]
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


@pytest.mark.parametrize(("step", "sagas"), SHARED.items(), ids=INSIDE)
def test_a_crash_after_every_call_inside(step: Step, sagas: list[Saga], stages: Stages) -> None:
    """Goes on until a worker survives: then the step makes no further call."""
    name = step.__name__
    scenario = stages.busiest(name, [each for saga in sagas for each in of_saga(saga)])
    for nth in count(1):
        stage = stages.stage(scenario)
        died = stage.work(Point(name, "inside", nth))
        stage.recover(scenario)
        if not died:
            return
