"""SQLAlchemy engines for both databases.

    engines = open_engines("sqlite:////var/lib/cloudctl/cloudctl.db")
    engines = open_engines("postgresql+psycopg://cloudctl@db/cloudctl", writers=10, readers=10)
    ...
    engines.close()

Two engines on one database. `write` is for units of work; on SQLite each of its transactions begins IMMEDIATE, so it
waits for its turn at the start and never fails half-way. `read` is for queries: single statements that commit nothing,
take no write lock and, in SQLite's WAL mode, wait for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import OperationalError
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from cloudctl.domain.errors import ConfigurationError

BUSY_TIMEOUT_MS = 30_000
POOL_TIMEOUT_S = 30
SQLITE = "sqlite"
POSTGRESQL = "postgresql"

_PRAGMAS = (f"busy_timeout = {BUSY_TIMEOUT_MS}", "journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL")


@dataclass(frozen=True, slots=True)
class Engines:
    """The two engines of one database."""

    write: Engine
    read: Engine

    def close(self) -> None:
        """Closes all pooled connections."""
        self.write.dispose()
        self.read.dispose()


def open_engines(url: str | URL, *, writers: int = 5, readers: int = 10) -> Engines:
    """Engines with at most `writers` and `readers` connections; raises ConfigurationError for another database.

    SQLite has one writer whatever is asked for: a second connection would only wait for the first.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError("The database address cannot be read.") from error
    match parsed.get_backend_name():
        case "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise ConfigurationError("SQLite needs a file: give sqlite:////path/to/cloudctl.db.")
            return Engines(_sqlite(parsed, 1, writes=True), _sqlite(parsed, readers, writes=False))
        case "postgresql":
            psycopg = parsed.set(drivername="postgresql+psycopg")
            return Engines(_postgresql(psycopg, writers), _postgresql(psycopg, readers, isolation_level="AUTOCOMMIT"))
        case name:
            raise ConfigurationError("{name} is not supported: use sqlite or postgresql.", name=name)


def _sqlite(url: URL, size: int, *, writes: bool) -> Engine:
    engine = create_engine(url, pool_size=size, max_overflow=0, pool_timeout=POOL_TIMEOUT_S)
    pragmas = _PRAGMAS if writes else (*_PRAGMAS, "query_only = ON")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in pragmas:
            _set(connection, pragma)

    if writes:

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _set(connection: Any, pragma: str) -> None:
    """Where two processes turn a new file's journal at once, SQLite refuses one of them instead of letting it wait."""
    until = monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except OperationalError:
            if monotonic() > until:
                raise
            sleep(0.02)
        else:
            return


def _postgresql(url: URL, size: int, **options: Any) -> Engine:
    return create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=False,
        skip_autocommit_rollback=True,
        connect_args={
            "options": f"-c timezone=UTC -c lock_timeout={BUSY_TIMEOUT_MS}",
            "application_name": "cloudctl",
            "keepalives_idle": 30,
        },
        **options,
    )
