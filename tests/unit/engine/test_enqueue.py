from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from dbos import error
from sqlalchemy import JSON, MetaData, Table, Text, cast, select, text
from sqlalchemy import Engine as Database
from sqlalchemy.orm import Session

from cloudctl.engine import Engine, WorkflowClient, connect, enqueuer, leases
from cloudctl.ports.engine import Start
from tests.unit.engine.toys import PLAIN, Journal
from tests.waiting import until

Begin = Callable[..., None]
ONE = Start("plain", "o:1", ("o",), "cloud-a")


def test_a_rollback_leaves_neither_the_domain_write_nor_the_workflow(
    database: Database, workflows: WorkflowClient
) -> None:
    with database.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id TEXT)"))
    enqueue = enqueuer(connect(database))
    with Session(database) as session:
        session.execute(text("INSERT INTO orders VALUES ('o')"))
        enqueue(session.connection(), [ONE])
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
        enqueue(session.connection(), [ONE])
        assert workflows.get("o:1") is None
    state = workflows.get("o:1")
    assert state is not None
    assert (state.status, state.input) == ("ENQUEUED", ("o",))


def test_the_same_workflow_id_twice_is_one_workflow(start: Begin, workflows: WorkflowClient) -> None:
    start("o:1", "o")
    start("o:1", "something else")
    assert [state.input for state in workflows.recent()] == [("o",)]


def test_a_workflow_id_of_another_saga_is_refused(start: Begin) -> None:
    start("o:1", "o")
    with pytest.raises(error.DBOSConflictingWorkflowError):
        start("o:1", "o", saga="other")


def test_on_postgresql_too(shared: Database) -> None:
    client = connect(shared)
    enqueue, workflows = enqueuer(client), WorkflowClient(client, leases.liveness(shared))
    with Session(shared) as session:
        session.execute(text("CREATE TABLE orders (id TEXT)"))
        enqueue(session.connection(), [ONE])
        session.rollback()
    assert workflows.get("o:1") is None
    with Session(shared) as session:
        session.execute(text("CREATE TABLE orders (id TEXT)"))
        enqueue(session.connection(), [ONE])
        session.commit()
    assert [state.id for state in workflows.recent(status="ENQUEUED")] == ["o:1"]


MANY = [Start("plain", f"o:{number}", (f"o{number}", "1"), f"cloud-{number % 2}") for number in range(5)]


@pytest.mark.parametrize("name", ["database", "shared"])
def test_of_many_the_rows_are_those_that_the_engine_itself_would_write(
    name: str, request: pytest.FixtureRequest
) -> None:
    database: Database = request.getfixturevalue(name)
    enqueue = enqueuer(connect(database))
    with database.begin() as connection:
        for start in MANY:
            enqueue(connection, [start])
    by_the_engine = rows(database)
    forget(database)
    with database.begin() as connection:
        enqueue(connection, MANY)
    assert rows(database) == by_the_engine
    assert [len(found) for found in by_the_engine.values()] == [5, 5]


@pytest.mark.parametrize("name", ["database", "shared"])
def test_of_many_that_are_there_in_part_the_others_are_enqueued(name: str, request: pytest.FixtureRequest) -> None:
    database: Database = request.getfixturevalue(name)
    client = connect(database)
    enqueue, workflows = enqueuer(client), WorkflowClient(client, leases.liveness(database))
    with database.begin() as connection:
        enqueue(connection, [MANY[2]._replace(ids=("earlier",))])
    with database.begin() as connection:
        enqueue(connection, MANY)
    assert {state.id: state.input for state in workflows.recent()} == {
        start.workflow_id: ("earlier",) if start is MANY[2] else start.ids for start in MANY
    }
    assert len(rows(database)["workflow_input"]) == len(MANY)


def test_of_many_one_whose_id_another_saga_has_refuses_all(database: Database, workflows: WorkflowClient) -> None:
    enqueue = enqueuer(connect(database))
    with database.begin() as connection:
        enqueue(connection, [MANY[2]._replace(saga="other")])
    with pytest.raises(error.DBOSConflictingWorkflowError), database.begin() as connection:
        enqueue(connection, MANY)
    assert [state.id for state in workflows.recent()] == ["o:2"]


def test_many_are_carried_out(
    database: Database, launch: Callable[..., Engine], journal: Journal, workflows: WorkflowClient
) -> None:
    with database.begin() as connection:
        enqueuer(connect(database))(connection, [start._replace(ids=start.ids[:1]) for start in MANY])
    journal.gate.set()
    launch(PLAIN, journal)
    until(lambda: {state.status for state in workflows.recent()} == {"SUCCESS"})
    assert len(workflows.recent()) == len(MANY)


def tables(database: Database) -> list[Table]:
    schema = "dbos" if database.dialect.name == "postgresql" else None
    names = "workflow_status", "workflow_input"
    return [Table(name, MetaData(), autoload_with=database, schema=schema) for name in names]


def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every column of every row; times and tokens, which no two rows share, by their kind and form."""
    with database.connect() as connection:
        return {
            table.name: [
                {name: form(name, value) for name, value in row.items()}
                for row in connection.execute(select(*map(raw, table.c)).order_by(table.c.workflow_uuid)).mappings()
            ]
            for table in tables(database)
        }


def raw(column: Any) -> Any:
    """JSON as it is written: the JSON null is not NULL."""
    return cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column


def form(name: str, value: Any) -> Any:
    if name in {"created_at", "updated_at", "retention_timestamp"}:
        return abs(value - time.time() * 1000) < 60_000
    if name == "creator_xid":
        return len(str(UUID(value)))
    return value


def forget(database: Database) -> None:
    with database.begin() as connection:
        for table in tables(database):
            connection.execute(table.delete())
