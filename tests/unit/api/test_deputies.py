"""Deputies, the to-do list and batches over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.unit.api.conftest import City


def appoint(city: City, principal: str, deputy: str, days: int = 5) -> Any:
    now = datetime.now(UTC)
    period = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(days=days)).isoformat()}
    return city.made("admin", "/v1/deputies", {"principal": principal, "deputy": deputy, "reason": "公休", **period})


@pytest.fixture
def deputy(city: City) -> str:
    """Somebody who acts for the head for as long as the test runs."""
    login = f"b{uuid4().hex[:8]}"
    city.person(login, "department-officer", "fgw")
    made = appoint(city, "head", login)
    yield login  # type: ignore[misc]
    assert city.as_("admin").delete(f"/v1/deputies/{made['id']}?reason=done").status == 200


def test_a_header_makes_the_deputy_act_for_the_principal(city: City, deputy: str) -> None:
    order = city.order()
    city.as_("officer").post(f"/v1/orders/{order['id']}/submit")
    path = f"/v1/orders/{order['id']}/sign-off"
    assert city.as_(deputy).post(path).status == 403
    signed = city.as_(deputy).post(path, None, act_for="head")
    assert (signed.status, signed.json()["signed_off_by"]) == (200, city.ids[deputy])
    assert signed.json()["signed_off_for"] == city.ids["head"]
    line = next(
        line
        for line in city.as_("officer").get(f"/v1/orders/{order['id']}/progress").json()
        if line["message"] == "Signed off by the department head."
    )
    assert line["actor"] == f"{deputy} for head"


def test_me_says_for_whom(city: City, deputy: str) -> None:
    mine = city.as_(deputy).get("/v1/me", act_for="head").json()
    assert (mine["name"], mine["for_name"], mine["for_account_id"]) == (f"{deputy} for head", "head", city.ids["head"])
    assert mine["roles"] == ["department-head"]
    assert city.as_(deputy).get("/v1/me").json()["for_name"] is None


@pytest.mark.parametrize("login", ["officer", "nobody", "reviewer"])
@pytest.mark.parametrize("path", ["/v1/me", "/v1/orders"])
def test_nobody_acts_for_whom_he_is_no_deputy_of(city: City, login: str, path: str) -> None:
    refused = city.as_("head").get(path, act_for=login)
    assert (refused.status, refused.json()["code"], refused.json()["field"]) == (403, "forbidden", "Act-For")
    assert "deputies list" in refused.json()["way_out"]


def test_the_same_key_for_a_principal_is_another_request(city: City, deputy: str) -> None:
    order, key = city.order(), str(uuid4())
    city.as_("officer").post(f"/v1/orders/{order['id']}/submit")
    path = f"/v1/orders/{order['id']}/sign-off"
    first = city.as_(deputy).post(path, None, act_for="head", idempotency_key=key)
    again = city.as_(deputy).post(path, None, act_for="head", idempotency_key=key)
    assert (first.status, again.status, again.headers["idempotent-replayed"]) == (200, 200, "true")
    assert again.body == first.body
    assert city.as_(deputy).post(path, None, idempotency_key=key).status in {403, 422}


def test_an_appointment_is_listed_and_revoked(city: City, deputy: str) -> None:
    (row,) = city.as_("head").get(f"/v1/deputies?deputy={deputy}").json()["items"]
    assert (row["principal"], row["deputy"], row["revoked_at"]) == ("head", deputy, None)
    revoked = city.as_("head").delete(f"/v1/deputies/{row['id']}").json()
    assert revoked["revoked_at"] is not None
    assert city.as_(deputy).get("/v1/me", act_for="head").status == 403


def test_the_to_do_list_says_what_and_why_in_the_readers_language(city: City, deputy: str) -> None:
    order = city.order()
    city.as_("officer").post(f"/v1/orders/{order['id']}/submit")
    for who, principal in (("head", None), (deputy, "head")):
        row = next(row for row in city.as_(who).get("/v1/todo?limit=500").json() if row["order_id"] == order["id"])
        assert (row["source"], row["principal"]) == ("sign_off", principal)
        assert (row["what"], row["why"]) == ("Sign it off, or return it.", "You are a head of the department.")
    assert all(row["order_id"] != order["id"] for row in city.as_("stranger").get("/v1/todo").json())
    assert city.as_("head").get("/v1/todo?limit=0").status == 422


def signed(city: City) -> Any:
    order = city.order()
    city.as_("officer").post(f"/v1/orders/{order['id']}/submit")
    return city.as_("head").post(f"/v1/orders/{order['id']}/sign-off").json()


def test_a_batch_answers_row_by_row_and_again_the_same(city: City) -> None:
    one, two = signed(city), signed(city)
    rows = [{"order": one["number"]}, {"order": "2026-999999"}, {"order": two["id"]}, {"order": one["id"]}]
    rows = [{**row, "reason": "预算未批"} for row in rows]
    body, key = {"verb": "reject", "rows": rows}, str(uuid4())
    dry = city.as_("reviewer").post("/v1/orders/decisions", {**body, "dry_run": True}).json()
    assert (dry["done"], dry["failed"], dry["dry_run"]) == (2, 2, True)
    answer = city.as_("reviewer").post("/v1/orders/decisions", body, idempotency_key=key)
    found = answer.json()
    assert (answer.status, found["done"], found["failed"]) == (200, 2, 2), answer.body
    assert [row["ok"] for row in found["rows"]] == [True, False, True, False]
    assert [row["state"] for row in found["rows"]] == ["rejected", None, "rejected", None]
    assert [row["code"] for row in found["rows"]] == [None, "not-found", None, "conflict"]
    assert "in this batch already" in found["rows"][3]["detail"]
    assert found["rows"][1]["way_out"]
    again = city.as_("reviewer").post("/v1/orders/decisions", body, idempotency_key=key)
    assert (again.body, again.headers["idempotent-replayed"]) == (answer.body, "true")


def test_a_row_of_a_batch_names_coded_defects(city: City) -> None:
    order = signed(city)
    wrong = {"ground": "field-wrong", "field": "purpose", "words": "请写明用途"}
    body = {"verb": "return", "rows": [{"order": order["number"], "defects": [wrong]}]}
    assert city.as_("reviewer").post("/v1/orders/decisions", body).json()["done"] == 1
    (made,) = city.as_("reviewer").get(f"/v1/orders/{order['id']}/returns").json()
    assert made["defects"] == [{**wrong, "visible_from_start": True}]
    body["rows"] = [{"order": order["number"], "defects": [{**wrong, "ground": "whim"}]}]
    refused = city.as_("reviewer").post("/v1/orders/decisions", body)
    assert (refused.status, refused.json()["field"]) == (422, "rows[0].defects[0].ground")


@pytest.mark.parametrize(
    "body", [{"verb": "burn", "rows": [{"order": "x"}]}, {"verb": "reject", "rows": []}, {"verb": "reject"}]
)
def test_a_batch_that_is_none_is_refused(city: City, body: Any) -> None:
    assert city.as_("reviewer").post("/v1/orders/decisions", body).status == 422


def test_a_batch_is_the_offices(city: City) -> None:
    body = {"verb": "reject", "rows": [{"order": "x", "reason": "x"}]}
    assert city.as_("officer").post("/v1/orders/decisions", body).status == 403


def test_an_approval_is_taken_back_or_says_why_not(city: City) -> None:
    order = signed(city)
    path = f"/v1/orders/{order['id']}"
    refused = city.as_("admin").post(f"{path}/recall", {"reason": "x"})
    assert (refused.status, refused.json()["code"]) == (409, "conflict")
    assert "no approval to take back" in refused.json()["detail"]
