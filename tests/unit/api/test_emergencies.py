"""An emergency, a reserve and a transfer as the API shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.api.conftest import City
from tests.unit.api.test_foreign import resources


def body(city: City, **changes: Any) -> dict[str, Any]:
    called = city.installation.context.clock.now() - timedelta(minutes=10)
    call = {"approver": "王海", "approved_at": called.isoformat(), "note": "台风"}
    return {"order": city.form(), **call, **changes}


def test_an_emergency_from_the_call_to_the_closed_record(city: City) -> None:
    made = city.made("reviewer", "/v1/emergencies", body(city))
    order = city.as_("officer").get(f"/v1/orders/{made['order_id']}").json()
    assert (order["state"], order["emergency"], made["state"], made["late"]) == ("approved", True, "open", False)
    listed = city.as_("head").get("/v1/emergencies?state=open").json()["items"]
    assert [(row["number"], row["order"]) for row in listed if row["id"] == made["id"]] == [
        (made["number"], order["number"])
    ]
    assert made["order_id"] in {
        row["id"] for row in city.as_("auditor").get("/v1/orders?emergency=true").json()["items"]
    }
    path = f"/v1/emergencies/{made['id']}"
    signed = city.as_("head").post(f"{path}/complete", {"document_number": "应急〔2026〕3号"})
    assert (signed.status, signed.json()["state"]) == (200, "paper_in")
    back = city.as_("admin").post(f"{path}/return", {"reason": "缺少公章"})
    assert (back.json()["state"], back.json()["document_number"]) == ("open", None)
    city.as_("head").post(f"{path}/complete", {"document_number": "应急〔2026〕4号"})
    assert city.as_("reviewer").post(f"{path}/close", {}).status == 403
    closed = city.as_("admin").post(f"{path}/close", {"reason": "齐全"})
    assert (closed.status, closed.json()["state"]) == (200, "closed")
    assert city.as_("head").get(path).json()["document_number"] == "应急〔2026〕4号"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"approver": ""}, "approver"), ({"approved_at": "2026-03-02T09:00:00"}, "approved_at"), ({"note": ""}, "note")],
)
def test_a_call_without_who_or_when_is_refused(city: City, changes: dict[str, Any], field: str) -> None:
    answer = city.as_("reviewer").post("/v1/emergencies", body(city, **changes))
    assert (answer.status, answer.json()["field"]) == (422, field)


def test_what_is_to_run_there_is_asked_for_with_it(city: City) -> None:
    app = {"blueprint": "emergency", "code": "fgw-relief", "parameters": {"title": "台风救灾"}}
    made = city.made("reviewer", "/v1/emergencies", body(city, app=app))
    (listed,) = city.as_("officer").get("/v1/apps?code=fgw-relief").json()["items"]
    shown = city.as_("officer").get(f"/v1/apps/{listed['id']}").json()
    assert (shown["order_id"], shown["own"], shown["blueprint"]) == (made["order_id"], True, "emergency")
    answer = city.as_("reviewer").post("/v1/emergencies", body(city, app={"blueprint": "emergency"}))
    assert (answer.status, answer.json()["field"]) == (422, "app.code")


def test_an_approver_is_not_left_out(city: City) -> None:
    sent = body(city)
    del sent["approver"]
    answer = city.as_("reviewer").post("/v1/emergencies", sent)
    assert (answer.status, answer.json()["field"]) == (422, "approver")


def test_the_same_key_enters_one_emergency(city: City) -> None:
    sent, key = body(city), "typhoon-1"
    first = city.as_("reviewer").post("/v1/emergencies", sent, idempotency_key=key)
    again = city.as_("reviewer").post("/v1/emergencies", sent, idempotency_key=key)
    assert (first.status, again.status, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replayed"] == "true"


def test_a_reserve_is_set_shown_and_taken_away(city: City) -> None:
    path = f"/v1/clouds/{city.ids['cloud-a']}"
    kept = city.as_("admin").put(f"{path}/reserves/extranet", {"amounts": {"vcpu": 8}})
    assert (kept.status, kept.json()["reserves"]) == (200, {"extranet": {"vcpu": 8}})
    (row,) = city.as_("officer").get("/v1/clouds?code=cloud-a").json()["items"]
    assert row["reserves"] == {"extranet": {"vcpu": 8}}
    over = city.as_("admin").put(f"{path}/reserves/extranet", {"amounts": {"vcpu": 10**6}})
    assert (over.status, over.json()["field"]) == (422, "amounts.vcpu")
    gone = city.as_("admin").put(f"{path}/reserves/extranet", {"amounts": {}})
    assert gone.json()["reserves"] == {}


@pytest.fixture(scope="module")
def receiver(city: City) -> str:
    """The head of a department that receives, with its system `zrxt`."""
    department = city.made("admin", "/v1/departments", {"code": "zrj", "name": "自然资源局", "level": "city"})
    city.ids["zrj"] = department["id"]
    city.person("zr-head", "department-head", "zrj")
    system = {"code": "zrxt", "name": "规划", "mlps_level": 2, "no_state_secrets": True}
    city.made("admin", "/v1/systems", system | {"department_id": department["id"]})
    return "zr-head"


def test_a_transfer_is_asked_for_by_codes_and_refused_with_a_reason(city: City, receiver: str) -> None:
    server = resources(city, "fgw", "spt")["server_id"]
    sent = {"resources": [server], "to_department": "zrj", "to_system": "zrxt", "reason": "机构改革"}
    made = city.made("officer", "/v1/transfers", sent)
    assert len(made["resources"]) == 2  # the server and its address
    shown = city.as_("officer").get(f"/v1/resources/{server}").json()
    assert shown["claimed_by"] == made["id"]
    path = f"/v1/transfers/{made['id']}"
    assert city.as_("head").post(f"{path}/accept").json()["state"] == "given_by_head"
    (row,) = city.as_(receiver).get("/v1/transfers").json()["items"]
    assert (row["id"], row["giver"], row["taker"], row["system"]) == (made["id"], "发展改革委", "自然资源局", "zrxt")
    assert city.as_("strange-head").get(path).status == 404
    assert city.as_(receiver).post(f"{path}/refuse", {"reason": ""}).status == 422
    refused = city.as_(receiver).post(f"{path}/refuse", {"reason": "不需要"})
    assert (refused.status, refused.json()["state"]) == (200, "refused")
    late = city.as_("officer").post(f"{path}/cancel", {})
    assert (late.status, late.json()["code"]) == (409, "transition-refused")


def test_protection_over_the_api(city: City) -> None:
    volume = resources(city, "fgw", "spt")["volumes"]
    path = f"/v1/resources/{volume}"
    assert city.as_("officer").post(f"{path}/protect").json()["protected"] is True
    release = city.form(items=[{"kind": "release", "resource": volume}])
    refused = city.as_("officer").post("/v1/orders?submit=true", release)
    assert (refused.status, refused.json()["field"]) == (409, "items[0].resource")
    assert city.as_("officer").post(f"{path}/unprotect").status == 403
    assert city.as_("head").post(f"{path}/unprotect", {"reason": "下线"}).json()["protected"] is False
    restored = city.as_("officer").post(f"{path}/restore")
    assert (restored.status, restored.json()["code"]) == (409, "conflict")
