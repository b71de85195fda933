"""Real processes, killed in the middle of a step."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import text

from cloudctl.engine import Engine, WorkflowClient, connect, enqueuer, leases
from cloudctl.engine.failover import Reaper
from cloudctl.ports.engine import Start
from tests.unit.engine.toys import Journal
from tests.waiting import until

Worker = subprocess.Popen[bytes]


@pytest.fixture
def spawn(journal: Journal) -> Iterator[Callable[..., Worker]]:
    """Starts a worker; `fatal` names the step that kills it, or "gate" to have it wait there."""
    workers: list[Worker] = []

    def begin(database: Database, *fatal: str) -> Worker:
        url = database.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.unit.engine.worker", url, str(journal.path), *fatal]
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        workers.append(worker)
        return worker

    yield begin
    for worker in workers:
        worker.communicate(timeout=30)
        assert worker.returncode in {0, -signal.SIGKILL}


def started(database: Database, workflow_id: str, key: str) -> WorkflowClient:
    client = connect(database)
    with database.begin() as connection:
        enqueuer(client)(connection, [Start("plain", workflow_id, (key,), "cloud-a")])
    return WorkflowClient(client, leases.liveness(database))


def ended(workflows: WorkflowClient) -> bool:
    return {state.status for state in workflows.recent()} == {"SUCCESS"}


def test_killed_in_mid_step_the_next_start_goes_on(
    database: Database, spawn: Callable[..., Worker], journal: Journal
) -> None:
    workflows = started(database, "o:1", "o")
    assert spawn(database, "work").wait(30) == -signal.SIGKILL
    state = workflows.get("o:1")
    assert state is not None
    assert (state.status, state.executor) == ("PENDING", "embedded")
    spawn(database)
    until(lambda: ended(workflows))
    assert journal.lines() == ["begin o", "work o", "work o", "finish o"]


def test_killed_in_mid_step_another_worker_takes_over(
    shared: Database, spawn: Callable[..., Worker], journal: Journal
) -> None:
    workflows = started(shared, "o:1", "o")
    assert spawn(shared, "work").wait(30) == -signal.SIGKILL
    dead = workflows.get("o:1")
    spawn(shared)
    until(lambda: ended(workflows))
    assert journal.lines() == ["begin o", "work o", "work o", "finish o"]
    survivor = workflows.get("o:1")
    assert dead is not None
    assert survivor is not None
    assert dead.executor != survivor.executor


def test_a_worker_that_is_already_there_takes_over_from_one_that_is_killed(
    shared: Database, spawn: Callable[..., Worker], journal: Journal
) -> None:
    workflows = started(shared, "o:1", "o")
    holder = spawn(shared, "gate")
    until(lambda: "work o" in journal.lines())
    idle = spawn(shared)
    assert idle.stdout is not None
    assert idle.stdout.readline() == b"ready\n"
    holder.kill()
    until(lambda: ended(workflows))
    assert journal.lines() == ["begin o", "work o", "work o", "finish o"]


def pending(database: Database, workflow_id: str, executor: str) -> None:
    started(database, workflow_id, "o")
    with database.begin() as connection:
        connection.execute(
            text("UPDATE dbos.workflow_status SET status='PENDING', executor_id=:executor WHERE workflow_uuid=:id"),
            {"executor": executor, "id": workflow_id},
        )


def reaper(database: Database, recovered: list[str]) -> tuple[Reaper, leases.AdvisoryLease]:
    lease = leases.AdvisoryLease(database, "me")
    return Reaper(lease, recovered.append, every_s=60, on_lost=lambda: None), lease


def test_an_owner_counts_as_dead_in_the_second_round_only(shared: Database) -> None:
    pending(shared, "o:1", "gone")
    recovered: list[str] = []
    looking, lease = reaper(shared, recovered)
    looking.round()
    assert recovered == []
    looking.round()
    assert recovered == ["gone"]
    lease.release()


def test_an_owner_that_holds_its_lease_is_never_taken_over(shared: Database) -> None:
    pending(shared, "o:1", "slow")
    owner = leases.take_lease(shared, "slow")
    recovered: list[str] = []
    looking, lease = reaper(shared, recovered)
    for _ in range(3):
        looking.round()
    assert recovered == []
    owner.release()

    def taken_over() -> bool:
        looking.round()  # the server drops the lock with the session, a moment after its end
        return bool(recovered)

    until(taken_over)
    assert recovered == ["slow"]
    lease.release()


def test_a_take_over_that_fails_is_tried_again(shared: Database) -> None:
    pending(shared, "o:1", "gone")
    attempts: list[str] = []

    def fail(executor: str) -> None:
        attempts.append(executor)
        raise RuntimeError("not now")

    lease = leases.AdvisoryLease(shared, "me")
    looking = Reaper(lease, fail, every_s=60, on_lost=lambda: None)
    for _ in range(3):
        looking.round()
    assert attempts == ["gone", "gone"]
    assert not leases.liveness(shared)("gone")
    lease.release()


def test_a_worker_that_lost_its_lease_ends_itself(shared: Database) -> None:
    lost: list[bool] = []
    engine = Engine(shared, reap_s=0.05, on_lost=lambda: lost.append(True))
    engine.launch()
    with shared.begin() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype='advisory' AND pid <> pg_backend_pid()")
        )
    until(lambda: lost)
    engine.shutdown()
    assert lost == [True]
