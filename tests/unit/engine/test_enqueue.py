from __future__ import annotations

from collections.abc import Callable

import pytest
from dbos import error
from sqlalchemy import Engine as Database
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloudctl.engine import WorkflowClient, connect, enqueuer, leases

Start = Callable[..., None]


def test_a_rollback_leaves_neither_the_domain_write_nor_the_workflow(
    database: Database, workflows: WorkflowClient
) -> None:
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id TEXT)"))
    enqueue = enqueuer(connect(database))
    with Session(database) as session:
        session.execute(text("INSERT INTO orders VALUES ('o')"))
        enqueue(session, "plain", "o:1", ("o",), "cloud-a")
        session.rollback()
    with database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM orders")) == 0
        assert connection.scalar(text("SELECT count(*) FROM workflow_input")) == 0
    assert workflows.get("o:1") is None


def test_the_commit_that_keeps_the_domain_write_keeps_the_workflow(
    database: Database, workflows: WorkflowClient
) -> None:
    enqueue = enqueuer(connect(database))
    with Session(database) as session, session.begin():
        session.execute(text("CREATE TABLE orders (id TEXT)"))
        enqueue(session, "plain", "o:1", ("o",), "cloud-a")
        assert workflows.get("o:1") is None
    state = workflows.get("o:1")
    assert state is not None
    assert (state.status, state.input) == ("ENQUEUED", ("o",))


def test_the_same_workflow_id_twice_is_one_workflow(start: Start, workflows: WorkflowClient) -> None:
    start("o:1", "o")
    start("o:1", "something else")
    assert [state.input for state in workflows.recent()] == [("o",)]


def test_a_workflow_id_of_another_saga_is_refused(start: Start) -> None:
    start("o:1", "o")
    with pytest.raises(error.DBOSConflictingWorkflowError):
        start("o:1", "o", saga="other")


def test_on_postgresql_too(shared: Database) -> None:
    client = connect(shared)
    enqueue, workflows = enqueuer(client), WorkflowClient(client, leases.liveness(shared))
    with Session(shared) as session:
        session.execute(text("CREATE TABLE orders (id TEXT)"))
        enqueue(session, "plain", "o:1", ("o",), "cloud-a")
        session.rollback()
    assert workflows.get("o:1") is None
    with Session(shared) as session:
        session.execute(text("CREATE TABLE orders (id TEXT)"))
        enqueue(session, "plain", "o:1", ("o",), "cloud-a")
        session.commit()
    assert [state.id for state in workflows.recent(status="ENQUEUED")] == ["o:1"]
