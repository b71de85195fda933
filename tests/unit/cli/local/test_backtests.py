"""`cloudctl zombies backtest` on files: Parquet and CSV, figures and cases, and every way to give the wrong thing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
import yaml

from cloudctl.policy.registry import shipped
from tests.unit.cli.conftest import Cloudctl, Ended
from tests.unit.cli.fakes import FakeApi

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
IDLE = (1.0, 0.001)
BUSY = (20.0, 50.0)
FIGURES = {
    "policy": "default", "vms": 4, "asked": 3, "asked_in_vain": 2, "switched_off": 2, "switched_off_wrongly": 1,
    "switched_off_unproven": 0,
}  # fmt: skip
CASES = [
    {"vm": 1, "asked_on": "2026-02-04", "dismissed_on": None, "off_on": "2026-03-06"},
    {"vm": 2, "asked_on": "2026-02-04", "dismissed_on": "2026-02-14", "off_on": None},
    {"vm": 3, "asked_on": "2026-02-04", "dismissed_on": None, "off_on": "2026-03-06"},
]


def points(vm: Any, days: dict[int, tuple[float, float]]) -> list[dict[str, Any]]:
    """24 points a day, of that CPU and as many KiB/s in each direction."""
    return [
        {
            "vm": vm, "ts": (FIRST + timedelta(days=day, hours=hour)).replace(tzinfo=None), "cpu_pct": cpu,
            "mem_cap_kb": 4e6, "mem_kb": 1e6, "disk_r_kbs": 0.0, "disk_w_kbs": 0.1,
            "net_rx_kbs": net, "net_tx_kbs": net,
        }
        for day, (cpu, net) in days.items()
        for hour in range(24)
    ]  # fmt: skip


@pytest.fixture
def table() -> pa.Table:
    quiet = dict.fromkeys(range(90), IDLE)
    return pa.Table.from_pylist(
        [
            *points(1, quiet),
            *points(2, quiet | {40: BUSY}),
            *points(3, quiet | {80: BUSY}),
            *points(4, dict.fromkeys(range(90), BUSY)),
        ]
    )


@pytest.fixture
def file(table: pa.Table, tmp_path: Path) -> Path:
    path = tmp_path / "points.parquet"
    pq.write_table(table, path)
    return path


@pytest.fixture
def backtest(cloudctl: Cloudctl, file: Path) -> Callable[..., Ended]:
    def command(*args: str, telemetry: Path = file) -> Ended:
        return cloudctl("zombies", "backtest", "--telemetry", str(telemetry), *args)

    return command


def slow(directory: Path) -> Path:
    """A policy that waits longer."""
    written = yaml.safe_load((shipped() / "zombies" / "default.yaml").read_text(encoding="utf-8"))
    written["name"] = "slow"
    written["windows"]["ask_after_idle_days"] = 45
    path = directory / "slow.yaml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    return path


def test_figures_and_cases_as_they_are_defined(backtest: Callable[..., Ended]) -> None:
    assert json.loads(backtest("--policy", "default", "-o", "json").out) == FIGURES | {"cases": CASES}


def test_csv_says_the_same(backtest: Callable[..., Ended], table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    pa_csv.write_csv(table, path)
    assert json.loads(backtest("-o", "json", telemetry=path).out) == FIGURES | {"cases": CASES}


def test_names_stay_names(cloudctl: Cloudctl, tmp_path: Path) -> None:
    path = tmp_path / "named.parquet"
    pq.write_table(pa.Table.from_pylist(points("web-01", dict.fromkeys(range(80), IDLE))), path)
    found = json.loads(cloudctl("zombies", "backtest", "--telemetry", str(path), "-o", "json").out)
    assert [case["vm"] for case in found["cases"]] == ["web-01"]


def test_a_table_for_people(backtest: Callable[..., Ended]) -> None:
    out = backtest().out
    assert "default" in out
    assert "2026-03-06" in out


def test_two_policies_side_by_side(backtest: Callable[..., Ended], tmp_path: Path) -> None:
    other = str(slow(tmp_path))
    default, waiting = json.loads(backtest("--against", other, "-o", "json").out)
    assert default == FIGURES | {"cases": CASES}
    assert (waiting["policy"], waiting["asked"], waiting["asked_in_vain"]) == ("slow", 2, 1)
    lines = backtest("--against", other).out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["default", "slow"]
    assert sum(line.split()[:2] == ["default", "2"] for line in lines) == 1, "what differs is shown"


def test_a_campaign_that_begins_later(backtest: Callable[..., Ended]) -> None:
    found = json.loads(backtest("--since", "2026-03-20", "-o", "json").out)
    assert {case["asked_on"] for case in found["cases"]} >= {"2026-03-20"}
    assert found["switched_off"] == 0


def refused(ended: Ended, code: int, *said: str) -> None:
    assert ended.code == code, ended
    assert not ended.out
    for words in said:
        assert words in ended.err, ended.err


def test_no_such_policy_and_one_that_cannot_be_used(backtest: Callable[..., Ended], tmp_path: Path) -> None:
    refused(backtest("--policy", "mild"), 3, "mild", "default")
    refused(backtest("--policy", str(tmp_path)), 3)
    hasty = slow(tmp_path)
    hasty.write_text(hasty.read_text().replace("quarantine_days: 30", "quarantine_days: 0"), encoding="utf-8")
    refused(backtest("--policy", str(hasty)), 2, "slow.yaml", "$.clock.quarantine_days", "30")


def test_files_that_tell_nothing(backtest: Callable[..., Ended], table: pa.Table, tmp_path: Path) -> None:
    refused(backtest(telemetry=tmp_path / "none.parquet"), 2, "none.parquet")
    empty = tmp_path / "empty.csv"
    empty.touch()
    refused(backtest(telemetry=empty), 2, "empty.csv")
    no_rows = tmp_path / "no_rows.parquet"
    pq.write_table(table.slice(0, 0), no_rows)
    refused(backtest(telemetry=no_rows), 2, "no_rows.parquet")
    picture = tmp_path / "picture.parquet"
    picture.write_bytes(b"\x89PNG\r\n" * 100)
    refused(backtest(telemetry=picture), 2, "picture.parquet")


@pytest.mark.parametrize("column", ["vm", "ts", "cpu_pct", "net_rx_kbs"])
def test_a_missing_column_is_named(
    backtest: Callable[..., Ended], table: pa.Table, tmp_path: Path, column: str
) -> None:
    path = tmp_path / "less.parquet"
    pq.write_table(table.drop_columns([column]), path)
    refused(backtest(telemetry=path), 2, column)


def test_a_beginning_after_the_end_and_neither_file_nor_server(
    backtest: Callable[..., Ended], cloudctl: Cloudctl
) -> None:
    refused(backtest("--since", "2027-01-01"), 2, "2026-04-04", "--since")
    refused(backtest("--since", "soon"), 2, "soon")
    refused(cloudctl("zombies", "backtest"), 5, "cloudctl login")


OWN = {
    "policy": "default", "policy_version": 1, "since": None, "servers": 9, "asked": 2, "asked_in_vain": 1,
    "switched_off": 1, "switched_off_wrongly": 0, "switched_off_unproven": 0, "against_answers": 1,
    "departments": [
        {"department": "fgw", "servers": 4, "asked": 2, "asked_in_vain": 1, "switched_off": 1,
         "switched_off_wrongly": 0, "switched_off_unproven": 0, "against_answers": 1},
    ],
    "cases": [
        {"department": "fgw", "system": "oa", "server": "oa-1", "asked_on": "2026-02-04", "dismissed_on": None,
         "off_on": "2026-03-06", "came_back_on": None, "answered": "keep", "against_answers": True},
    ],
}  # fmt: skip


def test_without_a_file_the_server_replays_its_own_past(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/zombies/backtest", OWN)
    assert json.loads(logged_in("zombies", "backtest", "-o", "json").out) == OWN
    out = logged_in("zombies", "backtest", "--since", "2026-01-01", "--against", "slow").out
    assert "oa-1" in out
    assert "fgw" in out
    assert [asked.query for asked in api.of("GET", "/v1/zombies/backtest")[1:]] == [
        {"policy": "default", "since": "2026-01-01"}, {"policy": "slow", "since": "2026-01-01"},
    ]  # fmt: skip
