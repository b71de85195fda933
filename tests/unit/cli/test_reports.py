from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

WORDS = {"zh_CN": "概况", "en": "Overview"}
FIGURES = [
    ("departments", 80, "count", "80"),
    ("share", 0.94, "share", "94.0%"),
    ("money", 123456, "fen", "1,234.56"),
    ("cpu", None, "share", "no data"),
]
TOLD = {
    "month": "2026-10", "scope": "all", "as_of": "2026-10-31T15:59:59Z", "ended": False,
    "sections": [{
        "name": "overview", "title": WORDS, "note": WORDS,
        "figures": [
            {"name": name, "title": {"zh_CN": name, "en": name}, "value": value, "unit": unit,
             "query": f"/v1/{name}", "take": "count"}
            for name, value, unit, _ in FIGURES
        ],
    }],
    "appendix": [],
}  # fmt: skip
LINE = {
    "name": "own-hardware", "side": "alone", "category": "hardware", "nature": "one_off", "title": WORDS,
    "counted": {"name": "platform-servers"}, "quantity": 1250, "amount_fen": 28_125_000_00, "yearly_fen": None,
    "prices": [
        {"name": "own-server", "value": "4500000", "unit": "fen", "divides": False, "source": WORDS},
        {"name": "late", "value": None, "unit": "servers", "divides": True, "source": None},
    ],
}  # fmt: skip
TOTAL = {"gross_fen": 300, "own_fen": 100, "net_fen": 200}
SAVINGS = {
    "scope": "all", "first": "2026-10-01", "last": "2026-10-31", "book_version": 1, "lines": [LINE],
    "one_off": TOTAL, "period": TOTAL, "yearly": TOTAL, "unknown": ["own-hardware"],
    "returned": {"servers": 1, "vcpu": 8, "orders": [{"number": "2026-000007", "cloud": "a", "vcpu": 4}],
                 "rooms": [{"title": WORDS, "begin": 0, "end": 44, "added": 44}]},
}  # fmt: skip


def test_the_report_is_told_with_its_queries_and_what_is_not_known(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/reports/monthly", TOLD)
    ended = logged_in("reports", "monthly", "--month", "2026-10", "--scope", "all")
    assert ended.code == 0, ended.err
    assert api.asked[-1].query == {"month": "2026-10", "scope": "all"}
    for name, _, _, shown in FIGURES:
        (line,) = [line for line in ended.out.splitlines() if line.startswith(name)]
        assert shown in line
        assert f"/v1/{name}" in line
    assert "It has not ended" in ended.out


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_it_is_fetched_as_a_file(logged_in: Cloudctl, api: FakeApi, home: Path, kind: str) -> None:
    api.on("GET", f"/v1/reports/monthly.{kind}", Reply(raw=b"a file"))
    ended = logged_in("reports", "monthly", "--month", "2026-10", "--format", kind, "-o", "r")
    assert (ended.code, (home / "r").read_bytes()) == (0, b"a file")
    assert logged_in("reports", "monthly", "--month", "2026-10", "--format", kind).code == 2


def test_it_is_data_for_programs(logged_in: Cloudctl, api: FakeApi, home: Path) -> None:
    api.on("GET", "/v1/reports/monthly", TOLD)
    ended = logged_in("reports", "monthly", "--month", "2026-10", "--format", "json")
    assert json.loads(ended.out) == TOLD
    logged_in("reports", "monthly", "--month", "2026-10", "--format", "json", "-o", "r.json")
    assert json.loads((home / "r.json").read_text(encoding="utf-8")) == TOLD


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "october"])
def test_what_is_no_month_is_refused_before_anybody_is_asked(logged_in: Cloudctl, api: FakeApi, month: str) -> None:
    assert logged_in("reports", "monthly", "--month", month).code == 2
    assert api.asked == []


def test_the_ledger_shows_the_formula_in_numbers_and_what_is_missing(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/savings", SAVINGS)
    given = ("--from", "2026-10-01", "--to", "2026-10-31", "--department", "fgw")
    ended = logged_in("savings", "show", *given)
    assert ended.code == 0, ended.err
    assert api.asked[-1].query == {"from": "2026-10-01", "to": "2026-10-31", "scope": "fgw"}
    assert "platform-servers 1,250 × own-server 45,000.00 ÷ late ?" in ended.out
    assert "28,125,000.00" in ended.out
    for told in ("Left out for want of data: own-hardware.", "served the order 2026-000007", ": 0 → 44"):
        assert told in ended.out
