"""`cloudctl telemetry`, against a server that answers as it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581a"
READ: dict[str, Any] = {
    "source": "prometheus:lab", "day": "2026-11-20", "kind": "prometheus", "simulated": False, "state": "partial",
    "read_at": "2026-11-21T00:20:00Z", "targets": 9, "subjects": 7, "samples": 2016, "stored": 0, "doubled": 1,
    "outside": 0, "future": 0, "invalid": 0, "unmatched": 2, "error": {"zh_CN": "中断", "en": "It broke off."},
    "warnings": [{"zh_CN": "两台同名", "en": "Two have one name."}],
}  # fmt: skip
COVERED: dict[str, Any] = {
    "id": KEY, "cloud": "city-a", "native_id": "n", "name": "web-1", "resource_id": None, "department_id": None,
    "days": 25, "samples": 7200, "cpu": 0.833, "memory": 0.8, "disk": 0.0, "network": 0.5, "newest": "2026-11-20",
    "sources": ["prometheus:lab", "vsphere:b"],
}  # fmt: skip
DAY = {
    "day": "2026-11-20", "samples": 288, "cpu_percent": 4.0123, "cpu_p95": 9.0, "cpu_max": 40.0, "memory_percent": None,
    "disk_mib": None, "network_mib": 168.75, "logins": 3, "connections": None, "http_requests": None,
}  # fmt: skip


def test_sources_and_what_was_read(logged_in: Cloudctl, api: FakeApi) -> None:
    source = {
        "name": "prometheus:lab", "kind": "prometheus", "simulated": False, "clouds": None,
        "metrics": ["cpu_percent"], "interval_s": 300, "newest": READ,
    }  # fmt: skip
    api.on("GET", "/v1/telemetry/sources", [source, {**source, "name": "new", "newest": None}])
    api.on("GET", "/v1/telemetry/reads", [READ])
    told = logged_in("telemetry", "sources")
    assert told.code == 0
    assert "2026-11-20" in told.out
    assert "new" in told.out
    told = logged_in("telemetry", "reads", "--source", "prometheus:lab", "--first", "2026-11-01")
    assert "It broke off. Two have one name." in told.out
    assert api.of("GET", "/v1/telemetry/reads")[0].query == {"source": "prometheus:lab", "first": "2026-11-01"}


def test_coverage_is_shown_as_a_share(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/telemetry/coverage", {"items": [COVERED], "next": None})
    told = logged_in("telemetry", "coverage", "--cloud", "city-a", "--name", "web-*")
    assert "83 %" in told.out
    assert "prometheus:lab, vsphere:b" in told.out
    assert api.of("GET", "/v1/telemetry/coverage")[0].query["name"] == "web-*"


def test_a_server_is_shown_by_its_name(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/servers", {"items": [], "next": None})
    api.on("GET", "/v1/inventory", {"items": [{"id": KEY, "name": "web-1"}], "next": None})
    known = {"coverage": COVERED, "dates": {"patched_on": "2026-01-09"}, "days": [DAY]}
    api.on("GET", f"/v1/telemetry/servers/{KEY}", known)
    told = logged_in("telemetry", "show", "web-1")
    assert told.code == 0
    for shown in ("Patched", "2026-01-09", "168.8", "4.0", "83 %"):
        assert shown in told.out
    assert '"cpu_percent": 4.0123' in logged_in("telemetry", "show", KEY, "-o", "json").out


def test_a_file_is_handed_in(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    taken = {
        "source": "file:x", "first": "2026-11-01", "last": "2026-11-02", "days": 2, "servers": 1, "unmatched": 1,
        "unknown": ["stranger"], "samples": 576, "doubled": 0, "future": 0, "invalid": 0, "stored": 0, "dropped": 0,
    }  # fmt: skip
    api.on("POST", "/v1/telemetry/files", Reply(201, taken))
    (tmp_path / "x.csv").write_text("vm,ts,cpu_pct\n")
    told = logged_in("telemetry", "ingest", str(tmp_path / "x.csv"), "--cloud", "city-a")
    assert told.code == 0
    assert "stranger" in told.out
    assert api.of("POST", "/v1/telemetry/files")[0].query == {"cloud": "city-a", "source": "x"}
    assert logged_in("telemetry", "ingest", str(tmp_path / "x.csv")).code == 2


def test_days_are_asked_for(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/telemetry/reads", Reply(202, {"asked": [{**READ, "state": "asked"}]}))
    assert logged_in("telemetry", "ingest", "--first", "2026-11-20", "--afresh").code == 0
    assert api.of("POST", "/v1/telemetry/reads")[0].body == {
        "first": "2026-11-20", "last": "2026-11-20", "afresh": True,
    }  # fmt: skip
    assert logged_in("telemetry", "ingest").code == 2
