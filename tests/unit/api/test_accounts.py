from __future__ import annotations

from uuid import uuid4

from tests.unit.api.conftest import City


def test_a_secret_is_shown_once_and_a_repeat_is_409(city: City) -> None:
    path, body, key = f"/v1/accounts/{city.ids['officer']}/tokens", {"name": f"laptop-{uuid4()}"}, str(uuid4())
    first = city.as_("officer").post(path, body, idempotency_key=key)
    again = city.as_("officer").post(path, body, idempotency_key=key)
    assert (first.status, again.status, again.json()["code"]) == (201, 409, "already-issued")
    secret = first.json()["secret"]
    assert first.headers["cache-control"] == "no-store"
    assert city.client.using(secret).get("/v1/me").json()["name"] == "officer"
    listed = city.as_("officer").get(f"{path}?limit=500")
    assert first.json()["id"] in {row["id"] for row in listed.json()["items"]}
    for answer in (again, listed, city.as_("auditor").get("/v1/audit?limit=500")):
        assert secret not in answer.body.decode()


def test_scopes_narrow_a_token(city: City) -> None:
    narrow = {"name": f"reader-{uuid4()}", "scopes": ["orders:read"], "days": 1}
    issued = city.made("officer", f"/v1/accounts/{city.ids['officer']}/tokens", narrow)
    reader = city.client.using(issued["secret"])
    assert reader.get("/v1/orders").status == 200
    refused = reader.post("/v1/orders", city.form())
    assert (refused.status, refused.json()["code"]) == (403, "forbidden")
    assert reader.get("/v1/me").json()["permissions"] == ["orders:read"]


def test_me_is_sorted_and_complete(city: City) -> None:
    me = city.as_("officer").get("/v1/me").json()
    assert me["roles"] == ["department-officer"]
    assert me["permissions"] == sorted(me["permissions"])
    assert (me["account_id"], me["department_id"]) == (city.ids["officer"], city.ids["fgw"])


def test_accounts_are_kept_by_the_office(city: City) -> None:
    city.person("mover", "auditor")
    path = f"/v1/accounts/{city.ids['mover']}"
    assert city.as_("admin").patch(path, {"roles": ["operator"], "name": "新名"}).json()["roles"] == ["operator"]
    assert city.as_("admin").get(path).json()["name"] == "新名"
    assert city.as_("officer").get(path).status in {403, 404}
    assert city.as_("officer").get(f"/v1/accounts/{city.ids['officer']}").status == 200
    taken = city.as_("admin").post(
        "/v1/accounts", {"login": "mover", "name": "n", "email": "a@b", "roles": ["auditor"]}
    )
    assert (taken.status, taken.json()["code"]) == (409, "conflict")
    null = city.as_("admin").patch(path, {"name": None})
    assert (null.status, null.json()["field"]) == (422, "name")


def test_a_department_is_changed_in_parts(city: City) -> None:
    made = city.made("admin", "/v1/departments", {"code": "gaj", "name": "公安局", "level": "city"})
    path = f"/v1/departments/{made['id']}"
    child = city.as_("admin").patch(path, {"parent_id": city.ids["fgw"]}).json()
    assert (child["parent_id"], child["name"]) == (city.ids["fgw"], "公安局")
    assert city.as_("admin").patch(path, {"parent_id": None}).json()["parent_id"] is None
    assert city.as_("admin").patch(path, {"code": "other"}).json()["field"] == "code"
