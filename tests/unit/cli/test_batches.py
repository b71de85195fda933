"""Many orders at once, deputies and the to-do list from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply, problem

KEY = "01a1ff5d-4708-7388-a553-85ca22fe3dc3"
PATH = "/v1/orders/decisions"


def result(order: str, *, ok: bool = True) -> dict[str, Any]:
    problem = {"code": "conflict", "detail": "It was closed.", "way_out": "Look at it.", "state": "closed"}
    return {
        "order": order, "id": KEY, "number": order, "ok": ok, "state": "rejected", "code": None, "detail": None,
        "field": None, "way_out": None, **({} if ok else problem),
    }  # fmt: skip


def report(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"verb": "reject", "dry_run": False, "done": 1, "failed": 0, "rows": list(rows)}


def sent(api: FakeApi) -> list[dict[str, Any]]:
    return [row for asked in api.of("POST", PATH) for row in asked.body["rows"]]


def test_several_ids_are_one_batch_with_a_result_each(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", PATH, report(result("2026-000001"), result("2026-000002")))
    ended = logged_in("orders", "reject", "2026-000001", "2026-000002", "--reason", "no")
    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()] == ["Order", "2026-000001", "2026-000002", "All"]
    assert sent(api) == [{"reason": "no", "order": "2026-000001"}, {"reason": "no", "order": "2026-000002"}]
    assert api.of("POST", PATH)[0].body["verb"] == "reject"


def test_a_refused_row_is_shown_and_ends_in_a_code(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", PATH, report(result("1"), result("2", ok=False)))
    ended = logged_in("orders", "approve", "1", "2")
    assert ended.code == 4
    assert "It was closed.  Look at it." in ended.out
    assert "1 of 2 orders were refused" in ended.err


def test_a_dry_run_says_so(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", PATH, report(result("1")))
    ended = logged_in("orders", "approve", "1", "--dry-run")
    assert (ended.code, api.of("POST", PATH)[0].body["dry_run"]) == (0, True)
    assert "this was a dry run" in ended.out
    api.on("POST", PATH, report(result("1", ok=False)))
    assert "would be refused" in logged_in("orders", "approve", "1", "--dry-run").err


def test_programs_get_the_rows_as_they_came(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", PATH, report(result("1")))
    ended = logged_in("orders", "approve", "1", "--dry-run", "-o", "json")
    assert json.loads(ended.out) == [result("1")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.txt", b"# Monday\n2026-000001\n\n  2026-000002\n"),
        ("list.csv", "\ufeffnumber,reason,missing\n2026-000001,,\n2026-000002,预算,等保；批复\n".encode()),
        ("list.csv", "number,reason,missing\n2026-000001,,\n2026-000002,预算,等保；批复\n".encode("gb18030")),
        ("list.xlsx", b""),
    ],
)
def test_a_list_is_text_csv_or_a_workbook(
    logged_in: Cloudctl, api: FakeApi, home: Path, name: str, content: bytes
) -> None:
    if name.endswith("xlsx"):
        book = Workbook()
        second = ["2026-000002", "预算", "等保;批复"]
        for line in (["Number", "Reason", "Missing"], ["2026-000001", None, None], second):
            book.active.append(line)
        book.save(home / name)
    else:
        (home / name).write_bytes(content)
    api.on("POST", PATH, report(result("2026-000001"), result("2026-000002")))
    assert logged_in("orders", "return", "--from", name, "--reason", "all").code == 0
    first, second = sent(api)
    assert first == {"order": "2026-000001", "reason": "all"}
    own = {"reason": "预算", "missing": ["等保", "批复"]} if not name.endswith("txt") else {"reason": "all"}
    assert second == {"order": "2026-000002", **own}


def test_a_list_names_defects_with_ground_field_and_words(logged_in: Cloudctl, api: FakeApi, home: Path) -> None:
    (home / "list.csv").write_text(
        "order,defects,new_defects\n"
        "1,field-wrong items[0].count 请核减 台数；material-missing - 批复,\n"
        "2,,field-wrong purpose 改错了\n",
        encoding="utf-8",
    )
    api.on("POST", PATH, report(result("1"), result("2")))
    assert logged_in("orders", "return", "--from", "list.csv").code == 0
    assert [row["defects"] for row in sent(api)] == [
        [
            {"ground": "field-wrong", "field": "items[0].count", "words": "请核减 台数"},
            {"ground": "material-missing", "words": "批复"},
        ],
        [{"ground": "field-wrong", "field": "purpose", "words": "改错了", "new": True}],
    ]


def test_defects_of_the_command_line_go_with_every_row(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", PATH, report(result("1"), result("2")))
    assert logged_in("orders", "return", "1", "2", "--defect", "field-wrong", "purpose", "写明").code == 0
    wrong = {"ground": "field-wrong", "field": "purpose", "words": "写明"}
    assert sent(api) == [{"defects": [wrong], "order": "1"}, {"defects": [wrong], "order": "2"}]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.csv", b"a,b\n1,2\n", "no column"),
        ("list.csv", b"order,reason\n,x\n", "line 2"),
        ("list.csv", b"order,defects\n1,field-wrong purpose\n", "line 2: field-wrong purpose is not a defect"),
        ("list.xlsx", b"not a workbook", "cannot be read"),
        ("list.txt", b"# nothing\n", "Name orders"),
    ],
)
def test_a_list_that_is_none_is_refused_before_anything_is_sent(
    logged_in: Cloudctl, api: FakeApi, home: Path, name: str, content: bytes, said: str
) -> None:
    (home / name).write_bytes(content)
    ended = logged_in("orders", "approve", "--from", name)
    assert ended.code == 2
    assert said in ended.err
    assert api.of("POST", PATH) == []


def test_a_filter_takes_all_orders_that_it_finds(logged_in: Cloudctl, api: FakeApi) -> None:
    department = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
    api.on("GET", "/v1/departments", {"items": [{"id": department, "code": "fgw"}], "next": None})
    api.on("GET", "/v1/orders", {"items": [{"number": "1"}, {"number": "2"}], "next": None})
    api.on("POST", PATH, report(result("1"), result("2")))
    assert logged_in("orders", "approve", "--filter", "state=in_review", "--filter", "department=fgw").code == 0
    query = api.of("GET", "/v1/orders")[0].query
    assert (query["state"], query["department_id"]) == ("in_review", department)
    assert [row["order"] for row in sent(api)] == ["1", "2"]
    for wrong in ("state", "colour=red"):
        assert logged_in("orders", "approve", "--filter", wrong).code == 2


def test_many_rows_go_piece_by_piece_and_what_was_done_is_shown_when_the_server_fails(
    logged_in: Cloudctl, api: FakeApi, home: Path
) -> None:
    (home / "list.txt").write_text("\n".join(str(number) for number in range(150)))
    broken = Reply(500, problem("internal", 500, "The platform failed", "It broke."))
    api.on("POST", PATH, report(*(result(str(number)) for number in range(100))), broken)
    ended = logged_in("orders", "approve", "--from", "list.txt")
    assert ended.code == 6
    assert [len(asked.body["rows"]) for asked in api.of("POST", PATH)][:2] == [100, 50]
    assert len(ended.out.splitlines()) == 101


@pytest.mark.parametrize("more", [("--if-version", "3"), ("--wait",)])
def test_what_goes_with_one_order_only_is_refused_for_many(
    logged_in: Cloudctl, api: FakeApi, more: tuple[str, ...]
) -> None:
    assert logged_in("orders", "approve", "1", "2", *more).code == 2
    assert api.of("POST", PATH) == []


def test_without_an_order_nothing_is_sent(logged_in: Cloudctl, api: FakeApi) -> None:
    assert logged_in("orders", "approve").code == 2
    assert api.of("POST", PATH) == []


def test_one_id_is_decided_as_ever(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/orders/{KEY}/reject", {"id": KEY, "number": "2026-000001", "state": "rejected"})
    ended = logged_in("orders", "reject", KEY, "--reason", "no", "--if-version", "3")
    assert (ended.code, ended.out) == (0, "Order 2026-000001 is now: rejected.\n")
    asked = api.asked[-1]
    assert (asked.body, asked.headers["if-match"]) == ({"reason": "no"}, '"3"')


def test_a_deputy_names_the_principal_in_every_request(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/todo", [])
    assert logged_in("--act-for", "zhang.wei", "todo").code == 0
    assert api.asked[-1].headers["act-for"] == "zhang.wei"
    assert logged_in("todo").code == 0
    assert "act-for" not in api.asked[-1].headers


def test_the_to_do_list_shows_until_when_what_and_why(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/todo", [{
        "source": "sign_off", "due_at": "2026-11-21T18:00:00Z", "order_id": KEY, "number": "2026-000001",
        "title": "扩容", "department": "发展改革委", "state": "submitted", "what": "Sign it off, or return it.",
        "why": "You are a head of the department.", "principal": "zhang.wei",
    }])  # fmt: skip
    ended = logged_in("todo", "--limit", "5")
    assert ended.out.splitlines()[1].startswith("2026-11-22 02:00  2026-000001  扩容")
    assert ended.out.splitlines()[1].endswith("zhang.wei")
    assert api.asked[-1].query == {"limit": "5"}


def test_a_deputy_is_appointed_by_the_clock_on_the_wall_and_revoked(logged_in: Cloudctl, api: FakeApi) -> None:
    made = {"id": KEY, "principal_id": KEY, "deputy_id": KEY, "reason": "leave"}
    api.on("POST", "/v1/deputies", Reply(201, made))
    api.on("DELETE", f"/v1/deputies/{KEY}", made)
    given = ("--deputy", "li", "--starts-at", "2027-02-01", "--ends-at", "2027-02-15 12:30", "--reason", "leave")
    assert logged_in("deputies", "create", *given).code == 0
    assert api.asked[-1].body == {
        "deputy": "li",
        "starts_at": "2027-02-01T00:00:00+08:00",
        "ends_at": "2027-02-15T12:30:00+08:00",
        "reason": "leave",
    }
    assert logged_in("deputies", "revoke", KEY, "--reason", "back").code == 0
    assert logged_in("deputies", "create", *given[:3], "soon").code == 2


def test_an_actor_who_is_a_deputy_is_shown_as_one() -> None:
    from cloudctl.cli.tables import cell
    from cloudctl.messages import acting

    assert cell("actor", "li for zhang.wei") == "li for zhang.wei"
    assert acting(lambda _text: "{deputy} 代 {principal}", "li for zhang.wei") == "li 代 zhang.wei"
    assert acting(lambda text: text, "li") == "li"
