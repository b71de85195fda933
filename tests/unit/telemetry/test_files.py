"""Files of points: both layouts, both formats, days in any order, and errors that name the column."""

from __future__ import annotations

import csv
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cloudctl.domain.errors import Invalid
from cloudctl.domain.metrics import Metric
from cloudctl.telemetry.files import FilePoints, LaidOut, read_days
from tests.unit.telemetry.points import subject

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
WIDE = ("vm", "ts", "cpu_pct", "mem_cap_kb", "mem_kb", "disk_r_kbs", "disk_w_kbs", "net_rx_kbs", "net_tx_kbs")


def rows(vm: str, days: int, *, cpu: float = 10.0, step: int = 3600) -> list[dict[str, Any]]:
    return [
        {
            "vm": vm, "ts": BEGIN + timedelta(seconds=at), "cpu_pct": cpu, "mem_cap_kb": 1000.0, "mem_kb": 250.0,
            "disk_r_kbs": 1.0, "disk_w_kbs": 2.0, "net_rx_kbs": 3.0, "net_tx_kbs": 5.0,
        }
        for at in range(0, days * 86_400, step)
    ]  # fmt: skip


def parquet(path: Path, told: list[dict[str, Any]], **kinds: pa.DataType) -> Path:
    names = list(told[0])
    arrays = {name: pa.array([row[name] for row in told], kinds.get(name)) for name in names}
    pq.write_table(pa.table(arrays), path, row_group_size=50)
    return path


def written(path: Path, told: list[dict[str, Any]], names: tuple[str, ...] = WIDE) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(told)
    return path


def test_days_of_a_parquet_file(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", rows("web", 3) + rows("db", 2, cpu=80.0), ts=pa.timestamp("us"))
    days = read_days(path)
    assert [day.day for day in days["web"]] == [date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)]
    one = days["db"][0]
    assert (one.samples, one.cpu_percent, one.cpu_max, one.memory_percent) == (24, 80.0, 80.0, 25.0)
    assert one.disk_mib == pytest.approx(3 * 86_400 / 1024)
    assert one.network_mib == pytest.approx(8 * 86_400 / 1024)
    assert one.cpu_p95 == pytest.approx(80.0, rel=0.018)
    assert one.logins is None


@pytest.mark.parametrize("most_bytes", [10**9, 1000])
def test_the_order_of_rows_does_not_matter(tmp_path: Path, most_bytes: int) -> None:
    told = rows("web", 40, cpu=3.0) + rows("db", 40, cpu=60.0)
    told[7]["cpu_pct"] = 99.0
    by_server = parquet(tmp_path / "a.parquet", told)
    by_time = parquet(tmp_path / "b.parquet", sorted(told, key=lambda row: row["ts"]))
    doubled = parquet(tmp_path / "c.parquet", told + told[::-1])
    expected = read_days(by_server)
    assert read_days(by_time) == expected
    assert read_days(doubled) == expected, "doubles are dropped however far apart they stand"
    with closing(LaidOut(by_time, most_bytes=most_bytes)) as spilled:
        assert [len(spilled.columns(day)) for day in spilled.days] == [48] * 40


def test_numbers_of_servers_are_names_too(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", [{**row, "vm": 7} for row in rows("x", 1)], vm=pa.int16())
    assert list(read_days(path)) == ["7"]


def test_csv_says_the_same_as_parquet(tmp_path: Path) -> None:
    told = rows("web", 2)
    plain = [{**row, "ts": row["ts"].strftime("%Y-%m-%d %H:%M:%S")} for row in told]
    zoned = [{**row, "ts": row["ts"].astimezone().isoformat()} for row in told]
    epochs = [{**row, "ts": int(row["ts"].timestamp())} for row in told]
    expected = read_days(parquet(tmp_path / "x.parquet", told))
    for place, same in enumerate((plain, zoned, epochs)):
        assert read_days(written(tmp_path / f"{place}.csv", same)) == expected


def test_the_long_form(tmp_path: Path) -> None:
    told = [
        {"vm": "web", "ts": "2026-11-01T08:00:00+08:00", "metric": metric, "value": value}
        for metric, value in (("cpu_percent", 4.0), ("network_kib_s", 8.0))
    ]
    (day,) = read_days(written(tmp_path / "x.csv", told, ("vm", "ts", "metric", "value")))["web"]
    assert (day.day, day.cpu_percent, day.memory_percent) == (date(2026, 11, 1), 4.0, None)
    assert day.network_mib == pytest.approx(8 * 86_400 / 1024)


def test_gaps_and_broken_values_are_no_samples(tmp_path: Path) -> None:
    told = rows("web", 1) + rows("db", 1)
    for row in told[:12]:
        row["cpu_pct"] = None
    for row in told[24:]:
        row.update(dict.fromkeys(WIDE[2:]))
    told[13]["cpu_pct"], told[14]["cpu_pct"] = -1.0, float("nan")
    days = read_days(parquet(tmp_path / "x.parquet", told))
    assert days["db"] == [], "rows without a value are no day"
    assert (days["web"][0].samples, days["web"][0].cpu_percent) == (24, 10.0)


def test_rows_without_server_or_time_are_dropped_and_counted(tmp_path: Path) -> None:
    told = rows("web", 1)
    told[0]["vm"], told[1]["ts"], told[2]["ts"] = None, None, datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    with closing(FilePoints().open(parquet(tmp_path / "x.parquet", told))) as file:
        assert file.dropped == 3
        assert file.interval_s == 3600
        assert file.days == [date(2026, 11, 1)]


def test_a_page_has_only_whom_it_is_asked_for(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", rows("web", 2) + rows("db", 2))
    with closing(FilePoints().open(path)) as file:
        page = file.page(date(2026, 11, 2), {"db": subject("db")})
    assert page.unmatched == 1
    assert {series.metric for series in page.series} == set(Metric) & {
        Metric.CPU_PERCENT, Metric.MEMORY_PERCENT, Metric.DISK_KIB_S, Metric.NETWORK_KIB_S,
    }  # fmt: skip
    assert {series.subject for series in page.series} == {subject("db")}
    assert len(page.series[0].at) == 24


NAMES = ("vm", "ts", "metric", "value")
GOOD = {"vm": "a", "ts": "2026-11-01T00:00:00Z", "metric": "cpu_percent", "value": 1}
WRONG = [
    ("vm", WIDE[1:], {"ts": "2026-11-01", "cpu_pct": 1}),
    ("ts", ("vm", "cpu_pct"), {"vm": "a", "cpu_pct": 1}),
    ("cpu_pct", ("vm", "ts", "cpu"), {"vm": "a", "ts": "2026-11-01 00:00:00", "cpu": 1}),
    ("net_tx_kbs", ("vm", "ts", "cpu_pct", "net_rx_kbs"), {"vm": "a", "ts": "2026-11-01 00:00:00", "net_rx_kbs": 1}),
    ("value", NAMES[:3], GOOD),
    ("metric", NAMES, GOOD | {"metric": "cpu"}),
    ("metric", NAMES, GOOD | {"metric": "logins"}),
    ("value", NAMES, GOOD | {"value": "12 %"}),
    ("ts", NAMES, GOOD | {"ts": "yesterday"}),
    ("ts", NAMES, GOOD | {"ts": "2026-11-01T00:00:00"}),
    ("ts", NAMES, GOOD | {"ts": 1_790_000_000_000}),
]


@pytest.mark.parametrize(("field", "names", "row"), WRONG)
def test_a_wrong_column_is_named(tmp_path: Path, field: str, names: tuple[str, ...], row: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        read_days(written(tmp_path / "x.csv", [row], names))
    assert refused.value.field == field
    assert refused.value.way_out


def test_parquet_types_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    told = [{**row, "cpu_pct": "ten"} for row in rows("a", 1)]
    with pytest.raises(Invalid) as refused:
        read_days(parquet(tmp_path / "x.parquet", told))
    assert (refused.value.field, refused.value.params["value"]) == ("cpu_pct", "ten")


def test_what_a_judgement_needs_is_asked_for(tmp_path: Path) -> None:
    told = written(tmp_path / "x.csv", rows("a", 1), ("vm", "ts", "cpu_pct"))
    assert read_days(told)["a"][0].network_mib is None
    with pytest.raises(Invalid) as refused:
        read_days(told, needs=(Metric.CPU_PERCENT, Metric.NETWORK_KIB_S))
    assert refused.value.field == "net_rx_kbs"


@pytest.mark.parametrize("content", [b"", b"vm,ts,cpu_pct\n", b"PAR1 is no Parquet", b"\xff\xfe\x00v"])
def test_a_file_without_rows_or_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        read_days(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        read_days(tmp_path / "absent.parquet")
    assert refused.value.field == "file"


def test_the_room_of_a_spool_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spool"))
    (tmp_path / "spool").mkdir()
    file = LaidOut(parquet(tmp_path / "x.parquet", rows("a", 20)), most_bytes=100)
    assert list((tmp_path / "spool").iterdir())
    file.close()
    assert not list((tmp_path / "spool").iterdir())
