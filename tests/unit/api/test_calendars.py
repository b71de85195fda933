"""Calendars, freeze windows and cards over HTTP."""

from __future__ import annotations

from typing import Any

from tests.unit.api.conftest import City


def test_a_year_and_a_local_day(city: City) -> None:
    admin, officer = city.as_("admin"), city.as_("officer")
    year = officer.get("/v1/calendars/2026").json()
    assert (year["year"], year["published"]) == (2026, True)
    assert {"day": "2026-10-10", "works": True, "source": "official", "words": "国庆节"} in year["days"]
    made = admin.put("/v1/calendars/days/2026-12-01", {"works": False, "words": "停电"})
    assert (made.status, made.json()["works"], made.json()["version"]) == (200, False, 1)
    shown = officer.get("/v1/calendars/2026").json()
    assert {"day": "2026-12-01", "works": False, "source": "local", "words": "停电"} in shown["days"]
    assert shown["working_days"] == year["working_days"] - 1
    assert admin.delete("/v1/calendars/days/2026-12-01?reason=x").status == 200
    assert admin.delete("/v1/calendars/days/2026-12-01").status == 404
    assert officer.get("/v1/calendars/2026").json() == year


def test_what_is_no_day_or_no_year(city: City) -> None:
    admin = city.as_("admin")
    assert admin.put("/v1/calendars/days/2026-02-30", {"works": False, "words": "x"}).status == 422
    assert admin.put("/v1/calendars/days/2026-12-01", {"works": False}).status == 422
    problem = admin.get("/v1/calendars/1999").json()
    assert (problem["code"], problem["field"]) == ("invalid", "year")


def window(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "高考", "starts_at": "2026-01-01T00:00:00+08:00", "ends_at": "2026-12-31T00:00:00+08:00",
        "binds": ["orders"], "zones": ["extranet"], "reason": "封网",
    }  # fmt: skip
    return values | changes


def test_a_freeze_window_answers_approvals_with_the_next_open_time(city: City) -> None:
    admin = city.as_("admin")
    made = admin.post("/v1/freezes", window())
    assert (made.status, made.json()["binds"]) == (201, ["orders"])
    assert made.json()["id"] in {row["id"] for row in city.as_("officer").get("/v1/freezes?limit=100").json()["items"]}
    try:
        order = city.made("officer", "/v1/orders?submit=true", city.form())
        assert (order["step"], order["days_left"]) == ("sign-off", 3)
        city.as_("head").post(f"/v1/orders/{order['id']}/sign-off", {})
        accepted = city.as_("reviewer").post(f"/v1/orders/{order['id']}/accept", {})
        assert accepted.json()["step"] == "decision"
        answer = admin.post(f"/v1/orders/{order['id']}/approve", {"reason": "x"})
        problem = answer.json()
        assert (answer.status, problem["code"]) == (409, "frozen")
        assert problem["params"]["opens"] == "2026-12-31 00:00"
        assert problem["params"]["opens_at"].startswith("2026-12-30T16:00:00")
    finally:
        assert admin.delete(f"/v1/freezes/{made.json()['id']}").status == 200


def test_what_is_begun_by_hand_asks_and_an_emergency_goes_on_once(city: City) -> None:
    admin, operator = city.as_("admin"), city.as_("operator")
    path = "/v1/freezes/check?act=patches&zone=extranet"
    assert operator.get(path).json()["passed"] == []
    made = admin.post("/v1/freezes", window(binds=["patches"]))
    try:
        refused = operator.get(path)
        assert (refused.status, refused.json()["code"]) == (409, "frozen")
        assert refused.json()["params"]["opens"] == "2026-12-31 00:00"
        body = {"act": "patches", "zones": ["extranet"], "reason": "高危漏洞"}
        said = [
            operator.post("/v1/freezes/exceptions", body, **{"Idempotency-Key": "exception-once"}).json()
            for _ in range(2)
        ]
        assert said[0] == said[1]
        assert (said[0]["passed"], said[0]["open_until"]) == (["高考"], None)
        told = city.as_("auditor").get(f"/v1/audit?action=allow/freeze-exception&target_id={made.json()['id']}")
        assert len(told.json()["items"]) == 1
        assert operator.post("/v1/freezes/exceptions", body | {"act": "orders"}).json()["field"] == "act"
    finally:
        assert admin.delete(f"/v1/freezes/{made.json()['id']}").status == 200
    assert operator.get("/v1/freezes/check?act=naps").status == 422
    assert operator.get("/v1/freezes/check?act=patches&zone=nowhere").json()["field"] == "zone"


def test_a_window_needs_a_zone_of_time_and_known_words(city: City) -> None:
    admin = city.as_("admin")
    for changes in ({"starts_at": "2026-01-01T00:00:00"}, {"binds": ["everything"]}, {"binds": []}, {"reason": ""}):
        assert admin.post("/v1/freezes", window(**changes)).status == 422
    unknown = admin.post("/v1/freezes", window(zones=["nowhere"]))
    assert (unknown.status, unknown.json()["field"]) == (404, "zones")


def test_what_is_due_and_the_limits(city: City) -> None:
    order = city.made("officer", "/v1/orders?submit=true", city.form())
    due = city.as_("officer").get("/v1/supervision/due?step=sign-off").json()["items"]
    (row,) = [entry for entry in due if entry["order_id"] == order["id"]]
    assert (row["number"], row["due_on"], row["card"]) == (order["number"], order["due_on"], None)
    assert city.as_("stranger").get("/v1/supervision/due").json()["items"] == []
    limits = city.as_("officer").get("/v1/supervision/limits").json()
    assert {"kind": "emergency", "step": "delivery", "statutory": 1, "promised": 1} in limits
    assert city.as_("auditor").get("/v1/supervision/cards?colour=red").json()["items"] == []
