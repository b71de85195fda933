"""Campaigns and cases over HTTP, and the page behind a signed link: GET shows, POST answers, once."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from cloudctl.domain.answer_links import PARAM, AnswerLink
from cloudctl.domain.calendars import Deadline, today_for_people
from cloudctl.domain.campaigns import Campaign, digest_of
from cloudctl.domain.clearings import Clearing
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.context import platform
from cloudctl.services.answer_links import addressed, token_of
from tests.unit.api.client import Answer
from tests.unit.api.conftest import City


@pytest.fixture
def case(city: City) -> dict[str, Any]:
    """A case whose owner was asked, with a link for the officer."""
    ctx = city.installation.context
    code = f"z-{uuid4().hex[:8]}"
    system = {"code": code, "name": "旧审批", "mlps_level": 2, "no_state_secrets": True}
    system_id = city.made("officer", "/v1/systems", system)["id"]
    policy = ctx.zombie_policies["default"]
    with ctx.unit_of_work(platform("test")) as uow:
        now = uow.now
        campaign = Campaign(
            number=f"清理行动〔2026〕{uuid4().hex[:6]}号", title="清理", policy_name="default", policy=policy,
            digest=digest_of(policy), started_by=city.uuid("reviewer"), started_at=now,
        )  # fmt: skip
        uow.campaigns.add(campaign)
        found = uow.systems.by_code(code)
        assert found is not None
        made = Clearing(
            number=f"清理〔2026〕{uuid4().hex[:6]}号", campaign_id=campaign.id, system_id=found.id,
            department_id=city.uuid("fgw"), verdict_id=new_id(), claim=found.id,
            words={"zh_CN": "九十天无人使用", "en": "Unused for ninety days"}, servers=[],
            changed_at=now, created_at=now,
        )  # fmt: skip
        made.notify(Deadline(today_for_people(now) + timedelta(days=20), provisional=False), now, owner_known=True)
        uow.clearings.add(made)
        link = AnswerLink(
            clearing_id=made.id, department_id=made.department_id, account_id=city.uuid("officer"),
            expires_at=now + timedelta(days=20), created_at=now,
        )  # fmt: skip
        uow.answer_links.add(link)
    return {
        "id": str(made.id), "number": made.number, "link": link.id, "token": token_of(ctx, link.id),
        "campaign": str(campaign.id), "system": system_id,
    }  # fmt: skip


def answered(city: City, token: str, **fields: str) -> Answer:
    return city.client.using(None).request("POST", f"/answers/{token}", body=urlencode(fields).encode())


def state(city: City, case: dict[str, Any]) -> str:
    return str(city.as_("officer").get(f"/v1/clearings/{case['id']}").json()["state"])


def test_opening_a_link_shows_and_changes_nothing(city: City, case: dict[str, Any]) -> None:
    for _ in range(3):
        page = city.client.using(None, "zh").get(f"/answers/{case['token']}")
        assert page.status == 200
        assert case["number"] in page.body.decode()
        assert "九十天无人使用" in page.body.decode()
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in page.headers["content-security-policy"]
    assert state(city, case) == "notified"


def test_a_link_answers_once_as_its_person(city: City, case: dict[str, Any]) -> None:
    told = answered(city, case["token"], answer="keep", reason="年终决算要用", until="2020-01-01")
    assert told.status == 422
    assert state(city, case) == "notified"
    assert answered(city, case["token"], answer="").status == 422
    assert answered(city, case["token"], answer="keep", until="soon").status == 422
    until = city.today(30)
    told = answered(city, case["token"], answer="keep", reason="年终决算要用", until=until)
    assert told.status == 200
    kept = city.as_("officer").get(f"/v1/clearings/{case['id']}").json()
    assert (kept["state"], kept["kept_until"], kept["answers"][0]["via"]) == ("kept", until, "link")
    assert kept["answers"][0]["by"] == city.ids["officer"]
    again = answered(city, case["token"], answer="release")
    assert again.status == 409
    assert "used already" in again.body.decode()


def test_a_link_that_is_none_or_old_or_whose_person_left_opens_nothing(city: City, case: dict[str, Any]) -> None:
    ctx = city.installation.context
    for token in ("x", case["token"][:-4], case["token"].swapcase(), token_of(ctx, new_id())):
        assert city.client.using(None).get(f"/answers/{token}").status == 404
        assert answered(city, token, answer="release").status == 404
    sealed = ctx.secrets.seal(b"order:" + case["link"].bytes)
    token = urlsafe_b64encode(sealed).decode().rstrip("=")
    assert city.client.using(None).get(f"/answers/{token}").status == 404
    with ctx.unit_of_work(platform("test")) as uow:
        uow.answer_links.lock(case["link"]).expires_at = uow.now
    assert answered(city, case["token"], answer="release").status == 409
    assert state(city, case) == "notified"


def test_a_message_has_the_address_and_the_record_only_the_links_id(city: City, case: dict[str, Any]) -> None:
    params = addressed(city.installation.context, {PARAM: str(case["link"]), "number": "x"})
    where = params[PARAM]
    assert "/answers/" in where
    assert str(case["link"]) not in where
    page = city.client.using(None).get("/answers/" + where.rpartition("/")[2])
    assert page.status == 200
    assert addressed(city.installation.context, {"number": "x"}) == {"number": "x"}


def test_who_may_do_what(city: City, case: dict[str, Any]) -> None:
    where = f"/v1/clearings/{case['id']}"
    assert city.as_("stranger").get(where).status == 404
    assert city.as_("stranger").post(where + "/answer", {"answer": "release"}).status == 404
    assert city.as_("auditor").get(where).status == 200
    for who, act, body in (
        ("auditor", "/answer", {"answer": "release"}),
        ("auditor", "/dismiss", {"reason": "x"}),
        ("auditor", "/restore", {"reason": "x"}),
        ("officer", "/propose", {"reason": "x"}),
        ("operator", "/confirm", {"reason": "x"}),
        ("reviewer", "/confirm", {"reason": "x"}),
        ("officer", "/close", {}),
    ):
        assert city.as_(who).post(where + act, body).status == 403, (who, act)
    assert city.as_("operator").post(where + "/propose", {"reason": "x"}).status == 409
    listed = city.as_("stranger").get("/v1/clearings").json()["items"]
    assert case["id"] not in {row["id"] for row in listed}
    assert city.as_("officer").get("/v1/campaigns").json()["items"] == []
    assert city.as_("officer").get(f"/v1/campaigns/{case['campaign']}").status == 404
    rows = city.as_("auditor").get("/v1/campaigns").json()["items"]
    assert {row["clearings_open"] for row in rows if row["id"] == case["campaign"]} == {1}


def test_an_answer_is_given_once_under_its_key_and_its_version(city: City, case: dict[str, Any]) -> None:
    where = f"/v1/clearings/{case['id']}/answer"
    body = {"answer": "snooze", "reason": "等答复", "until": city.today(10)}
    assert city.as_("officer").post(where, body, If_Match='"9"').status == 412
    first = city.as_("officer").post(where, body, Idempotency_Key=case["number"].encode().hex())
    again = city.as_("officer").post(where, body, Idempotency_Key=case["number"].encode().hex())
    assert (first.status, again.status, first.body) == (200, 200, again.body)
    assert first.json()["snoozes"] == 1
    waiting = {row["number"] for row in city.as_("officer").get("/v1/todo?limit=200").json()}
    assert case["number"] not in waiting


def test_what_waits_is_on_the_list_of_who_can_do_it(city: City, case: dict[str, Any]) -> None:
    def waits(who: str) -> set[str]:
        rows = city.as_(who).get("/v1/todo?limit=200").json()
        return {row["source"] for row in rows if row["number"] == case["number"]}

    assert waits("officer") == {"clearing_answer"}
    assert waits("stranger") == set()
    city.made("reviewer", f"/v1/clearings/{case['id']}/dismiss", {"reason": "误报"})
    assert waits("officer") == set()


def test_the_kill_switch_over_http(city: City) -> None:
    assert city.as_("auditor").post("/v1/stops", {"reason": "x"}).status == 403
    thrown = city.as_("operator").post("/v1/stops", {"reason": "误关"})
    assert (thrown.status, thrown.json()["state"]) == (201, "thrown")
    assert city.as_("reviewer").post("/v1/stops/lift").status == 403
    assert city.as_("reviewer").post("/v1/campaigns", {"title": "x"}).status == 409
    assert city.as_("admin").post("/v1/stops/lift").status == 409  # nobody has asked
    assert city.as_("reviewer").post("/v1/stops/ask", {"reason": "已核对"}).status == 200
    assert city.as_("admin").post("/v1/stops/lift").json()["state"] == "lifted"
    assert city.as_("auditor").get("/v1/stops").json()[0]["state"] == "lifted"
    plan = city.as_("auditor").post("/v1/campaigns/plan", {"policy": "default"})
    assert (plan.status, plan.json()["campaign"]) == (200, None)
    assert city.as_("auditor").post("/v1/campaigns/plan", {"policy": "none"}).status == 422
