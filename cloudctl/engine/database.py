"""The engine's own connections to the database that it shares with the domain.

    database = open_database("sqlite:////var/lib/cloudctl/cloudctl.db")

They are apart from the domain's, because the engine begins its transactions in its own way and from many threads: a
saga's checkpoint must never wait for a connection that a unit of work holds.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine as Database
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url

from cloudctl.domain.errors import ConfigurationError

POOL_TIMEOUT_S = 30
IDLE_IN_TRANSACTION_MS = 60_000
PRAGMAS = ("busy_timeout = 30000", "journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL")


def open_database(url: str, *, connections: int = 10) -> Database:
    """A pool of at most `connections`, opened when needed; raises ConfigurationError for another kind of database."""
    match make_url(url).get_backend_name():
        case "sqlite":
            return _sqlite(url, connections)
        case "postgresql":
            return _postgresql(url, connections)
        case name:
            raise ConfigurationError("{name} is not supported: use sqlite or postgresql.", name=name)


def _sqlite(url: str, connections: int) -> Database:
    database = create_engine(url, pool_size=connections, max_overflow=0, pool_timeout=POOL_TIMEOUT_S)

    @event.listens_for(database, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # the driver begins a transaction before the first write only
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return database


def _postgresql(url: str, connections: int) -> Database:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args={
            "application_name": "cloudctl-engine",
            "options": f"-c timezone=UTC -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}",
            "keepalives_idle": 30,
        },
    )
