"""One order from the API to a running server, and what operators see of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.unit.api.conftest import City


@pytest.fixture(scope="module")
def delivered(city: City) -> Iterator[str]:
    """The id of an order that the worker has built; its stream was followed to the end of the build."""
    order = city.made("officer", "/v1/orders?submit=true", city.form())
    path = f"/v1/orders/{order['id']}"
    if city.as_("head").post(f"{path}/sign-off").json()["state"] == "signed_off":
        city.made("reviewer", f"{path}/approve", {"reason": "同意"})
    city.installation.start_worker()
    stream = city.as_("officer").stream(f"{path}/events")
    states = []
    while (event := stream.event(60)) and event["state"] != "delivered":
        states.append(event["state"])
        assert event["state"] not in {"failed", "attention"}, (event["text"], event["reason"])
    stream.close()
    assert states[0] == "submitted"
    assert "provisioning" in states
    yield str(order["id"])
    assert city.installation.stop_worker() == 0


def test_what_was_built_is_listed_and_shown(city: City, delivered: str) -> None:
    officer = city.as_("officer")
    servers = officer.get(f"/v1/servers?order_id={delivered}").json()["items"]
    assert [(row["name"], row["state"], row["power"]) for row in servers] == [("fgw-spt-app-1", "active", "on")]
    one = officer.get(f"/v1/servers/{servers[0]['id']}")
    assert one.json()["fixed_addresses"] == servers[0]["fixed_addresses"] != []
    assert "user_data" not in one.json()
    assert one.headers["etag"] == f'"{one.json()["version"]}"'
    for noun in ("volumes", "networks"):
        rows = officer.get(f"/v1/{noun}?order_id={delivered}").json()["items"]
        assert len(rows) == 1
        assert officer.get(f"/v1/{noun}/{rows[0]['id']}").status == 200
        assert officer.get(f"/v1/servers/{rows[0]['id']}").status == 404


def test_a_server_is_switched_opened_and_copied(city: City, delivered: str) -> None:
    officer = city.as_("officer")
    server = officer.get(f"/v1/servers?order_id={delivered}").json()["items"][0]["id"]
    stopped = officer.post(f"/v1/servers/{server}/stop", idempotency_key=str(uuid4()))
    assert (stopped.status, stopped.json()["power"]) == (200, "off")
    assert officer.post(f"/v1/servers/{server}/start").json()["power"] == "on"
    console = officer.post(f"/v1/servers/{server}/console")
    assert console.json()["url"]
    assert console.headers["cache-control"] == "no-store"
    assert officer.post(f"/v1/servers/{server}/snapshot", {"name": "before"}).status == 202
    restored = officer.post(f"/v1/servers/{server}/restore")
    assert (restored.status, restored.json()["code"]) == (409, "conflict")
    volume = officer.get(f"/v1/volumes?order_id={delivered}").json()["items"][0]["id"]
    assert officer.post(f"/v1/servers/{volume}/restore").status == 404


def test_operators_see_the_workflow_and_its_steps(city: City, delivered: str) -> None:
    listed = city.as_("operator").get("/v1/workflows?saga=provision_order&limit=200").json()
    assert f"{delivered}:1" in {row["id"] for row in listed}
    shown = city.as_("operator").get(f"/v1/workflows/{delivered}:1").json()
    assert shown["saga"] == "provision_order"
    assert shown["steps"]
    assert shown["created_at"].endswith("Z")
    assert city.as_("officer").get(f"/v1/workflows/{delivered}:1").status == 403


def test_only_what_is_parked_is_retried_or_rolled_back(city: City, delivered: str) -> None:
    for act in ("retry", "rollback"):
        for workflow in (delivered, f"{delivered}:1"):
            answer = city.as_("operator").post(f"/v1/workflows/{workflow}/{act}", {"reason": "r"})
            assert (answer.status, answer.json()["code"]) == (409, "transition-refused")
    assert city.as_("operator").post("/v1/workflows/purge:x/retry").status == 404
    assert city.as_("operator").post("/v1/workflows/no-such/resume").status == 404
    assert city.as_("operator").get("/v1/workflows/no-such").status == 404
