"""kill -9 before and after every step of one order's saga, on SQLite; the next worker goes on."""

from __future__ import annotations

import pytest

from cloudctl.workflows import SAGAS
from tests.crash.points import WHENS, Point
from tests.crash.scenarios import BUILDS, Scenario
from tests.crash.stages import Stages

PROVISION = next(saga for saga in SAGAS if saga.name == "provision_order")


@pytest.mark.parametrize("scenario", BUILDS, ids=str)
def test_without_a_crash(scenario: Scenario, sqlite: Stages) -> None:
    sqlite.stage(scenario).recover(scenario)


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("step", PROVISION.step_names)
def test_a_crash_at_a_boundary(step: str, when: str, sqlite: Stages) -> None:
    scenario = sqlite.busiest(step, BUILDS)
    stage = sqlite.stage(scenario)
    assert stage.work(Point(step, when)), "the worker survived the point"
    stage.recover(scenario)
