from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine as Database

from cloudctl.domain.workflows import Saga
from cloudctl.engine import Engine, QueueSettings, WorkflowClient, connect, enqueuer, leases, migrate
from cloudctl.engine.database import open_database
from cloudctl.ports.engine import Start
from tests.lab.postgres import PostgresServer
from tests.unit.engine.toys import Journal

FAST = QueueSettings(per_worker=4, per_key=2, poll_s=0.05)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_database(url)
    migrate(database)
    yield database
    database.dispose()


@pytest.fixture(scope="package")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def shared(postgres: PostgresServer) -> Iterator[Database]:
    """A PostgreSQL database with the engine's tables."""
    database = open_database(postgres.create_database())
    migrate(database)
    yield database
    database.dispose()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


@pytest.fixture
def workflows(database: Database) -> WorkflowClient:
    return WorkflowClient(connect(database), leases.liveness(database))


@pytest.fixture
def start(database: Database) -> Callable[..., None]:
    """Enqueues the saga `plain` in a transaction of its own."""
    enqueue = enqueuer(connect(database))

    def begin(workflow_id: str, *ids: str, saga: str = "plain", key: str = "cloud-a") -> None:
        with database.begin() as connection:
            enqueue(connection, [Start(saga, workflow_id, ids, key)])

    return begin


@pytest.fixture
def launch(database: Database) -> Iterator[Callable[..., Engine]]:
    """Launches an engine with the given saga; whatever still runs at the end is shut down."""
    launched: list[Engine] = []

    def begin(saga: Saga, ctx: object) -> Engine:
        engine = Engine(database, queue=FAST)
        engine.register(saga, ctx)
        engine.launch()
        launched.append(engine)
        return engine

    yield begin
    for engine in launched:
        assert engine.shutdown(drain_s=20) == 0
