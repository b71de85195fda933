from __future__ import annotations

from tests.unit.api.conftest import City


def test_policies_are_shown_with_their_texts(city: City) -> None:
    policies = city.as_("officer").get("/v1/policies").json()
    assert policies
    for policy in policies:
        assert {"name", "version", "when", "effect", "reason", "way_out"} <= set(policy)
        assert set(policy["reason"]) == {"zh_CN", "en"}


def test_an_order_is_explained_and_stays_as_it_is(city: City) -> None:
    order = city.made("officer", "/v1/orders?submit=true", city.form())
    found = city.as_("reviewer").post("/v1/policies/explain", {"order_id": order["id"]})
    assert found.status == 200, found.body
    assert found.json()["cloud"] == "cloud-a"
    assert {finding["rule"] for finding in found.json()["findings"]} == {f["rule"] for f in order["findings"]}
    assert city.as_("officer").get(f"/v1/orders/{order['id']}").json() == order


def test_an_explained_draft_stays_as_it_is(city: City) -> None:
    order = city.order()
    assert city.as_("reviewer").post("/v1/policies/explain", {"order_id": order["id"]}).status == 200
    assert city.as_("officer").get(f"/v1/orders/{order['id']}").json() == order


def test_an_exemption_is_granted_listed_and_revoked(city: City) -> None:
    rule = next(policy for policy in city.as_("admin").get("/v1/policies").json() if policy["exemptable"])
    body = {"rule": rule["name"], "department_id": city.ids["fgw"], "reason": "整改期间", "ends_on": city.today(60)}
    granted = city.made("admin", "/v1/exemptions", body)
    assert granted["ends_on"] == city.today(60)
    own = city.as_("officer").get("/v1/exemptions").json()["items"]
    assert granted["id"] in {row["id"] for row in own}
    assert granted["id"] not in {row["id"] for row in city.as_("stranger").get("/v1/exemptions").json()["items"]}
    revoked = city.as_("admin").delete(f"/v1/exemptions/{granted['id']}?reason=done")
    assert revoked.json()["revoked_at"] is not None
    late = city.as_("admin").post("/v1/exemptions", {**body, "ends_on": city.today(800)})
    assert (late.status, late.json()["field"]) == (422, "ends_on")
