"""An order on a vCenter: every step's boundaries, and after every call inside the steps that change it."""

from __future__ import annotations

from itertools import count

import pytest

from tests.crash.points import WHENS, Point
from tests.crash.scenarios import Scenario
from tests.crash.scenarios.vcenters import DELIVERED, FAILED, staged
from tests.crash.stages import Stages

FORWARD = (
    "begin", "prepare_tenant", "build_networks", "build_volumes", "build_servers", "attach_volumes", "verify",
    "deliver",
)  # fmt: skip
BACKWARD = ("undo_servers", "undo_volumes", "undo_networks", "fail")
BUSY = {*FORWARD[1:6], *BACKWARD[:3]}
STEPS = [(DELIVERED, step) for step in FORWARD] + [(FAILED, step) for step in BACKWARD]
NAMES = [step for _, step in STEPS]

pytestmark = pytest.mark.timeout(1800)


@pytest.mark.parametrize("scenario", [DELIVERED, FAILED], ids=str)
def test_without_a_crash(scenario: Scenario, vcenters: Stages) -> None:
    with staged(vcenters, scenario) as stage:
        stage.recover(scenario)


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize(("scenario", "step"), STEPS, ids=NAMES)
def test_a_crash_at_a_boundary(scenario: Scenario, step: str, when: str, vcenters: Stages) -> None:
    with staged(vcenters, scenario) as stage:
        assert stage.work(Point(step, when)), "the worker survived the point"
        stage.recover(scenario)


@pytest.mark.parametrize(
    ("scenario", "step"),
    [(scenario, step) for scenario, step in STEPS if step in BUSY],
    ids=[name for name in NAMES if name in BUSY],
)
def test_a_crash_after_every_call_inside(scenario: Scenario, step: str, vcenters: Stages) -> None:
    """Goes on until a worker survives: then the step makes no further call."""
    for nth in count(1):
        with staged(vcenters, scenario) as stage:
            died = stage.work(Point(step, "inside", nth))
            stage.recover(scenario)
        if not died:
            return
