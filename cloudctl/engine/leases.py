"""Which executors are alive: each holds a lease that ends with its process, however that ends.

On PostgreSQL a lease is an advisory lock of a connection of its own; the server drops it with the session. Both ends
probe the connection, and the worker's end gives up first (about 10 s against 25 s), so that a worker which the network
cut off has stopped itself before another takes over its work. It does not work through a transaction-pooling proxy.

On SQLite there is one worker: its lease is a lock on a file beside the database, which also refuses a second one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy import Engine as Database
from sqlalchemy.exc import SQLAlchemyError

from cloudctl.domain.errors import ConfigurationError

EMBEDDED = "embedded"
KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
}
_TRY = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:key)")
_UNLOCK_ALL = text("SELECT pg_advisory_unlock_all()")
_PENDING_ELSEWHERE = text(
    "SELECT DISTINCT executor_id FROM dbos.workflow_status WHERE status = 'PENDING' AND executor_id <> :me"
)


class Lease(Protocol):
    """Held from before the first saga runs until none does any more."""

    def release(self) -> None: ...


def executor_id(database: Database) -> str:
    """Stable on SQLite, where the next start is the one that recovers; new at every start on PostgreSQL."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}" if _shared(database) else EMBEDDED


def take_lease(database: Database, executor: str) -> AdvisoryLease | FileLease:
    """Raises ConfigurationError when somebody else has it."""
    return AdvisoryLease(database, executor) if _shared(database) else FileLease(database)


def liveness(database: Database) -> Callable[[str], bool]:
    """A function that says whether an executor holds its lease."""

    def holds(executor: str) -> bool:
        with _session_lock(database, _key("executor", executor)) as free:
            return not free

    def embedded_holds(_executor: str) -> bool:
        try:
            FileLease(database).release()
        except ConfigurationError:
            return True
        return False

    return holds if _shared(database) else embedded_holds


def exclusivity(database: Database) -> Callable[[str], AbstractContextManager[bool]]:
    """`with exclusive(name) as mine:` is true for one holder at a time over all workers of the database."""
    if not _shared(database):
        return lambda _name: nullcontext(enter_result=True)
    return lambda name: _session_lock(database, _key("job", name))


class FileLease:
    """A lock on `<database file>.worker`; the system drops it with the process."""

    def __init__(self, database: Database) -> None:
        path = Path(f"{database.url.database}.worker")
        self._file = path.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise ConfigurationError(
                "Another process already runs the workflows of {database}; stop it, or use PostgreSQL.",
                database=database.url.database,
            ) from error

    def release(self) -> None:
        self._file.close()


class AdvisoryLease:
    """An advisory lock, and the connection that holds it; the same connection tries the locks of others.

    Every method raises SQLAlchemyError once the connection is gone, and then so is the lease.
    """

    def __init__(self, database: Database, executor: str) -> None:
        self._me = executor
        self._engine = create_engine(
            database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=KEEPALIVE
        )
        self._connection: Connection = self._engine.connect()
        if not self.try_for(executor):
            self.release()
            raise ConfigurationError("Another process runs under the executor id {executor}.", executor=executor)

    def others_with_work(self) -> set[str]:
        """Other executors that sagas are booked to."""
        return set(self._connection.scalars(_PENDING_ELSEWHERE, {"me": self._me}))

    def try_for(self, executor: str) -> bool:
        """Takes the lock of `executor` if it is free: then its process is gone."""
        return bool(self._connection.scalar(_TRY, {"key": _key("executor", executor)}))

    def let_go(self, executor: str) -> None:
        """Gives back what `try_for` took."""
        self._connection.execute(_UNLOCK, {"key": _key("executor", executor)})

    def release(self) -> None:
        # A closed connection keeps its locks until the server notices; whoever starts next must not wait for that.
        with suppress(SQLAlchemyError):
            self._connection.execute(_UNLOCK_ALL)
        self._connection.close()
        self._engine.dispose()


@contextmanager
def _session_lock(database: Database, key: int) -> Iterator[bool]:
    """An advisory lock for the block, if it is free, without an open transaction."""
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = bool(connection.scalar(_TRY, {"key": key}))
        try:
            yield taken
        finally:
            if taken:
                connection.execute(_UNLOCK, {"key": key})


def _key(kind: str, name: str) -> int:
    """The 64-bit number that PostgreSQL locks by."""
    return int.from_bytes(hashlib.sha256(f"cloudctl.{kind}.{name}".encode()).digest()[:8], signed=True)


def _shared(database: Database) -> bool:
    return database.dialect.name == "postgresql"
