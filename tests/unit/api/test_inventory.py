"""The inventory and its syncs through the API."""

from __future__ import annotations

from uuid import uuid4

from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, ObjectStatus, Source
from cloudctl.ports.context import platform
from cloudctl.services import syncs
from tests.unit.api.conftest import City, health


def count(city: City, *names: str) -> None:
    """What the cloud has, as a feed would tell it."""
    things = [
        CloudObject(
            kind=ObjectKind.SERVER, native_id=f"id-{number}", name=name, status=ObjectStatus.ACTIVE, vcpu=2,
            addresses=("10.0.0.1",), tenant_name="/legacy",
        )
        for number, name in enumerate(names)
    ]  # fmt: skip
    with city.installation.context.unit_of_work(platform("test")) as uow:
        census = Census("cloud-a", uow.inventory.known("cloud-a"))
        uow.inventory.write("cloud-a", census.take(things), source=Source.FULL)


def test_objects_are_listed_by_name_shown_and_have_a_history(city: City) -> None:
    count(city, "web-2", "web-1", "web%3", "db-1")
    auditor = city.as_("auditor")
    page = auditor.get("/v1/inventory?name=web-*&limit=1&tenant_name=/legacy").json()
    (first,) = page["items"]
    assert (first["name"], first["vcpu"], first["addresses"]) == ("web-1", 2, ["10.0.0.1"])
    assert first["stale"] == (health(city, "cloud-a") != "fresh")
    rest = auditor.get(f"/v1/inventory?name=web-*&tenant_name=/legacy&cursor={page['next']}").json()
    assert ([row["name"] for row in rest["items"]], rest["next"]) == (["web-2"], None)
    assert [row["name"] for row in auditor.get("/v1/inventory?name=web%253").json()["items"]] == ["web%3"]
    assert auditor.get("/v1/inventory?on_record=true&tenant_name=/legacy").json()["items"] == []
    assert len(auditor.get("/v1/inventory?on_record=false&tenant_name=/legacy").json()["items"]) == 4
    count(city, "web-2", "web-9", "web%3", "db-1")
    path = f"/v1/inventory/{first['id']}"
    assert auditor.get(path).json()["name"] == "web-9"
    (change,) = auditor.get(path + "/changes").json()["items"]
    assert (change["fields"], change["who"], change["source"]) == ({"name": ["web-1", "web-9"]}, None, "full")
    for wrong in ("colour=red", "limit=0", "cursor=x", "stale=perhaps"):
        assert auditor.get(f"/v1/inventory?{wrong}").status == 422, wrong
    assert auditor.get(f"/v1/inventory/{uuid4()}").status == 404
    assert auditor.get(f"/v1/inventory/{uuid4()}/changes").status == 404


def test_a_department_sees_what_is_on_its_record_only(city: City) -> None:
    count(city, "by-hand")
    assert city.as_("officer").get("/v1/inventory?name=by-hand").json()["items"] == []
    (row,) = city.as_("operator").get("/v1/inventory?name=by-hand").json()["items"]
    assert city.as_("officer").get(f"/v1/inventory/{row['id']}").status == 404
    assert city.as_("officer").get(f"/v1/inventory/{row['id']}/changes").status == 404


def test_a_sync_is_asked_for_and_followed(city: City) -> None:
    operator = city.as_("operator")
    # Believed: what other tests have put into this city may be gone from its cloud.
    form = {"mode": "full", "believed": True}
    asked = operator.post("/v1/clouds/cloud-a/sync", form, idempotency_key="sync-once")
    assert (asked.status, asked.json()["state"], asked.json()["mode"]) == (202, "asked", "full")
    again = operator.post("/v1/clouds/cloud-a/sync", form, idempotency_key="sync-once")
    assert (again.body, again.headers["idempotent-replayed"]) == (asked.body, "true")
    syncs.run_due(city.installation.context, platform("test"), "cloud-a")
    done = operator.get(f"/v1/syncs/{asked.json()['id']}").json()
    assert (done["state"], done["error"]) == ("clean", None)
    assert done["id"] in {row["id"] for row in operator.get("/v1/syncs?cloud=cloud-a&state=clean").json()["items"]}
    (cloud,) = [row for row in city.as_("officer").get("/v1/clouds").json()["items"] if row["code"] == "cloud-a"]
    assert cloud["health"] == "fresh"
    assert cloud["age_s"] >= 0
    text = city.client.using(None).get("/metrics").body.decode()
    assert 'cloudctl_sync_age_seconds{cloud="cloud-a"}' in text
    assert 'cloudctl_inventory_objects{cloud="cloud-a",kind="image",state="missing"} 0.0' in text


def test_who_may_not_and_what_is_wrong(city: City) -> None:
    assert city.as_("auditor").post("/v1/clouds/cloud-a/sync", {}).status == 403
    assert city.as_("officer").get("/v1/syncs").status == 403
    assert city.as_("operator").post("/v1/clouds/moon/sync", {}).status == 404
    refused = city.as_("operator").post("/v1/clouds/cloud-a/sync", {"mode": "half"})
    assert (refused.status, refused.json()["field"]) == (422, "mode")
