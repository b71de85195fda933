"""The whole matrix: every saga, every scenario, every step; at its boundaries and after the calls inside it.

A step that plays on many hosts makes more than a hundred calls, alike but for the host. It is crashed after the first,
the last and some drawn at run time, `--most-calls` in all; 0 is every one.
"""

from __future__ import annotations

from random import Random

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
def test_a_crash_after_calls_inside(step: Step, sagas: list[Saga], stages: Stages, pytestconfig: pytest.Config) -> None:
    name = step.__name__
    scenario = stages.busiest(name, [each for saga in sagas for each in of_saga(saga)])
    calls = stages.calls(scenario)[name]
    deaths = 0
    for nth in places(calls, pytestconfig.getoption("--most-calls")):
        print(f"{scenario}: {name} dies after call {nth} of {calls}")
        stage = stages.stage(scenario)
        deaths += stage.work(Point(name, "inside", nth))
        stage.recover(scenario)
    assert deaths or not calls


def places(calls: int, most: int) -> list[int]:
    """After which of its calls, counted from 1, a step is crashed; one that makes none is played once."""
    every = range(1, max(calls, 1) + 1)
    if not most or len(every) <= most:
        return list(every)
    return sorted({1, calls, *Random().sample(range(2, calls), most - 2)})
