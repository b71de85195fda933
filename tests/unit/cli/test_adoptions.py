from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cloudctl.cli import adoptions
from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply, problem

WORKBOOK = b"PK\x03\x04 a workbook"
KEY = "019ab3c0-6f00-7b12-8a44-5b1e9d7c4a02"
ADOPTION = {
    "id": KEY, "number": "NG2026-0001", "state": "running", "source": "rules", "rules": ["r"], "rejected": 0,
    "last_error": None, "asked_by": KEY, "created_at": "2026-03-02T01:00:00Z", "ended_at": None, "version": 1,
}  # fmt: skip
PLAN: dict[str, Any] = {
    "takes": [
        {
            "object_id": KEY, "source": "r", "cloud": "vc-1", "kind": "server", "native_id": "vm-1", "name": "oa-1",
            "folder": "市直/发改委", "department": "fgw", "system": "oa", "zone": "extranet", "term_months": 12,
            "contact": "li", "note": None,
        }
    ],
    "taken": {"r": 1},
    "conflicts": [
        {"object_id": KEY, "cloud": "vc-1", "kind": "server", "native_id": "vm-2", "name": "oa-2",
         "sources": ["r", "q"]},
    ],
    "refusals": [
        {"row": None, "source": "r", "cloud": "vc-1", "name": "oa-3", "reason": "The cloud no longer has it.",
         "way_out": "Leave it out."},
    ],
    "unclaimed": 4,
    "bookings": [
        {"department": "fgw", "cloud": "vc-1", "zone": "extranet", "dimension": "vcpu", "amount": 2, "left": -1},
    ],
    "digest": "0d5c4a1b",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adoptions, "POLL_S", 0.0)


@pytest.fixture
def sheet(home: Path) -> Path:
    path = home / "sheet.xlsx"
    path.write_bytes(WORKBOOK)
    return path


def states(api: FakeApi, *found: dict[str, Any]) -> None:
    api.on("GET", f"/v1/adoptions/{KEY}", *({**ADOPTION, "takings": {}, **state} for state in found))


def test_a_rule_is_added_with_its_criteria(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/adoption-rules", Reply(201, {"code": "r"}))
    ended = logged_in(
        "adoptions", "rules", "add", "--code", "r", "--folder", "市直/*", "--named", "oa-*", "--cloud", "vc-1",
        "--department", KEY, "--system", KEY, "--term-months", "12", "--priority", "3",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert api.asked[-1].body == {
        "code": "r", "matches": {"cloud": "vc-1", "folder": "市直/*", "name": "oa-*"}, "department_id": KEY,
        "system_id": KEY, "term_months": 12, "priority": 3,
    }  # fmt: skip


def test_rules_are_listed_with_their_criteria_in_words_and_removed_by_code(logged_in: Cloudctl, api: FakeApi) -> None:
    row = {
        "id": KEY, "code": "r", "priority": 0, "matches": {"tag": "oa"}, "department_id": KEY, "system_id": KEY,
        "zone": None, "term_months": 12, "contact": "", "created_at": "2026-03-02T01:00:00Z", "version": 1,
    }  # fmt: skip
    api.on("GET", "/v1/adoption-rules", {"items": [row], "next": None})
    for noun in ("departments", "systems"):
        api.on("GET", f"/v1/{noun}", {"items": [{"id": KEY, "code": "fgw"}], "next": None})
    assert "tag=oa" in logged_in("adoptions", "rules", "list").out
    api.on("DELETE", f"/v1/adoption-rules/{KEY}", row)
    assert logged_in("adoptions", "rules", "remove", "r").out == "Removed.\n"


def test_the_plan_shows_takes_fights_refusals_and_bookings(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/adoptions/plan", PLAN)
    ended = logged_in("adoptions", "plan", "--rule", "r", "--cloud", "vc-1")
    assert ended.code == 0, ended.err
    for words in ("oa-1", "Fought over", "r, q", "no longer has it", "-1", "nothing takes: 4", "0d5c4a1b"):
        assert words in ended.out
    assert api.asked[-1].body == {"rules": ["r"], "cloud": "vc-1"}


def test_the_plan_of_a_sheet_shows_its_rejected_rows(logged_in: Cloudctl, api: FakeApi, sheet: Path) -> None:
    rejected = [{"row": 7, "cells": {"name": "oa-9"}, "reason": "no such", "way_out": "mend it"}]
    api.on("POST", "/v1/adoptions/import", {"rows": 2, "plan": PLAN, "rejected": rejected, "adoption": None})
    ended = logged_in("adoptions", "plan", "--sheet", str(sheet))
    assert ("#7" in ended.out, "no such" in ended.out, api.asked[-1].query) == (True, True, {"dry_run": "true"})


def test_applying_waits_for_the_end_and_says_how_it_went(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/adoptions", Reply(202, ADOPTION))
    going = {"takings": {"planned": 1, "recorded": 1}}
    states(api, going, going, {"state": "done", "takings": {"marked": 2}})
    ended = logged_in("adoptions", "apply", "--rule", "r", "--digest", "0d5c4a1b")
    assert (ended.code, "marked in the cloud 2" in ended.out) == (0, True), ended
    assert api.of("POST", "/v1/adoptions")[0].body == {"rules": ["r"], "cloud": None, "digest": "0d5c4a1b"}
    assert len(api.of("GET", f"/v1/adoptions/{KEY}")) == 3


def test_one_that_waits_for_an_operator_is_a_failure_that_says_where_to_look(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/adoptions/{KEY}/retry", Reply(202, ADOPTION))
    states(api, {"state": "attention", "takings": {"recorded": 1}, "last_error": "no answer"})
    ended = logged_in("adoptions", "retry", KEY)
    assert ended.code != 0
    assert "no answer" in ended.err
    assert "adoptions takings --adoption NG2026-0001" in ended.err


def test_a_sheet_is_imported_and_the_rejected_rows_are_written_beside_it(
    logged_in: Cloudctl, api: FakeApi, sheet: Path
) -> None:
    rejected = [{"row": 7, "cells": {}, "reason": "x", "way_out": "y"}]
    api.on(
        "POST", "/v1/adoptions/import",
        Reply(202, {"rows": 3, "plan": PLAN, "rejected": rejected, "adoption": ADOPTION}),
    )  # fmt: skip
    api.on("GET", f"/v1/adoptions/{KEY}/rejected.xlsx", Reply(raw=b"PK rejected"))
    states(api, {"state": "done", "takings": {"marked": 2}})
    ended = logged_in("adoptions", "import", str(sheet))
    assert ended.code != 0
    assert "1 of 3 rows were rejected" in ended.err
    assert sheet.with_name("sheet-rejected.xlsx").read_bytes() == b"PK rejected"
    assert api.of("POST", "/v1/adoptions/import")[0].body == WORKBOOK


def test_undoing_names_what_stays(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/adoptions/{KEY}/undo", Reply(202, {**ADOPTION, "state": "undoing"}))
    states(api, {"state": "done", "takings": {"marked": 1, "given_back": 3}})
    rows = [
        {"name": "oa-1", "state": "marked", "note": "Its size or term was changed since."},
        {"name": "oa-2", "state": "given_back", "note": None},
    ]
    api.on("GET", "/v1/takings", {"items": rows, "next": None})
    ended = logged_in("adoptions", "undo", KEY, "--reason", "r")
    assert ended.code != 0
    assert "oa-1: Its size or term was changed since." in ended.err
    assert "oa-2" not in ended.err
    assert api.of("POST", f"/v1/adoptions/{KEY}/undo")[0].body == {"reason": "r"}


def test_without_waiting_nothing_is_asked_twice(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/adoptions", Reply(202, ADOPTION))
    states(api, {"takings": {"planned": 2}})
    assert logged_in("adoptions", "apply", "--no-wait").code == 0
    assert len(api.of("GET", f"/v1/adoptions/{KEY}")) == 1


def test_the_sheet_is_fetched(logged_in: Cloudctl, api: FakeApi, home: Path) -> None:
    api.on("GET", "/v1/adoption-form.xlsx", Reply(raw=WORKBOOK))
    assert logged_in("adoptions", "form", "-o", "new.xlsx").out == "Written: new.xlsx\n"
    assert (home / "new.xlsx").read_bytes() == WORKBOOK


def test_what_the_server_refuses_is_passed_on(logged_in: Cloudctl, api: FakeApi) -> None:
    told = problem("conflict", 409, "Not possible now", "There is nothing to adopt.")
    api.on("POST", "/v1/adoptions", Reply(409, told))
    ended = logged_in("adoptions", "apply")
    assert ended.code != 0
    assert "There is nothing to adopt." in ended.err
