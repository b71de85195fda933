from __future__ import annotations

import pytest

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
WANTED = {
    "account_id": KEY, "channels": ["mail"], "addressed": ["duty"], "quiet_from": None, "quiet_to": None,
    "digest": "none", "digest_at": "08:30", "muted": ["order_delivered"], "version": 3,
}  # fmt: skip
SENT = {name: WANTED[name] for name in ("channels", "quiet_from", "quiet_to", "digest", "digest_at", "muted")}


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        (("--digest", "daily", "--digest-at", "07:45"), {"digest": "daily", "digest_at": "07:45"}),
        (("--quiet", "22:00-07:00"), {"quiet_from": "22:00", "quiet_to": "07:00"}),
        (("--quiet", "off"), {}),
        (("--channel", "mail", "--channel", "duty"), {"channels": ["mail", "duty"]}),
        (("--address", "duty=138", "--address", "hook="), {"addresses": {"duty": "138", "hook": None}}),
        (("--mute", "none"), {"muted": []}),
        (("--mute", "order_submitted"), {"muted": ["order_submitted"]}),
    ],
)
def test_only_what_is_given_changes(
    logged_in: Cloudctl, api: FakeApi, given: tuple[str, ...], changes: dict[str, object]
) -> None:
    api.on("GET", "/v1/me/notifications", WANTED)
    api.on("PUT", "/v1/me/notifications", WANTED)
    assert logged_in("channels", "set", *given).code == 0
    (put,) = api.of("PUT", "/v1/me/notifications")
    assert put.body == SENT | changes
    assert put.headers["if-match"] == '"3"'


@pytest.mark.parametrize("given", [(), ("--quiet", "night"), ("--address", "138"), ("--digest", "weekly")])
def test_what_cannot_be_meant_is_refused_here(logged_in: Cloudctl, api: FakeApi, given: tuple[str, ...]) -> None:
    api.on("GET", "/v1/me/notifications", WANTED)
    assert logged_in("channels", "set", *given).code == 2
    assert api.of("PUT", "/v1/me/notifications") == []


def test_somebody_elses_by_login(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/accounts", {"items": [{"id": KEY, "login": "li"}], "next": None})
    api.on("GET", f"/v1/accounts/{KEY}/notifications", WANTED)
    ended = logged_in("channels", "show", "--account", "li")
    assert "Done without" in ended.out
    assert "order_delivered" in ended.out


def test_the_channels_and_a_test(logged_in: Cloudctl, api: FakeApi) -> None:
    down = {
        "name": "duty", "kind": "dingtalk", "failing_since": "2026-11-21T18:26:58Z", "paused_until": None,
        "last_error": "The server answered 500.",
    }  # fmt: skip
    api.on("GET", "/v1/channels", [down])
    api.on("POST", "/v1/channels/duty/test", Reply(409, {"title": "Conflict", "detail": "no keyword", "status": 409}))
    assert "2026-11-22 02:26" in logged_in("channels", "list").out
    refused = logged_in("channels", "test", "duty")
    assert refused.code != 0
    assert "no keyword" in refused.err


def test_a_notice_with_its_attempts(logged_in: Cloudctl, api: FakeApi) -> None:
    attempts = [{"at": "2026-11-21T18:26:58Z", "seconds": 0.25, "error": "450 mailbox busy"}]
    api.on("GET", f"/v1/notices/{KEY}", {"id": KEY, "state": "failed", "attempts": attempts})
    api.on("POST", f"/v1/notices/{KEY}/retry", {"id": KEY, "state": "pending", "attempts": attempts})
    shown = logged_in("notices", "show", KEY).out
    assert shown.index(KEY) < shown.index("450 mailbox busy")
    assert "mailbox busy" in logged_in("notices", "show", KEY, "-o", "json").out
    assert "pending" in logged_in("notices", "retry", KEY).out
