"""Checks, maintenance, availability and the status page as the API shows them."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.api.conftest import City


def window(city: City, hours: float, **changes: object) -> dict[str, object]:
    starts_at = city.installation.context.clock.now() + timedelta(hours=hours)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
    return {"name": "补丁", "reason": "系统补丁", "zones": ["extranet"], **times, **changes}


def test_a_window_is_planned_shown_and_cancelled(city: City) -> None:
    made = city.made("operator", "/v1/maintenance", window(city, 2))
    assert (made["zones"], made["cancelled_at"]) == (["extranet"], None)
    rows = city.as_("officer").get("/v1/maintenance").json()["items"]
    assert made["id"] in [row["id"] for row in rows]
    planned = city.as_("officer").get("/v1/status").json()["maintenance"]
    assert made["id"] in [one["id"] for one in planned]
    gone = city.as_("operator").delete(f"/v1/maintenance/{made['id']}")
    assert gone.status == 200
    assert gone.json()["cancelled_at"]


def test_the_same_key_plans_once(city: City) -> None:
    sent = window(city, 5)
    first, second = (city.as_("operator").post("/v1/maintenance", sent, idempotency_key="window-1") for _ in range(2))
    assert first.status == 201
    assert first.json() == second.json()


def test_what_cannot_be_names_the_field(city: City) -> None:
    for changes, field in (
        (window(city, -2), "starts_at"),
        (window(city, 2, ends_at="2020-01-01T00:00:00Z"), "ends_at"),
        (window(city, 2, zones=["nowhere"]), "zones"),
    ):
        answer = city.as_("operator").post("/v1/maintenance", changes)
        assert answer.status in {404, 422}
        assert answer.json()["field"] == field
    assert city.as_("officer").get("/v1/availability?month=2199-01").json()["field"] == "month"


def test_only_operations_plan(city: City) -> None:
    assert city.as_("officer").post("/v1/maintenance", window(city, 2)).status == 403
    assert city.as_("auditor").post("/v1/maintenance", window(city, 2)).status == 403


def test_lists_and_figures_are_there_before_anything_was_seen(city: City) -> None:
    for path in ("/v1/checks", "/v1/check-results", "/v1/incidents"):
        assert city.as_("stranger").get(path).json()["items"] == []
    month = city.as_("stranger").get("/v1/availability").json()
    assert (month["apps"], month["departments"]) == ([], [])
    assert city.as_("stranger").get("/v1/status").json()["incidents"] == []
