from __future__ import annotations

import pytest

from cloudctl.cli.tables import cell, record_table, rows_table, table, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("档案", 4), ("ＡＢ", 4), ("a档b", 4), ("é", 1), ("e\u0301", 1), ("…", 1)],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_chinese_takes_two_columns() -> None:
    rows = [
        {"code": "fgw", "name": "市发展改革委", "state": "delivered"},
        {"code": "police-station", "name": "公安 x", "state": "in_review"},
    ]
    assert rows_table(rows, ("code", "name", "state")) == (
        "Code            Name          State\n"
        "fgw             市发展改革委  delivered\n"
        "police-station  公安 x        in_review"
    )


def test_no_blanks_end_a_line() -> None:
    assert table([["a", "b"], ["long", ""]]) == "a     b\nlong"


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("name", None, "-"),
        ("name", "", "-"),
        ("zones", [], "-"),
        ("overcommit", {}, "-"),
        ("retired", True, "yes"),
        ("retired", False, "no"),
        ("vcpu", 0, "0"),
        ("zones", ["extranet", "internet"], "extranet, internet"),
        ("capacity", {"vcpu": 64, "memory_mib": None}, "vcpu=64"),
        ("effect", "require_approval", "approval required"),
        ("name", "deny", "deny"),
        ("name", "two\nlines", "two lines"),
        ("created_at", "2026-11-21T18:00:00Z", "2026-11-22 02:00"),
        ("created_at", "2026-12-31T16:30:00.123456+00:00", "2027-01-01 00:30"),
        ("expires_on", "2027-01-31", "2027-01-31"),
        ("name", "2026-11-21T18:00:00 or so", "2026-11-21T18:00:00 or so"),
    ],
)
def test_cells(key: str, value: object, shown: str) -> None:
    assert cell(key, value) == shown


def test_a_record_is_a_field_a_line_without_what_is_nested() -> None:
    record = {"code": "fgw", "name": "市发展改革委", "items": [{"kind": "server"}], "max_mlps_level": 3}
    assert record_table(record) == "Code                fgw\nName                市发展改革委\nHighest MLPS level  3"
