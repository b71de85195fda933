"""What happens while workers die: an order that is delivered, one that fails, one that is parked, and what follows.

A scenario leads the city up to the moment in which its saga is queued (`prepare`), and says what has come of it once
everything is worked off (`ended`). Where an operator has to act on it, `then` acts and `finally_ended` looks again.
"""

from __future__ import annotations

from cloudctl.domain.workflows import Saga
from cloudctl.workflows import SAGAS
from tests.crash.scenarios.adoptions import ADOPTIONS
from tests.crash.scenarios.apps import APPS
from tests.crash.scenarios.clearings import CLEARINGS
from tests.crash.scenarios.drift import DRIFT
from tests.crash.scenarios.orders import BUILDS, ORDERS
from tests.crash.scenarios.resources import RESOURCES
from tests.crash.scenarios.runs import RUNS
from tests.crash.scenarios.scenario import Scenario, break_cloud, named

__all__ = ["BUILDS", "SCENARIOS", "Scenario", "break_cloud", "named", "of_saga"]

SCENARIOS = (*ORDERS, *RESOURCES, *ADOPTIONS, *DRIFT, *CLEARINGS, *RUNS, *APPS)


def of_saga(saga: Saga, scenarios: tuple[Scenario, ...] = SCENARIOS) -> list[Scenario]:
    return [scenario for scenario in scenarios if scenario.saga == saga.name]


assert {scenario.saga for scenario in SCENARIOS} == {saga.name for saga in SAGAS}, "a saga has no scenario"
