from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
RATING = {
    "id": KEY, "order_id": KEY, "department_id": KEY, "rated_by": KEY, "mark": 2, "reason": "拖了一周",
    "state": "answer_owed", "answer_due": "2026-11-27T16:00:00Z", "answer": None, "answered_by": None,
    "answered_at": None, "created_at": "2026-11-20T08:00:00Z", "version": 1,
}  # fmt: skip
SUMMARY = {
    "total": 2, "marks": {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}, "good": 1, "good_share": 0.5, "answers_owed": 1,
    "answers_overdue": 0, "as_of": "2026-11-21T08:00:00Z",
}  # fmt: skip


def test_the_list_names_order_and_department(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", {"items": [{"id": KEY, "code": "fgw"}], "next": None})
    api.on("GET", "/v1/ratings", {"items": [RATING | {"number": "2026-000001"}], "next": None})
    out = logged_in("ratings", "list", "--mark", "2", "--state", "answer_owed").out
    assert out.splitlines()[1].split()[:4] == ["2026-000001", "fgw", "2", "answer_owed"]
    assert api.of("GET", "/v1/ratings")[0].query == {"mark": "2", "state": "answer_owed", "limit": "50"}


def test_an_answer(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/ratings/{KEY}/answer", RATING | {"state": "answered", "answer": "已改进"})
    ended = logged_in("ratings", "answer", KEY, "--answer", "已改进", "-o", "json")
    assert json.loads(ended.out)["state"] == "answered"
    assert api.asked[-1].body == {"answer": "已改进"}


def test_the_summary(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/ratings/summary", SUMMARY)
    assert "1=0, 2=1, 3=0, 4=0, 5=1" in logged_in("ratings", "summary").out
    assert json.loads(logged_in("ratings", "summary", "-o", "json").out) == SUMMARY


def test_an_order_is_rated(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/orders", {"items": [{"id": KEY, "number": "2026-000001"}], "next": None})
    api.on("POST", f"/v1/orders/{KEY}/rating", Reply(201, RATING))
    logged_in("orders", "rate", "2026-000001", "--mark", "2", "--reason", "拖了一周")
    assert api.asked[-1].body == {"mark": 2, "reason": "拖了一周"}


def test_the_declaration_may_come_from_the_command_line(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    file = tmp_path / "order.yaml"
    file.write_text(f"system_id: {KEY}\ntitle: x\nno_state_secrets: true\n", encoding="utf-8")
    api.on("POST", "/v1/orders", Reply(201, {"id": KEY, "number": "2026-000001", "state": "draft"}))
    for option, sent in (("--no-state-secrets", True), ("--state-secrets", False)):
        logged_in("orders", "create", "-f", str(file), option)
        assert api.asked[-1].body["no_state_secrets"] is sent


def test_a_rating_that_was_given_is_rated_for_people(logged_in: Cloudctl, api: FakeApi) -> None:
    given = RATING | {"state": "given", "mark": 5, "number": "2026-000001"}
    api.on("GET", "/v1/departments", {"items": [{"id": KEY, "code": "fgw"}], "next": None})
    api.on("GET", "/v1/ratings", {"items": [given], "next": None})
    api.on("GET", f"/v1/ratings/{KEY}", given)
    api.on("POST", f"/v1/orders/{KEY}/rating", Reply(201, given))
    acts = (("ratings", "list"), ("ratings", "show", KEY), ("orders", "rate", KEY, "--mark", "5"))
    for act in acts:
        assert "rated" in logged_in(*act).out.replace("Rated", "").split()
    (listed,) = json.loads(logged_in("ratings", "list", "-o", "json").out)
    assert listed["state"] == json.loads(logged_in("ratings", "show", KEY, "-o", "json").out)["state"] == "given"
