"""Applications and blueprints as the API shows them."""

from __future__ import annotations

from tests.unit.api.conftest import City

FORM = {"blueprint": "department-site", "zone": "extranet", "no_state_secrets": True}


def test_blueprints_say_what_they_take(city: City) -> None:
    listed = city.as_("officer").get("/v1/blueprints").json()
    assert "department-site" in {one["name"] for one in listed}
    one = city.as_("officer").get("/v1/blueprints/department-site").json()
    assert {"title", "language"} <= {field["name"] for field in one["fields"]}
    assert one["releases"][-1]["version"] == "2.0.0"
    assert city.as_("officer").get("/v1/blueprints/nothing").status == 404


def test_an_application_is_asked_for_shown_and_withdrawn(city: City) -> None:
    made = city.made("officer", "/v1/apps", {**FORM, "code": "fgw-api", "name": "门户"})
    assert (made["state"], made["wanted"], made["release"]) == ("planned", "2.0.0", None)
    assert made["url"] == "https://fgw-api.apps.internal/"
    rows = city.as_("officer").get("/v1/apps?code=fgw-api").json()["items"]
    assert [row["id"] for row in rows] == [made["id"]]
    status = city.as_("officer").get(f"/v1/apps/{made['id']}/status").json()
    assert (status["app"]["id"], status["places"], status["backups"]) == (made["id"], [], [])
    assert [act["kind"] for act in status["acts"]] == ["deploy"]
    assert "password" not in city.as_("officer").get(f"/v1/apps/{made['id']}/status").body.decode()
    gone = city.as_("officer").post(f"/v1/apps/{made['id']}/withdraw", {})
    assert (gone.status, gone.json()["state"]) == (200, "retired")


def test_the_same_key_asks_once(city: City) -> None:
    sent = {**FORM, "code": "fgw-once"}
    first, second = (city.as_("officer").post("/v1/apps", sent, idempotency_key="once-1") for _ in range(2))
    assert first.status == 201
    assert first.json() == second.json()


def test_what_cannot_be_names_the_field_and_the_way_out(city: City) -> None:
    for changes, field in (
        ({"parameters": {"colour": "red"}}, "parameters.colour"),
        ({"release": "9.9.9"}, "release"),
        ({"no_state_secrets": None}, "no_state_secrets"),
        ({"exposed": True}, "exposed"),
    ):
        answer = city.as_("officer").post("/v1/apps", {**FORM, "code": "fgw-wrong", **changes})
        assert (answer.status, answer.json()["field"]) == (422, field), answer.body
        assert answer.json()["way_out"]


def test_only_who_may_asks_and_approves(city: City) -> None:
    assert city.as_("auditor").post("/v1/apps", {**FORM, "code": "fgw-no"}).status == 403
    made = city.made("officer", "/v1/apps", {**FORM, "code": "fgw-mine"})
    assert city.as_("officer").post(f"/v1/apps/{made['id']}/approve", {}).status == 403
    assert city.as_("stranger").get(f"/v1/apps/{made['id']}").status == 404
    for act, sent in (("upgrade", {}), ("prove", {}), ("renew", {}), ("scale", {"hosts": 2})):
        assert city.as_("stranger").post(f"/v1/apps/{made['id']}/{act}", sent).status == 404, act
    assert city.as_("officer").post(f"/v1/apps/{made['id']}/scale", {"hosts": 0}).status == 422


def test_a_list_of_departments_is_one_answer(city: City) -> None:
    sent = {**FORM, "code": "list", "departments": ["fgw", "czj"]}
    first = city.as_("admin").post("/v1/apps/each", sent).json()["items"]
    assert [(row["code"], row["new"]) for row in first] == [("fgw-list", True), ("czj-list", True)]
    again = city.as_("admin").post("/v1/apps/each", sent).json()["items"]
    assert [(row["id"], row["new"]) for row in again] == [(row["id"], False) for row in first]
    assert again[0]["note"]["en"] == "It is there already."


def test_what_is_under_way_is_not_begun_again(city: City) -> None:
    made = city.made("officer", "/v1/apps", {**FORM, "code": "fgw-busy"})
    for act in ("backup", "renew"):
        answer = city.as_("officer").post(f"/v1/apps/{made['id']}/{act}", {})
        assert answer.status == 409, act
        assert "cloudctl apps status fgw-busy" in answer.json()["way_out"]
