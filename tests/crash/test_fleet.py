"""50 orders, three workers on PostgreSQL, kill -9 at random, each time with a restart.

All orders end, nothing is lost and nothing made twice.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from multiprocessing.process import BaseProcess

import msgspec
import pytest

from cloudctl.bootstrap import App
from cloudctl.persistence.tables.orders import orders
from cloudctl.providers.simulated import FaultKind
from cloudctl.settings import Simulated
from tests.crash import checks, city, worker
from tests.crash.scenarios import break_cloud
from tests.crash.stages import Stage, Stages

SEED = 20260601
ORDERS, BROKEN, WORKERS, KILLS = 50, 7, 3, 12
OBJECTS = {"network": 1, "server": 2, "volume": 2, "address": 1}
PAUSE_S = (0.4, 1.6)

pytestmark = pytest.mark.timeout(900)


def test_a_fleet_under_random_kills(postgresql: Stages) -> None:
    stage = _slow(postgresql.empty())
    stage.act(_order)
    draw = random.Random(SEED)
    workers = [worker.start(stage.settings) for _ in range(WORKERS)]
    killed = sum(_kill_one(workers, stage, draw) for _ in range(KILLS))
    for process in workers:
        process.join()
    assert killed == KILLS, "the orders were all done before the last kill"
    assert [process.exitcode for process in workers] == [0] * WORKERS
    stage.act(_ended)


def _slow(stage: Stage) -> Stage:
    """Objects take their time, so that kills fall into the middle of steps."""
    latency = Simulated(latency_min_s=0.2, latency_max_s=1.0)
    return Stage(msgspec.structs.replace(stage.settings, simulated=latency))


def _order(app: App) -> None:
    """The last few have a server that goes into error."""
    for number in range(ORDERS):
        city.approved(app.context, city.build_items(f"app{number}"))
    for number in range(ORDERS - BROKEN, ORDERS):
        break_cloud(app, "servers.create", FaultKind.GOES_TO_ERROR, f"app{number}-2")


def _kill_one(workers: list[BaseProcess], stage: Stage, draw: random.Random) -> bool:
    """Kills a worker after a while and starts another in its place; false when it had nothing left to do."""
    time.sleep(draw.uniform(*PAUSE_S))
    place = draw.randrange(WORKERS)
    workers[place].kill()
    workers[place].join()
    died = workers[place].exitcode == worker.KILLED
    workers[place] = worker.start(stage.settings)
    return died


def _ended(app: App) -> None:
    checks.sound(app)
    attempts = [workflow.attempts for workflow in app.context.workflows.recent(limit=ORDERS)]
    assert max(attempts) > 1, "no kill hit a saga that was running"
    states = Counter(order.state for order in checks.rows(app, orders))
    assert states == {"delivered": ORDERS - BROKEN, "failed": BROKEN}
    counts = Counter(item.kind for item in checks.objects(app))
    assert counts == {kind: count * (ORDERS - BROKEN) for kind, count in OBJECTS.items()}
