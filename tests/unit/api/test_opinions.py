"""Opinions, returns and letters over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api.conftest import City

BIG = [{"kind": "volume", "name": "fgw-spt-huge", "size_gib": 2500, "term_months": 12}]


@pytest.fixture(scope="module")
def people(city: City) -> City:
    for field in ("network", "capacity"):
        city.person(field, f"{field}-specialist", None)
    return city


@pytest.fixture
def order(people: City) -> Any:
    """Signed; the capacity specialist will be asked."""
    made = people.made("officer", "/v1/orders?submit=true", people.form(items=BIG))
    signed = people.made("head", f"/v1/orders/{made['id']}/sign-off", {})
    assert signed["state"] == "signed_off"
    yield signed
    people.as_("officer").post(f"/v1/orders/{made['id']}/cancel")


def test_an_opinion_is_asked_given_withdrawn_and_given_again(people: City, order: Any) -> None:
    path = f"/v1/orders/{order['id']}"
    assert people.as_("capacity").post(f"{path}/opinions", {"verdict": "agree"}).status == 409
    assert people.made("reviewer", f"{path}/accept", {})["accepted_by"] == people.ids["reviewer"]
    (asked,) = people.as_("officer").get(f"{path}/opinions").json()
    assert (asked["specialist"], asked["state"], asked["late"]) == ("capacity", "asked", False)
    waiting = people.as_("capacity").get("/v1/opinions?state=asked&specialist=capacity").json()["items"]
    assert order["number"] in {row["number"] for row in waiting}
    refused = people.as_("reviewer").post(f"{path}/approve", {})
    assert (refused.status, refused.json()["code"]) == (409, "conflict")
    assert "capacity" in refused.json()["detail"]
    wrong = people.as_("capacity").post(f"{path}/opinions", {"verdict": "agree_with_conditions"})
    assert (wrong.status, wrong.json()["field"]) == (422, "conditions")
    answer = {"verdict": "agree_with_conditions", "conditions": ["分两期"], "words": "同意"}
    given = people.made("capacity", f"{path}/opinions", answer)
    assert (given["state"], given["giver"], given["conditions"]) == ("given", "capacity", ["分两期"])
    foreign = people.as_("network").delete(f"{path}/opinions/capacity")
    assert foreign.status == 403
    assert people.as_("capacity").delete(f"{path}/opinions/capacity?reason=再看").json()["state"] == "withdrawn"
    assert people.as_("capacity").delete(f"{path}/opinions/finance").status == 422
    people.made("capacity", f"{path}/opinions", answer)
    shown = people.as_("officer").get("/v1/opinions?verdict=agree_with_conditions").json()["items"]
    assert [row["state"] for row in shown if row["order_id"] == order["id"]] == ["given"]


def test_one_more_is_asked(people: City, order: Any) -> None:
    path = f"/v1/orders/{order['id']}"
    people.made("reviewer", f"{path}/accept", {})
    asked = people.made("reviewer", f"{path}/opinions/ask", {"specialist": "network", "reason": "跨区访问"})
    assert (asked["specialist"], asked["state"]) == ("network", "asked")
    assert people.as_("network").post(f"{path}/opinions/ask", {"specialist": "budget"}).status == 403


def test_a_return_names_its_defects_and_a_second_one_looks_back(people: City, order: Any) -> None:
    path = f"/v1/orders/{order['id']}"
    empty = people.as_("reviewer").post(f"{path}/return", {"reason": "不行"})
    assert (empty.status, empty.json()["field"]) == (422, "defects")
    odd = people.as_("reviewer").post(f"{path}/return", {"defects": [{"words": "x", "field": "colour"}]})
    assert (odd.status, odd.json()["field"]) == (422, "defects[0].field")
    defect = {"ground": "field-incomplete", "field": "purpose", "words": "请写明用途"}
    people.made("reviewer", f"{path}/return", {"missing": ["批复文号"], "defects": [defect]})
    (told,) = people.as_("officer").get(f"{path}/returns").json()
    assert [(entry["ground"], entry["field"]) for entry in told["defects"]] == [
        ("material-missing", None),
        ("field-incomplete", "purpose"),
    ]
    people.as_("officer").patch(path, {"purpose": "更正后的用途"})
    people.made("officer", f"{path}/submit", {})
    people.made("head", f"{path}/sign-off", {})
    again = {"defects": [{"words": "标题不规范", "field": "title"}], "reason": "漏看"}
    assert people.as_("reviewer").post(f"{path}/return", again).status == 403
    people.made("admin", f"{path}/return", again)
    assert [entry["round"] for entry in people.as_("officer").get(f"{path}/returns").json()] == [1, 2]
    letters = people.as_("officer").get(f"/v1/letters?order_id={order['id']}&kind=supplement").json()["items"]
    assert len(letters) == 2
    letter = people.as_("officer").get(f"/v1/letters/{letters[1]['id']}").json()
    assert letter["number"] == letters[1]["number"]
    assert "请写明用途" in letter["content"]["zh_CN"]
    assert len(letter["digest"]) == 64
    assert people.as_("stranger").get(f"/v1/letters/{letters[1]['id']}").status == 404
