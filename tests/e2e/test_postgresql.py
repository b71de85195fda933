"""On PostgreSQL: `serve` answers and builds nothing, two workers build, and one of them may die."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from cloudctl.bootstrap import SystemClock
from cloudctl.providers.simulated import SimulatedCloud
from tests.e2e.follower import Follower
from tests.e2e.installation import Installation, Process
from tests.e2e.people import Crew, application, approve, settle
from tests.lab.postgres import PostgresServer
from tests.waiting import until

ORDERS = 4


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with PostgresServer() as server:
        yield Installation(
            tmp_path_factory.mktemp("postgresql"),
            database_url=server.create_database(),
            engine_poll_s=0.1,
            cloud_poll_s=0.2,
            settle_s=1,
            simulated__latency_min_s=1,
            simulated__latency_max_s=2,
        )


@pytest.fixture(scope="module")
def crew(town: Installation) -> Iterator[Crew]:
    assert "cloudctl db upgrade" in town.run("serve", code=6)
    town.run("db", "upgrade")
    with town.process("serve"):
        yield settle(town)


def test_without_a_worker_nothing_is_built_and_the_next_worker_does(town: Installation, crew: Crew) -> None:
    order = approve(crew, application(crew, "first"))
    with Follower(crew.officer, order["id"]) as live:
        live.await_state("approved")
        assert crew.operator.only("/workflows")["status"] == "ENQUEUED"
        with town.process("worker", name="worker-0"):
            live.await_state("delivered")
    assert [line["seq"] for line in live.lines] == sorted({line["seq"] for line in live.lines})
    assert _objects(town) == {"network": 1, "server": 2, "volume": 2, "address": 1}


def test_a_worker_that_dies_is_replaced_by_the_other(town: Installation, crew: Crew) -> None:
    standing = Counter(_objects(town))
    workers = [town.start("worker", name=f"worker-{number}") for number in (1, 2)]
    try:
        orders = [approve(crew, application(crew, f"app{number}")) for number in range(ORDERS)]
        victim: Process = until(lambda: _busy(crew, workers))
        victim.kill()
        for order in orders:
            crew.officer.await_state(f"/orders/{order['id']}", "delivered")
        assert "[wrong]" not in town.run("doctor")
    finally:
        for worker in workers:
            if worker.pid != victim.pid:
                worker.stop()
    made = Counter(_objects(town)) - standing
    assert made == {"network": ORDERS, "server": 2 * ORDERS, "volume": 2 * ORDERS, "address": ORDERS}
    assert set(_keys(town).values()) == {1}
    survivors = {row["executor"].split("-")[-2] for row in _workflows(crew)}
    assert str(next(worker.pid for worker in workers if worker is not victim)) in survivors


def _busy(crew: Crew, workers: list[Process]) -> Process | None:
    """A worker that has begun a build."""
    running = {row["executor"] for row in _workflows(crew) if row["status"] == "PENDING" and row["executor"]}
    return next((w for w in workers if any(f"-{w.pid}-" in executor for executor in running)), None)


def _workflows(crew: Crew) -> list[dict[str, Any]]:
    return crew.operator.rows("/workflows", saga="provision_order")


def _objects(town: Installation) -> dict[str, int]:
    """What the cloud's own list has, by kind."""
    kinds = Counter(item.kind for item in _inventory(town))
    return {kind: count for kind, count in kinds.items() if kind not in {"image", "tenant"}}


def _keys(town: Installation) -> Counter[str | None]:
    return Counter(item.key for item in _inventory(town) if item.kind != "image")


def _inventory(town: Installation) -> list[Any]:
    cloud = SimulatedCloud(town.data / "simulated-sim-1.sqlite3", clock=SystemClock(), code="sim-1")
    try:
        return list(cloud.inventory())
    finally:
        cloud.close()
