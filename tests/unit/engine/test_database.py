from __future__ import annotations

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import text

from cloudctl.domain.errors import ConfigurationError
from cloudctl.engine import WorkflowClient, connect, enqueuer, open_database
from cloudctl.persistence.engines import open_engines
from cloudctl.ports.engine import Start


def test_sqlite_is_set_up_for_durability_and_for_waiting(database: Database) -> None:
    with database.connect() as connection:
        pragmas = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "busy_timeout": 30_000, "foreign_keys": 1, "synchronous": 2}


def test_postgresql_ends_sessions_that_idle_in_a_transaction(shared: Database) -> None:
    with shared.connect() as connection:
        assert connection.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"


def test_another_database_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="mysql is not supported"):
        open_database("mysql://somewhere/x")


@pytest.mark.parametrize("name", ["database", "shared"])
def test_the_domains_own_connections_can_enqueue(name: str, request: pytest.FixtureRequest) -> None:
    database: Database = request.getfixturevalue(name)
    engines = open_engines(database.url)
    client = connect(database)
    with engines.write.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id TEXT)"))
        enqueuer(client)(connection, [Start("plain", "o:1", ("o",), "cloud-a")])
    engines.close()
    assert [state.id for state in WorkflowClient(client, _dead).recent()] == ["o:1"]


def _dead(_executor: str) -> bool:
    return False
