"""Scans of telemetry from daily histograms, the store included, against DuckDB on the same points in Parquet.

1,200 servers, 90 days, four metrics, a point every five minutes (124 M points, generated on a seed): P50, P95, maximum
and active days of every server. Ours loads the histograms from SQLite (and once from PostgreSQL); the peer reads
Parquet (zstd, a file a day, by server and time) with a list of quantiles, which is its quicker way. Then the error of
the P95; the ingest of one day from its file into the store; and 20,000 servers, whose days repeat after five.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import insert

from cloudctl.bootstrap import App, build
from cloudctl.domain.inventory import CloudObject, ObjectKind, object_id
from cloudctl.domain.metrics import USE, Metric
from cloudctl.persistence import tables
from cloudctl.ports.context import platform
from cloudctl.ports.histograms import Part, Spread, Stored
from cloudctl.ports.metrics import Page, Series
from cloudctl.services import readings, telemetry
from cloudctl.settings import load
from cloudctl.telemetry.files import FilePoints
from cloudctl.telemetry.histograms import NumpyHistograms
from tests.bench.measures import Clock, Goal, Measure, Rounds, clocked
from tests.bench.telemetry_points import BEGIN, STEPS, Column, points
from tests.lab.postgres import PostgresServer
from tests.traces import bitbrains

SERVERS, DAYS, SEED = 1_200, 90, 20_260_801
MANY, MANY_DAYS = 20_000, 5
CLOUD = "city-a"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
COLUMNS = {Metric.CPU_PERCENT: "cpu", Metric.MEMORY_PERCENT: "memory", Metric.DISK_KIB_S: "disk", Metric.NETWORK_KIB_S: "network"}  # fmt: skip  # noqa: E501
NUMPY = NumpyHistograms()
LAST = BEGIN + timedelta(days=DAYS - 1)
CLOSE = 0.02
JUDGED = (Metric.CPU_PERCENT, Metric.MEMORY_PERCENT)


class StandingClock:
    """ports.clock.Clock that stands."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def monotonic_s(self) -> float:
        return self._at.timestamp()

    def sleep(self, seconds: float) -> None:
        pass


def measure() -> list[Measure]:
    """Scan, error, ingest and growth."""
    with tempfile.TemporaryDirectory() as directory, PostgresServer() as postgres:
        place = Path(directory)
        ids = subjects(SERVERS)
        app = app_in(place / "sqlite", {})
        on_postgres = app_in(place / "postgres", {"database_url": postgres.create_database()})
        _inventory(app, ids)
        for day, columns in points(SERVERS, DAYS, SEED):
            _parquet(place, day, columns)
            parts = parts_of(ids, day, columns)
            for one in (app, on_postgres):
                put(one, parts)
        measures = _scans(app, on_postgres, place, postgres.pid, ids)
        measures += _ingest(app, place)
        measures += _traces()
        app.stop()
        on_postgres.stop()
        return [*measures, _growth(place)]


def subjects(count: int) -> list[UUID]:
    """The inventory objects of servers."""
    return sorted(object_id(CLOUD, "server", str(number)) for number in range(count))


def _scans(app: App, on_postgres: App, place: Path, postgres: int, ids: list[UUID]) -> list[Measure]:
    told: dict[str, Any] = {}
    rounds = Rounds()
    rounds.run(
        {
            "ours": timed([os.getpid()], lambda: told.update(ours=telemetry.scan(app.context, BEGIN, LAST))),
            "postgres": timed([os.getpid(), postgres], lambda: telemetry.scan(on_postgres.context, BEGIN, LAST)),
            "duckdb": timed([os.getpid()], lambda: told.update(theirs=_by_duckdb(place))),
        },
        rounds=5,
    )
    raw, duckdb_s = _raw(rounds), rounds.cpu("duckdb")
    peer = "DuckDB 2 on the points in Parquet, a list of quantiles"
    ours, theirs = told["ours"], told["theirs"]
    assert all(len(ours[metric]) == SERVERS for metric in USE)
    _same_days(ours, theirs, ids)
    name, goal = "telemetry: scan of 124 M points, how many times less CPU", Goal(">=", 50.0)
    return [
        Measure(f"{name}, SQLite", peer, duckdb_s / rounds.cpu("ours"), goal, raw, " x"),
        Measure(f"{name}, PostgreSQL and its server", peer, duckdb_s / rounds.cpu("postgres"), goal, raw, " x"),
        *(
            _error(f"generated {metric}", [of.p95 for of in _ordered(ours[metric], ids)], theirs[metric]["p95"])
            for metric in JUDGED
        ),
    ]


def _raw(rounds: Rounds) -> str:
    """What every contender took."""
    return ", ".join(f"{name} {rounds.cpu(name):.3f} s CPU, {rounds.wall(name):.3f} s wall" for name in rounds.results)


def _ordered(found: dict[UUID, Spread], ids: list[UUID]) -> list[Spread]:
    return [found[one] for one in ids]


def _error(what: str, ours: Any, exact: Any) -> Measure:
    """The share of servers whose P95 is within 2 % of the points'."""
    exact = np.asarray(exact, float)
    error = np.abs(np.asarray(ours, float) - exact) / np.maximum(exact, 1e-9)
    within = 100 * float(np.mean(error <= CLOSE))
    median, most, worst = (100 * float(np.quantile(error, share)) for share in (0.5, 0.99, 1.0))
    raw = f"median {median:.2f} %, 99th {most:.2f} %, worst {worst:.2f} %, {len(exact)} servers"
    name = f"telemetry: P95 within 2 % of the points', {what}"
    return Measure(name, "quantiles of the points", within, Goal(">=", 99.0), raw, " %")


def _same_days(ours: Any, theirs: Any, ids: list[UUID]) -> None:
    """Both find the same maxima and active days."""
    for metric in USE:
        of = _ordered(ours[metric], ids)
        assert np.allclose([s.most for s in of], theirs[metric]["most"], rtol=1e-5)
        if metric in telemetry.MARKS:
            days = np.abs(np.array([s.active_days for s in of]) - theirs[metric]["active"])
            assert days.max() <= 1, (metric, days.max())  # float against double on the mark itself


def _by_duckdb(place: Path) -> dict[Metric, dict[str, Any]]:
    """P50, P95, maximum and active days of every server and metric, in one statement."""
    each = ", ".join(
        f"quantile_cont({name}, [0.5, 0.95]) AS {name}_q, max({name}) AS {name}_max" for name in COLUMNS.values()
    )
    daily = ", ".join(f"avg({name}) AS {name}" for name in COLUMNS.values())
    active = ", ".join(
        f"count(*) FILTER ({name} > {telemetry.MARKS.get(metric, 1e30)}) AS {name}_active"
        for metric, name in COLUMNS.items()
    )
    source = f"read_parquet('{place}/points/*.parquet')"
    connection = duckdb.connect(config={"threads": os.cpu_count() or 2})
    found = connection.execute(
        f"WITH days AS (SELECT vm, ts::date AS day, {daily} FROM {source} GROUP BY ALL), "
        f"active AS (SELECT vm, {active} FROM days GROUP BY vm), "
        f"every AS (SELECT vm, {each} FROM {source} GROUP BY vm) "
        "SELECT * FROM every JOIN active USING (vm) ORDER BY vm"
    ).fetchnumpy()
    connection.close()
    return {
        metric: {
            "p95": np.array([pair[1] for pair in found[f"{name}_q"]]),
            "most": found[f"{name}_max"],
            "active": found[f"{name}_active"],
        }
        for metric, name in COLUMNS.items()
    }


def _ingest(app: App, place: Path) -> list[Measure]:
    """A day's file into the store, each time as a source of its own, against min, max and mean of the same points."""
    day, columns = next(points(SERVERS, 1, SEED + 1))
    path = _wide(place / "day.parquet", day, columns)
    request = platform("bench")
    number = iter(range(100))
    least = ", ".join(f"min({c}), max({c}), avg({c})" for c in ("cpu_pct", "memory", "disk", "network"))
    means = (
        f"SELECT vm, {least} FROM (SELECT vm, cpu_pct, 100 * mem_kb / mem_cap_kb AS memory, "
        f"disk_r_kbs + disk_w_kbs AS disk, net_rx_kbs + net_tx_kbs AS network FROM read_parquet('{path}')) GROUP BY vm"
    )

    def theirs() -> None:
        connection = duckdb.connect(config={"threads": os.cpu_count() or 2})
        assert len(connection.execute(means).fetchall()) == SERVERS
        connection.close()

    def ours() -> None:
        taken = readings.take_file(app.context, request, path, cloud=CLOUD, source=f"bench-{next(number)}")
        assert (taken.servers, taken.samples) == (SERVERS, SERVERS * STEPS * len(USE))

    rounds = Rounds()
    rounds.run({"ours": timed([os.getpid()], ours), "duckdb": timed([os.getpid()], theirs)})
    peer = "DuckDB: min, max, mean per server and metric"
    ratio = rounds.cpu("ours") / rounds.cpu("duckdb")
    return [Measure("telemetry: ingest of a day, store included, CPU", peer, ratio, Goal("<=", 5.0), _raw(rounds))]


def _traces() -> list[Measure]:
    """The error of the P95 on real servers."""
    traces = bitbrains()
    if traces is None:
        return []
    file = FilePoints().open(traces)
    ids = {name: object_id("traces", "server", name) for name in file.names}
    parts: list[Part] = []
    values: dict[tuple[Metric, UUID], list[Any]] = {}
    for day in file.days:
        page = file.page(day, ids)
        parts += _read(day, page.series)
        for series in page.series:
            if series.metric in JUDGED:
                values.setdefault((series.metric, series.subject), []).append(_samples(series))
    file.close()
    found = _spread(parts, len(file.days))
    measures = []
    for metric in JUDGED:
        mine = [of for of in ids.values() if of in found[metric]]
        exact = [float(np.quantile(np.concatenate(values[metric, of]), 0.95)) for of in mine]
        measures.append(_error(f"real (Bitbrains) {metric}", [found[metric][of].p95 for of in mine], exact))
    return measures


def _samples(series: Series) -> Any:
    """The values of different times that are values."""
    _, first = np.unique(np.asarray(series.at), return_index=True)
    told = np.asarray(series.values)[first]
    return told[np.isfinite(told) & (told >= 0)]


def _growth(place: Path) -> Measure:
    """20,000 servers against 1,200, by the CPU of a scan for each server and day; both repeat the same five days."""
    cost = {}
    for servers in (SERVERS, MANY):
        app, ids = app_in(place / f"growth-{servers}", {}), subjects(servers)
        known = [parts_of(ids, day, columns) for day, columns in points(servers, MANY_DAYS, SEED)]
        for number in range(DAYS):
            day = BEGIN + timedelta(days=number)
            put(app, [on_day(day, part) for part in known[number % MANY_DAYS]])
        rounds = Rounds()
        rounds.run({"scan": timed([os.getpid()], lambda app=app: telemetry.scan(app.context, BEGIN, LAST))}, rounds=3)  # type: ignore[misc]
        cost[servers] = rounds.cpu("scan")
        app.stop()
    ratio = (cost[MANY] / MANY) / (cost[SERVERS] / SERVERS)
    raw = ", ".join(f"{servers} servers x {DAYS} days {seconds:.2f} s CPU" for servers, seconds in cost.items())
    return Measure("telemetry: CPU of a scan per server, 20,000 against 1,200", "itself", ratio, None, raw)


def app_in(directory: Path, overrides: dict[str, str], at: datetime = NOW) -> App:
    """An installation whose clock stands."""
    app = build(load({}, {"data_dir": str(directory), **overrides}), clock=StandingClock(at))
    app.prepare()
    return app


def timed(pids: list[int], work: Callable[[], object]) -> Callable[[], Clock]:
    def run() -> Clock:
        with clocked(pids) as clock:
            work()
        return clock

    return run


def put(app: App, parts: list[Part]) -> None:
    with app.context.unit_of_work(platform("bench")) as uow:
        uow.telemetry.put(parts)


def on_day(day: date, part: Part) -> Part:
    import msgspec

    return msgspec.structs.replace(part, day=day)


def parts_of(ids: list[UUID], day: date, columns: dict[Metric, Column]) -> list[Part]:
    begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    at: Any = begin + 300 * np.arange(STEPS, dtype=np.int64)
    rows = ((of, metric, row) for metric, told in columns.items() for of, row in zip(ids, told, strict=True))
    return _read(day, [Series(of, metric, at, row.astype(float)) for of, metric, row in rows])


def _read(day: date, series: Any) -> list[Part]:
    reading = NUMPY.reading("bench", day, 300, NOW)
    reading.add(Page(series=series))
    return list(reading.parts())


def _spread(parts: list[Part], days: int) -> Any:
    rosters = {part.roster: part.roster for part in parts}
    stored = [
        Stored(
            source=p.source, metric=p.metric, day=p.day, interval_s=p.interval_s, roster=p.roster, figures=p.figures,
            counts=p.counts,
        )
        for p in sorted(parts, key=lambda p: (p.metric, p.day))
    ]  # fmt: skip
    return NUMPY.spreads(stored, rosters, telemetry.MARKS, days)


def _parquet(place: Path, day: date, columns: dict[Metric, Column]) -> None:
    """A day's points, by server and time."""
    (place / "points").mkdir(exist_ok=True)
    begin = np.datetime64(day, "us")
    table = pa.table(
        {
            "vm": pa.array(np.repeat(np.arange(SERVERS, dtype=np.int32), STEPS)),
            "ts": pa.array(np.tile(begin + np.arange(STEPS) * np.timedelta64(300, "s"), SERVERS)),
            **{COLUMNS[metric]: pa.array(told.reshape(-1)) for metric, told in columns.items()},
        }
    )
    pq.write_table(table, place / "points" / f"{day}.parquet", compression="zstd")


def _wide(path: Path, day: date, columns: dict[Metric, Column]) -> Path:
    """The same in the columns in which files are handed in."""
    begin = np.datetime64(day, "us")
    cpu, memory, disk, network = (columns[metric].reshape(-1) for metric in USE)
    ones = np.ones_like(cpu)
    table = pa.table(
        {
            "vm": pa.array(np.repeat(np.arange(SERVERS, dtype=np.int32), STEPS)),
            "ts": pa.array(np.tile(begin + np.arange(STEPS) * np.timedelta64(300, "s"), SERVERS)),
            "cpu_pct": cpu, "mem_cap_kb": 8_388_608 * ones, "mem_kb": 83_886.08 * memory,
            "disk_r_kbs": disk / 2, "disk_w_kbs": disk / 2, "net_rx_kbs": network / 2, "net_tx_kbs": network / 2,
        }
    )  # fmt: skip
    pq.write_table(table, path, compression="zstd")
    return path


def _inventory(app: App, ids: list[UUID]) -> None:
    """The servers of the file, as a sync would have put them on record."""
    rows = [
        {
            "id": object_id(CLOUD, "server", str(number)), "cloud": CLOUD, "kind": "server", "native_id": str(number),
            "key": None, "name": f"v{number}", "status": "active",
            "facts": CloudObject(kind=ObjectKind.SERVER, native_id=str(number), name=f"v{number}"), "fingerprint": 1,
            "state": "present", "misses": 0, "resource_id": None, "first_seen_at": NOW, "seen_at": NOW,
            "changed_at": NOW,
        }
        for number in range(len(ids))
    ]  # fmt: skip
    with app.engines.write.begin() as connection:
        connection.execute(insert(tables.inventory_objects), rows)
