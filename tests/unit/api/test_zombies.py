"""Zombies over HTTP: a scan, the verdict with its evidence, a purpose, an exemption; and what is refused."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.unit.api.conftest import City


@pytest.fixture(scope="module")
def system(city: City) -> str:
    body = {
        "code": "z-app",
        "name": "历史填报系统",
        "mlps_level": 2,
        "no_state_secrets": True,
        "use_frequency": "never",
    }
    key = str(city.made("officer", "/v1/systems", body)["id"])
    city.made("admin", "/v1/zombies/scans", {})
    return key


def test_a_scan_says_what_it_came_to_and_again_changes_nothing(city: City, system: str) -> None:
    key = str(uuid4())
    told = [city.as_("admin").post("/v1/zombies/scans", {}, idempotency_key=key) for _ in range(2)]
    assert [answer.status for answer in told] == [200, 200]
    assert told[0].json() == told[1].json()
    assert told[0].json()["changed"] == 0
    assert sum(told[0].json()["states"].values()) == told[0].json()["systems"]
    assert city.as_("officer").post("/v1/zombies/scans", {}).status == 403
    refused = city.as_("admin").post("/v1/zombies/scans", {"policy": "none-such"})
    assert (refused.status, refused.json()["field"]) == (422, "policy")
    assert city.as_("admin").post("/v1/zombies/scans", {"day": "2999-01-01"}).status == 422


def test_the_list_and_the_verdict_say_the_same_and_why(city: City, system: str) -> None:
    rows = city.as_("officer").get("/v1/zombies?system=z-app").json()["items"]
    (row,) = rows
    told = city.as_("officer").get(f"/v1/systems/{system}/verdict").json()
    assert (row["state"], row["signs"]) == (told["state"], told["signs"])
    assert (told["on_record"], told["same"]) == (row["id"], True)
    assert {signal["sign"] for signal in told["signals"]} == {
        "detached", "replaceable", "idle", "unmaintained", "small",
    }  # fmt: skip
    assert all(signal["words"]["en"] and signal["words"]["zh_CN"] for signal in told["signals"])
    assert city.as_("stranger").get(f"/v1/systems/{system}/verdict").status == 404
    assert city.as_("stranger").get("/v1/zombies?system=z-app").json()["items"] == []


def test_a_purpose_is_declared_and_stays_in_its_history(city: City, system: str) -> None:
    body = {"system_id": system, "purpose": "batch", "reason": "每月25日结算"}
    city.made("officer", "/v1/zombies/purposes", body)
    city.made("officer", "/v1/zombies/purposes", body | {"purpose": "seasonal"})
    rows = city.as_("officer").get(f"/v1/zombies/purposes?system_id={system}").json()["items"]
    assert [row["purpose"] for row in rows] == ["seasonal", "batch"]
    refused = city.as_("officer").post("/v1/zombies/purposes", body | {"reason": "无"})
    assert (refused.status, refused.json()["field"]) == (422, "reason")
    assert city.as_("stranger").post("/v1/zombies/purposes", body).status == 404


def test_an_exemption_is_asked_for_by_one_and_granted_by_another(city: City, system: str) -> None:
    body = {"system_id": system, "ends_on": city.today(60), "reason": "汛期值守"}
    asked = city.made("officer", "/v1/zombies/exemptions", body)
    path = f"/v1/zombies/exemptions/{asked['id']}"
    assert city.as_("officer").post(f"{path}/decide", {"decision": "grant"}).status == 403
    waiting = city.as_("admin").get("/v1/todo").json()
    assert "zombie_exemption" in {row["source"] for row in waiting if row["number"] == "z-app"}
    granted = city.made("admin", f"{path}/decide", {"decision": "grant", "answer": "同意"})
    assert (granted["state"], granted["renewal"]) == ("granted", 0)
    assert city.as_("admin").post(f"{path}/decide", {"decision": "refuse", "answer": "否"}).status == 409
    rows = city.as_("officer").get(f"/v1/zombies/exemptions?system_id={system}").json()["items"]
    assert [row["state"] for row in rows] == ["granted"]
    revoked = city.made("admin", f"{path}/revoke", {"reason": "已整合"})
    assert (revoked["state"], revoked["answer"]) == ("ended", "已整合")
    late = city.as_("officer").post("/v1/zombies/exemptions", body | {"ends_on": city.today(4000)})
    assert (late.status, late.json()["field"]) == (422, "ends_on")
