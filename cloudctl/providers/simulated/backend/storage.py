"""The simulated cloud's own file: SQLite in WAL mode, short transactions, shared by threads and processes.

    with storage.transaction() as connection:
        connection.execute(...)

It is never the platform's database, and no transaction here lies inside one of the platform's.
"""

from __future__ import annotations

import sqlite3
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BUSY_TIMEOUT_S = 30.0
WAL_ATTEMPTS = 200
WAL_PAUSE_S = 0.05

SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS objects (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        key TEXT,
        tenant TEXT,
        name TEXT NOT NULL,
        vcpu INTEGER NOT NULL,
        memory_mib INTEGER NOT NULL,
        volume_gib INTEGER NOT NULL,
        visible_at REAL NOT NULL,
        gone_at REAL,
        state TEXT NOT NULL,
        later TEXT,
        later_at REAL
    )
    """,
    "CREATE INDEX IF NOT EXISTS objects_by_tenant ON objects (kind, tenant, key)",
    "CREATE INDEX IF NOT EXISTS objects_by_end ON objects (gone_at) WHERE gone_at IS NOT NULL",
    """
    CREATE TABLE IF NOT EXISTS faults (
        number INTEGER PRIMARY KEY,
        operation TEXT NOT NULL,
        kind TEXT NOT NULL,
        match TEXT NOT NULL,
        after INTEGER NOT NULL,
        times INTEGER,
        seconds REAL NOT NULL,
        message TEXT NOT NULL,
        met INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS journal (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        object TEXT NOT NULL,
        kind TEXT NOT NULL,
        at REAL NOT NULL
    )
    """,
    "CREATE INDEX IF NOT EXISTS journal_by_time ON journal (at)",
    """
    CREATE TABLE IF NOT EXISTS calls (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        operation TEXT NOT NULL,
        key TEXT,
        at REAL NOT NULL
    )
    """,
)


class Unusable(Exception):
    """The file cannot be made or opened, or is something else."""


class Storage:
    """A pool of connections to one file; a connection serves one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._finalizer = weakref.finalize(self, _close_all, self._idle)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self.transaction() as connection:
                for statement in SCHEMA:
                    connection.execute(statement)
        except (OSError, sqlite3.Error) as error:
            raise Unusable(str(error)) from error

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[sqlite3.Connection]:
        """Commits when the block ends well; a writing one excludes other writers from its beginning."""
        connection = self._take()
        try:
            connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            yield connection
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._idle.append(connection)

    def close(self) -> None:
        """Closes what no thread is using; the next transaction opens anew."""
        _close_all(self._idle)

    def _take(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return _connect(self._path)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        _switch_to_wal(connection)
        # A killed process loses nothing at NORMAL; only a power cut could, and then the simulated cloud may forget.
        connection.execute("PRAGMA synchronous=NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Two processes that make the file at once collide here, and SQLite does not apply its busy timeout to it."""
    for _ in range(WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            time.sleep(WAL_PAUSE_S)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def _close_all(idle: deque[sqlite3.Connection]) -> None:
    while idle:
        idle.pop().close()
