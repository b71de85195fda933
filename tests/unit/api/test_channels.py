"""Channels, preferences and single notices through the API."""

from __future__ import annotations

from cloudctl.domain.notices import Notice
from cloudctl.ports.context import platform
from tests.unit.api.conftest import City

DEFAULTS = {
    "channels": ["mail"], "addressed": [], "quiet_from": None, "quiet_to": None, "digest": "none",
    "digest_at": "08:30", "muted": [],
}  # fmt: skip


def test_one_says_what_one_wants_and_the_admin_may_too(city: City) -> None:
    city.person("wanting", "auditor")
    me = city.as_("wanting").get("/v1/me/notifications")
    assert me.json() == DEFAULTS | {"account_id": city.ids["wanting"], "version": 0}
    assert me.headers["etag"] == '"0"'
    wanted = {"quiet_from": "22:00", "quiet_to": "07:00", "digest": "daily", "muted": ["order_delivered"]}
    put = city.as_("wanting").request("PUT", "/v1/me/notifications", payload=wanted, if_match='"0"')
    assert put.json() == DEFAULTS | wanted | {"account_id": city.ids["wanting"], "version": 1}
    path = f"/v1/accounts/{city.ids['wanting']}/notifications"
    assert city.as_("admin").get(path).json() == put.json()
    stale = city.as_("admin").request("PUT", path, payload={}, if_match='"0"')
    assert (stale.status, stale.json()["code"]) == (412, "stale")
    assert city.as_("admin").request("PUT", path, payload={}).json()["quiet_from"] is None
    assert city.as_("officer").get(path).status == 403


def test_what_is_wrong_is_told_by_its_field(city: City) -> None:
    for payload, field in (
        ({"channels": ["pigeon"]}, "channels"),
        ({"quiet_from": "25:00", "quiet_to": "07:00"}, "quiet_from"),
        ({"digest": "weekly"}, "digest"),
        ({"muted": ["order_rejected"]}, "muted"),
        ({"unknown": 1}, "unknown"),
    ):
        answer = city.as_("officer").request("PUT", "/v1/me/notifications", payload=payload)
        assert (answer.status, answer.json()["field"]) == (422, field), answer.body


def test_the_channels_are_listed_and_tested(city: City) -> None:
    well = {"name": "mail", "kind": "log", "failing_since": None, "paused_until": None, "last_error": None}
    assert city.as_("officer").get("/v1/channels").json() == [well]
    assert city.as_("officer").post("/v1/channels/mail/test", {}).status == 403
    assert city.as_("operator").post("/v1/channels/mail/test", {}).json() == well
    assert city.as_("operator").post("/v1/channels/pigeon/test", {}).status == 404


def test_a_notice_is_shown_with_its_attempts_and_sent_again(city: City) -> None:
    with city.installation.context.unit_of_work(platform("test")) as uow:
        failed = Notice(
            recipient="a@b.cn", template="order_approved", params={"number": "1"}, due_at=uow.now, created_at=uow.now
        )
        failed.given_up("550 no such mailbox")
        uow.notices.add(failed)
    path = f"/v1/notices/{failed.id}"
    shown = city.as_("auditor").get(path).json()
    assert (shown["state"], shown["last_error"], shown["attempts"]) == ("failed", "550 no such mailbox", [])
    assert city.as_("officer").get(path).status == 403
    assert city.as_("operator").post(f"{path}/retry", {}).json()["state"] == "pending"
    again = city.as_("operator").post(f"{path}/retry", {})
    assert (again.status, again.json()["code"]) == (409, "transition-refused")
