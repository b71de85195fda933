"""1,000 orders decided in one batch, against 1,000 bare updates of the same rows with their audit rows.

The bare peer is the driver alone, without mapping or rules: each row is one transaction of an UPDATE and its audit
row, because no row may take another with it. The batch does for each row what the platform promises: locks, separation
of duties, policies, quota, prefixes, progress, notices, letters, and for an approval the resources and the queued
build. Both databases run in earnest: every commit reaches the disk. Each round starts from a copy of one city.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select

from cloudctl.bootstrap import App, build
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.items import VolumeItem
from cloudctl.domain.orders import Backup
from cloudctl.persistence.tables import audit_events
from cloudctl.services import acceptances, batches, decisions, orders
from cloudctl.services.batches import Row
from tests.bench.measures import Clock, Goal, Measure, Rounds, clocked
from tests.crash.city import ZONE, asked_by, found, key, settings_for
from tests.lab.postgres import PostgresServer

ORDERS, ROUNDS = 1000, 3
VERBS: dict[str, dict[str, Any]] = {"reject": {"reason": "no"}, "return": {"missing": ["x"]}, "approve": {}}
EARNEST = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
COLUMNS = [column.name for column in audit_events.c]

Bare = Callable[[str, list[UUID], list[tuple[Any, ...]]], None]


def measure() -> list[Measure]:
    """A ratio for each database and decision."""
    with TemporaryDirectory() as directory, PostgresServer(**EARNEST) as server:
        sqlite = Databases(Path(directory), _sqlite_copies(Path(directory)), _bare_sqlite, [os.getpid()])
        postgresql = Databases(Path(directory), _postgresql_copies(server), _bare_postgresql, [os.getpid(), server.pid])
        return [*_measures("SQLite", sqlite), *_measures("PostgreSQL", postgresql)]


class Databases:
    """Copies of one city's database: `copy()` gives the address of the next, the first is the one they come from."""

    def __init__(self, directory: Path, addresses: Iterator[str], bare: Bare, pids: list[int]) -> None:
        self.directory, self.addresses, self.bare, self.pids = directory, addresses, bare, pids
        first = self.opened(next(addresses))
        first.prepare()
        found(first.context)
        self.keys = [_in_review(first, number) for number in range(ORDERS)]
        with first.engines.read.connect() as connection:
            self.audit_rows = [tuple(row) for row in connection.execute(select(audit_events).limit(ORDERS))]
        first.stop()

    def opened(self, url: str) -> App:
        return build(settings_for(url, self.directory))

    def decided(self, verb: str) -> Clock:
        """One batch."""
        app = self.opened(next(self.addresses))
        app.settle()  # as `serve` does
        rows = [Row(order=str(one), **VERBS[verb]) for one in self.keys]
        with clocked(self.pids) as clock:
            report = batches.decide(app.context, asked_by("reviewer"), verb, rows)
        app.stop()
        refused = [outcome.error for outcome in report.outcomes if outcome.error]
        if refused:
            raise RuntimeError(f"{len(refused)} rows were refused: {refused[0]}")
        return clock

    def updated(self) -> Clock:
        """The bare peer."""
        url = next(self.addresses)
        with clocked(self.pids) as clock:
            self.bare(url, self.keys, self.audit_rows)
        return clock


def _measures(name: str, databases: Databases) -> list[Measure]:
    rounds = Rounds()
    contenders = {verb: lambda verb=verb: databases.decided(verb) for verb in VERBS}
    rounds.run({"bare": databases.updated, **contenders}, ROUNDS)
    raw = ", ".join(f"{who} {1000 * rounds.wall(who) / ORDERS:.2f} ms a row" for who in rounds.results)
    return [
        Measure(f"{ORDERS} orders in one batch, {name}: {verb}", "UPDATE and audit row, each committed",
                rounds.wall(verb) / rounds.wall("bare"), Goal("<=", 3), raw)
        for verb in VERBS
    ]  # fmt: skip


def _in_review(app: App, number: int) -> UUID:
    """An order that waits for the office's decision."""
    form = orders.OrderForm(
        system_id=key("system"), title=f"Volume {number}", purpose="Storage", zone=ZONE, backup=Backup.DAILY,
        contact_name="Li", contact_phone="0000", no_state_secrets=True, project_document="2026-12",
        items=[VolumeItem(name=f"v{number}", size_gib=90, term_months=30)],
    )  # fmt: skip
    order = orders.create(app.context, asked_by("officer"), form, submit=True)
    decisions.sign_off(app.context, asked_by("head"), order.id)
    return acceptances.accept(app.context, asked_by("reviewer"), order.id).id


def _sqlite_copies(directory: Path) -> Iterator[str]:
    first = directory / "first.db"
    yield f"sqlite:///{first}"
    for number in count():
        copy = directory / f"copy-{number}.db"
        shutil.copy(first, copy)
        yield f"sqlite:///{copy}"


def _postgresql_copies(server: PostgresServer) -> Iterator[str]:
    yield server.create_database("first")
    while True:
        yield server.create_database(template="first")


@contextmanager
def _sqlite(url: str) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    yield connection
    connection.close()


def _bare_sqlite(url: str, keys: list[UUID], rows: list[tuple[Any, ...]]) -> None:
    insert = f"INSERT INTO audit_events ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    with _sqlite(url) as connection:
        for one, row in zip(keys, rows, strict=True):
            values = [new_id().hex, str(row[1]), *(v.hex if isinstance(v, UUID) else v for v in row[2:])]
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE orders SET state = 'rejected', version = version + 1 WHERE id = ?", (one.hex,))
            connection.execute(insert, values)
            connection.execute("COMMIT")


def _bare_postgresql(url: str, keys: list[UUID], rows: list[tuple[Any, ...]]) -> None:
    insert = f"INSERT INTO audit_events ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        for one, row in zip(keys, rows, strict=True):
            connection.execute("UPDATE orders SET state = 'rejected', version = version + 1 WHERE id = %s", (one,))
            connection.execute(insert, (new_id(), *row[1:]))
            connection.commit()
