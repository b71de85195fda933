from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import text

from cloudctl.domain.errors import Conflict, NotFound
from cloudctl.domain.workflows import DONE, Saga, Verdict
from cloudctl.engine import Engine, WorkflowClient, connect
from tests.unit.engine.toys import PLAIN, Journal
from tests.waiting import until

Start = Callable[..., None]
Launch = Callable[..., Engine]


def status(workflows: WorkflowClient, key: str) -> str | None:
    state = workflows.get(key)
    return None if state is None else state.status


def test_lists_are_newest_first_filtered_and_limited(start: Start, workflows: WorkflowClient) -> None:
    for number in range(3):
        start(f"o:{number}", "o")
    start("p:1", "p", saga="other")
    assert [state.id for state in workflows.recent(limit=2)] == ["p:1", "o:2"]
    assert [state.id for state in workflows.recent(saga="plain")] == ["o:2", "o:1", "o:0"]
    assert workflows.recent(status="SUCCESS") == []


def test_what_is_not_there(workflows: WorkflowClient) -> None:
    assert workflows.get("nothing") is None
    assert workflows.steps("nothing") == []
    with pytest.raises(NotFound):
        workflows.resume("nothing")


def test_a_finished_workflow_is_not_resumed(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    journal.gate.set()
    launch(PLAIN, journal)
    start("o:1", "o")
    until(lambda: status(workflows, "o:1") == "SUCCESS")
    with pytest.raises(Conflict, match="has ended"):
        workflows.resume("o:1")


def test_one_that_a_live_worker_runs_is_not_resumed(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    launch(PLAIN, journal)
    start("o:1", "o")
    assert journal.entered.wait(20)
    with pytest.raises(Conflict, match="live worker"):
        workflows.resume("o:1")
    journal.gate.set()


def test_a_broken_body_goes_on_after_its_last_finished_step(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    broken = [True]

    def body(steps: object, key: str) -> Verdict:
        steps.begin(key)  # type: ignore[attr-defined]
        if broken:
            raise KeyError("a bug in the body")
        return steps.finish(key)  # type: ignore[attr-defined,no-any-return]

    launch(Saga(name="plain", steps=PLAIN.steps, body=body), journal)
    start("o:1", "o")
    until(lambda: status(workflows, "o:1") == "ERROR")
    state = workflows.get("o:1")
    assert state is not None
    assert state.error == "KeyError: 'a bug in the body'"
    broken.clear()
    workflows.resume("o:1")
    until(lambda: status(workflows, "o:1") == "SUCCESS")
    assert journal.lines() == ["begin o", "finish o"]


def test_a_stopped_and_a_stranded_workflow_are_resumed(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal, database: Database
) -> None:
    start("stopped", "a")
    start("stranded", "b")
    with database.begin() as connection:
        connection.execute(text("UPDATE workflow_status SET status='CANCELLED' WHERE workflow_uuid='stopped'"))
        connection.execute(
            text("UPDATE workflow_status SET status='PENDING', executor_id='gone' WHERE workflow_uuid='stranded'")
        )
    workflows.resume("stopped")
    workflows.resume("stranded")
    assert {state.status for state in workflows.recent()} == {"ENQUEUED"}
    journal.gate.set()
    launch(PLAIN, journal)
    until(lambda: {state.status for state in workflows.recent()} == {"SUCCESS"})


def test_liveness_is_asked_for_the_executor_that_has_it(start: Start, database: Database) -> None:
    asked: list[str] = []

    def alive(executor: str) -> bool:
        asked.append(executor)
        return True

    workflows = WorkflowClient(connect(database), alive)
    start("o:1", "o")
    with database.begin() as connection:
        connection.execute(text("UPDATE workflow_status SET status='PENDING', executor_id='worker-7'"))
    with pytest.raises(Conflict):
        workflows.resume("o:1")
    assert asked == ["worker-7"]


def test_a_verdict_is_read_as_it_was_given(
    launch: Launch, start: Start, workflows: WorkflowClient, journal: Journal
) -> None:
    journal.gate.set()
    launch(PLAIN, journal)
    start("o:1", "o")
    until(lambda: status(workflows, "o:1") == "SUCCESS")
    first = workflows.steps("o:1")[0]
    assert (first.index, first.name, first.output, first.error) == (1, "plain.begin", DONE, None)
    assert first.started_at_ms is not None
    assert first.completed_at_ms is not None
    assert first.started_at_ms <= first.completed_at_ms
