"""A database whose store is full in the middle of an ingest: nothing is half counted, and what follows makes it good.

SQLite is not allowed another page, PostgreSQL has its telemetry on a small disk of its own.
"""

from __future__ import annotations

import shutil
import subprocess
from array import array
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from sqlite3 import connect
from tempfile import mkdtemp
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from cloudctl.domain.errors import Unavailable
from cloudctl.domain.metrics import Metric, begin_of
from cloudctl.domain.telemetry import DayRead, ReadState
from cloudctl.services import readings
from tests.factories import Installed
from tests.faults.databases import BOTH, installed_on
from tests.lab.postgres import PostgresServer
from tests.seeds import CLOUD
from tests.unit.services.outside import Outside
from tests.unit.services.watching import Watched

DAYS, FILE_DAYS = 6, 28
DISK_KIB = 2048
UNBOUNDED = 2**30
METRICS = (Metric.CPU_PERCENT, Metric.NETWORK_KIB_S, Metric.MEMORY_PERCENT, Metric.DISK_KIB_S)


class Store(Protocol):
    """Where a database keeps what it is told."""

    def bound(self, room_kib: int) -> None:
        """There is so much room left."""

    def free(self) -> None:
        """There is enough of it."""


class Pages:
    """SQLite's own bound; the one connection that writes has it."""

    def __init__(self, city: Installed) -> None:
        self._engine = city.app.engines.write
        with closing(connect(self._engine.url.database or "")) as connection:
            connection.execute("VACUUM")  # no page of it is free

    def bound(self, room_kib: int) -> None:
        with self._engine.connect() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        self._most(pages + room_kib // 4)

    def free(self) -> None:
        self._most(UNBOUNDED)

    def _most(self, pages: int) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))


class Disk:
    """A small disk of PostgreSQL's, which something else fills."""

    def __init__(self, city: Installed, server: PostgresServer, place: Path) -> None:
        server.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        with city.app.engines.write.begin() as connection:
            connection.execute(text("ALTER TABLE telemetry_parts SET TABLESPACE small"))
        self._place, self._filler = place, place / "filler"

    def bound(self, room_kib: int) -> None:
        self.free()
        self._filler.write_bytes(bytes(max(shutil.disk_usage(self._place).free - room_kib * 1024, 0)))

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@pytest.fixture(params=BOTH)
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Watched, Store]]:
    """A city whose servers are measured, and where its database keeps it."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            city = stack.enter_context(installed_on(None, tmp_path))
            yield Watched(Outside(city)), Pages(city)
            return
        place = stack.enter_context(small_disk())
        server = stack.enter_context(PostgresServer())
        city = stack.enter_context(installed_on(server.create_database(), tmp_path))
        yield Watched(Outside(city)), Disk(city, server, place)


@contextmanager
def small_disk() -> Iterator[Path]:
    """A file system of its own, for the server's user."""
    place = Path(mkdtemp(prefix="cloudctl-small-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k", "tmpfs", str(place)], check=True)
    shutil.chown(place, "postgres", "postgres")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)
        place.rmdir()


def test_a_day_is_counted_whole_or_not_at_all_and_the_next_round_reads_what_is_missing(
    watched: tuple[Watched, Store], caplog: pytest.LogCaptureFixture
) -> None:
    """Of a source, day by day: with a little more room each time, until there is enough for all of them."""
    town, store = watched
    for server in range(2):
        for metric in METRICS:
            town.tell(*range(1, DAYS + 1), cpu=11.0, server=server, metric=metric)
    town.back_days, full = DAYS, 0
    for room_kib in range(0, DISK_KIB, 8):
        store.bound(room_kib)
        caplog.clear()
        town.run(2)
        missing = {town.day(back) for back in range(1, DAYS + 1)} - {read.day for read in complete(town)}
        for back in range(1, DAYS + 1):
            samples = [None if use is None else use.samples for use in (town.use(back, 0), town.use(back, 1))]
            assert samples == ([None, None] if town.day(back) in missing else [288, 288]), (room_kib, back)
        if not missing:
            break
        full += 1
        assert "has no room left" in caplog.text
    assert full, "it was never full"
    assert not missing, "it never had room enough"
    store.free()
    assert town.run() == 0, "all of it is there, and nothing is read twice"


def test_a_file_is_taken_whole_or_not_at_all(watched: tuple[Watched, Store], tmp_path: Path) -> None:
    town, store = watched
    admin = town.city.people["office-admin"]
    path = points(town, tmp_path / "x.parquet")
    taken, refused = None, 0
    for room_kib in range(0, DISK_KIB, 8):
        store.bound(room_kib)
        try:
            taken = readings.take_file(town.ctx, admin, path, cloud=CLOUD, source="export")
        except Unavailable as full:
            refused += "has no room left" in full.message
        if taken is not None:
            break
        assert town.reads() == {}
        assert town.events() == []
        assert [town.use(back) for back in range(1, FILE_DAYS + 1)] == [None] * FILE_DAYS
    assert refused, "it was never full"
    assert taken is not None, "it never had room enough"
    assert (taken.days, taken.samples, taken.doubled) == (FILE_DAYS, FILE_DAYS * 2 * 288 * 2, 0)
    assert [town.use(back, 1).samples for back in range(1, FILE_DAYS + 1)] == [288] * FILE_DAYS


def complete(town: Watched) -> list[DayRead]:
    return [read for read in town.reads().values() if read.state is ReadState.COMPLETE]


def points(town: Watched, path: Path) -> Path:
    """The same days of both servers as a file."""
    begins = [int(begin_of(town.day(back)).timestamp()) for back in range(1, FILE_DAYS + 1)]
    at = array("q", [begin + 300 * place for begin in begins for place in range(288)] * 2)
    whom = [target.native_id for target in town.targets[:2] for _ in range(FILE_DAYS * 288)]
    columns = {"vm": whom, "ts": pa.array(at), "cpu_pct": [7.0] * len(whom), "net_rx_kbs": [1.0] * len(whom)}
    pq.write_table(pa.table(columns | {"net_tx_kbs": [1.0] * len(whom)}), path)
    return path
