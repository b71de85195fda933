"""`cloudctl checks|incidents|maintenance`: what they ask for, and what people read."""

from __future__ import annotations

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
WORDS = {"en": "host-1: the check front-page answers 500 and not 200.", "zh_CN": "500"}
CHECK = {
    "id": KEY, "app_id": KEY, "app": "fgw-site", "department_id": KEY, "name": "front-page", "kind": "http",
    "target": "https://fgw-site.apps.test/", "every_s": 60, "promise": 9950, "state": "failing", "cause": "outage",
    "words": WORDS, "in_a_row": 3, "since": "2026-11-22T00:00:00Z", "looked_at": "2026-11-22T00:03:00Z",
    "milliseconds": 12, "certificate_until": None, "created_at": "2026-11-22T00:00:00Z", "version": 4,
}  # fmt: skip
RESULT = {
    "id": KEY, "check_id": KEY, "check": "front-page", "app_id": KEY, "app": "fgw-site", "department_id": KEY,
    "well": True, "cause": None, "words": {"en": "It answers.", "zh_CN": "有应答"},
    "begun_at": "2026-11-01T00:00:00Z", "until_at": "2026-11-22T00:00:00Z", "looks": 30240, "slowest_ms": 412,
    "created_at": "2026-11-01T00:00:00Z",
}  # fmt: skip
APP = {
    "id": KEY, "code": "fgw-site", "name": "门户", "department_id": KEY, "department": "fgw", "promise": 9950,
    "share": 9947, "kept": False, "measured_s": 86400, "planned_s": 3600, "counted_s": 82800, "down_s": 444,
}  # fmt: skip
DEPARTMENT = {
    "id": KEY, "code": "fgw", "apps": 1, "kept": 0, "broken": 1, "share": 9947, "counted_s": 82800, "down_s": 444,
}  # fmt: skip
MONTH = {
    "month": "2026-11", "since": "2026-10-31T16:00:00Z", "until": "2026-11-22T00:00:00Z", "apps": [APP],
    "departments": [DEPARTMENT],
}  # fmt: skip


def test_a_list_says_what_was_seen(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/checks", {"items": [CHECK], "next": None})
    ended = logged_in("checks", "list", "--state", "failing")
    assert ended.code == 0, ended.err
    assert "answers 500" in ended.out
    assert "failing" in ended.out
    assert api.asked[-1].query["state"] == "failing"


def test_history_is_asked_by_the_application(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/check-results", {"items": [RESULT], "next": None})
    ended = logged_in("checks", "history", "fgw-site")
    assert api.asked[-1].query["app"] == "fgw-site"
    assert "30,240" in ended.out or "30240" in ended.out


def test_availability_stands_beside_the_promise(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/availability", MONTH)
    by_app = logged_in("checks", "availability", "--month", "2026-11", "--by-app").out
    assert api.asked[-1].query == {"month": "2026-11"}
    assert "99.47" in by_app
    assert "99.50" in by_app
    assert "99.47" in logged_in("checks", "availability").out


def test_incidents_are_listed(logged_in: Cloudctl, api: FakeApi) -> None:
    row = {
        "id": KEY, "app_id": KEY, "app": "fgw-site", "department_id": KEY, "cause": "certificate_expired",
        "checks": ["certificate"], "words": WORDS, "state": "open", "begun_at": "2026-11-22T00:00:00Z",
        "opened_at": "2026-11-22T00:02:00Z", "closed_at": None, "created_at": "2026-11-22T00:02:00Z", "version": 1,
    }  # fmt: skip
    api.on("GET", "/v1/incidents", {"items": [row], "next": None})
    assert "certificate expired" in logged_in("incidents", "list").out


def test_maintenance_is_planned_and_cancelled(logged_in: Cloudctl, api: FakeApi) -> None:
    window = {
        "id": KEY, "name": "补丁", "starts_at": "2027-03-06T14:00:00Z", "ends_at": "2027-03-06T18:00:00Z",
        "zones": ["extranet"], "apps": [], "reason": "补丁", "planned_by": KEY, "created_at": "2026-11-22T00:00:00Z",
        "cancelled_at": None, "version": 1,
    }  # fmt: skip
    api.on("POST", "/v1/maintenance", Reply(201, window))
    api.on("DELETE", f"/v1/maintenance/{KEY}", window)
    ended = logged_in(
        "maintenance", "plan", "--name", "补丁", "--from", "2027-03-06T22:00:00+08:00", "--until",
        "2027-03-07T02:00:00+08:00", "--zone", "extranet", "--reason", "补丁",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert api.asked[-1].body["zones"] == ["extranet"]
    assert logged_in("maintenance", "cancel", KEY).code == 0
