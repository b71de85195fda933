from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from api.main import create_app
from cloudctl.ports.context import REQUEST_ID
from tests.unit.api.client import Client
from tests.unit.api.conftest import City


@pytest.mark.parametrize("authorization", ["", "Basic abc", "Bearer", "Bearer   ", "Bearer cctl_unknown"])
def test_no_usable_token_is_401_before_the_body_is_looked_at(city: City, authorization: str) -> None:
    answer = city.client.using(None).request("POST", "/v1/orders", body=b"{not json", authorization=authorization)
    assert (answer.status, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_token_ends_at_once(city: City) -> None:
    issued = city.made("officer", f"/v1/accounts/{city.ids['officer']}/tokens", {"name": f"short-{uuid4()}"})
    mine = city.client.using(issued["secret"])
    assert mine.get("/v1/me").status == 200
    assert city.as_("officer").delete(f"/v1/tokens/{issued['id']}").json()["revoked_at"] is not None
    assert mine.get("/v1/me").status == 401


def test_an_expired_token_is_401(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    later = datetime.now(UTC) + timedelta(days=366)
    monkeypatch.setattr(type(city.installation.context.clock), "now", lambda self: later)
    assert city.as_("officer").get("/v1/me").status == 401


def test_a_switched_off_account_is_401(city: City) -> None:
    city.person("leaver", "auditor")
    assert city.as_("leaver").get("/v1/me").status == 200
    assert city.as_("admin").patch(f"/v1/accounts/{city.ids['leaver']}", {"active": False}).status == 200
    assert city.as_("leaver").get("/v1/me").status == 401


def test_the_answer_is_in_the_language_asked_for_else_in_the_accounts(city: City) -> None:
    for language, expected in (("en", "en"), ("zh", "zh-CN"), ("fr, en;q=0.5", "en"), (None, "zh-CN")):
        answer = city.as_("officer", language).get(f"/v1/orders/{uuid4()}")
        assert answer.headers["content-language"] == expected
    city.as_("admin").patch(f"/v1/accounts/{city.ids['auditor']}", {"locale": "en"})
    assert city.as_("auditor", None).get(f"/v1/orders/{uuid4()}").headers["content-language"] == "en"


def test_a_body_over_the_limit_is_413_whether_or_not_it_says_so(city: City) -> None:
    small = create_app(city.installation.context, largest_body=1000)
    with Client(small, city.tokens["officer"]) as client:
        told = client.post("/v1/orders", {"title": "x" * 2000})
        assert (told.status, told.json()["code"]) == (413, "body-too-large")
        untold = client.request(
            "POST", "/v1/orders", body=json.dumps({"title": "x" * 2000}).encode(), content_length=""
        )
        assert (untold.status, untold.json()["code"]) == (413, "body-too-large")


def test_what_nobody_caught_is_500_and_tells_nothing(city: City, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(city.installation.context)

    def broken() -> None:
        raise RuntimeError("the password is hunter2")

    app.add_api_route("/broken", broken)
    with Client(app) as client:
        answer = client.get("/broken", x_request_id="r-500")
    assert (answer.status, answer.json()["code"]) == (500, "internal")
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "r-500"
    assert b"hunter2" not in answer.body
    assert "hunter2" in caplog.text


def test_log_lines_of_a_request_know_its_id(city: City) -> None:
    app = create_app(city.installation.context)
    seen: list[str | None] = []
    app.add_api_route("/seen", lambda: seen.append(REQUEST_ID.get()))
    with Client(app) as client:
        client.get("/seen", x_request_id="r-1")
    assert seen == ["r-1"]
    assert REQUEST_ID.get() is None
