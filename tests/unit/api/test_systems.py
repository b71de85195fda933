"""The register of systems over HTTP: every field, lists of a day, histories, what runs out, what is hardly right."""

from __future__ import annotations

from typing import Any

import pytest

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.surveys import REGISTER_FIELDS
from tests.unit.api.conftest import City

VALUES: dict[str, Any] = {
    "text": "说明", "code": "某公司", "url": "https://oa.example.gov.cn", "whole": 3, "fen": 1200, "yes": True,
}  # fmt: skip


def created(city: City, **fields: Any) -> Any:
    given = {"code": f"c{new_id().hex[-10:]}", "name": "OA", "mlps_level": 2, "no_state_secrets": True}
    return city.made("officer", "/v1/systems", given | fields)


def test_every_field_is_taken_changed_and_shown(city: City) -> None:
    fields = [field for field in REGISTER_FIELDS if field.kind in VALUES and not field.required]
    sent = {field.name: VALUES[field.kind] for field in fields} | {"crypto_level": 2, "mlps_level": 3}
    days = [field.name for field in REGISTER_FIELDS if field.kind == "day"]
    sent |= dict.fromkeys(days, "2026-01-31")
    sent |= {field.name: field.options[0].code for field in REGISTER_FIELDS if field.options and not field.required}
    one = created(city, **sent)
    assert {name: one[name] for name in sent} == sent
    changes: dict[str, Any] = {name: None for name in sent if name not in {"mlps_level", "xinchuang"}}
    answer = city.as_("officer").patch(f"/v1/systems/{one['id']}", changes | {"xinchuang": False})
    assert answer.status == 200, answer.body
    assert {name: answer.json()[name] for name in changes} == changes


def test_all_wrong_fields_are_told_at_once_and_nothing_is_kept(city: City) -> None:
    bad = {
        "code": "bad-1", "name": "OA", "mlps_level": 9, "no_state_secrets": True, "yearly_cost_fen": -1,
        "user_count": "１２", "use_frequency": "often", "approved_on": "31.1.2026",
        "department_id": "x", "colour": "red",
    }  # fmt: skip
    answer = city.as_("officer").post("/v1/systems", bad)
    assert answer.status == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        "mlps_level", "yearly_cost_fen", "user_count", "use_frequency", "approved_on", "department_id", "colour",
    }  # fmt: skip
    assert city.as_("officer").get("/v1/systems?code=bad-1").json()["items"] == []


def test_what_ends_has_a_day_and_a_successor(city: City) -> None:
    one = created(city)
    for field, changes in (
        ("status_on", {"status": "retired"}),
        ("merged_into_id", {"status": "merged", "status_on": "2026-01-31"}),
    ):
        answer = city.as_("officer").patch(f"/v1/systems/{one['id']}", changes)
        assert (answer.status, answer.json()["field"]) == (422, field)
        assert answer.json()["way_out"]


def test_what_is_hardly_right_is_said_in_both_languages(city: City) -> None:
    one = created(city, approved_on="2026-01-31", built_on="2020-01-31")
    (doubt,) = one["doubts"]
    assert doubt["field"] == "built_on"
    assert set(doubt["words"]) == set(doubt["way_out"]) == {"zh_CN", "en"}
    assert one["lacks"] == ["function", "user_scope", "use_frequency", "approved_by", "funding_source"]


def test_a_list_of_a_day_and_a_history(city: City) -> None:
    one = created(city)
    city.as_("officer").patch(f"/v1/systems/{one['id']}", {"name": "OA 2", "status": "migrating"})
    listed = city.as_("officer").get(f"/v1/systems?code={one['code']}&as_of={city.today()}").json()["items"]
    assert [(row["name"], row["status"], row["incomplete"]) for row in listed] == [("OA 2", "migrating", True)]
    assert city.as_("officer").get(f"/v1/systems?code={one['code']}&as_of=2020-01-01").json()["items"] == []
    for day in (city.today(1), "yesterday"):
        answer = city.as_("officer").get(f"/v1/systems?as_of={day}")
        assert (answer.status, answer.json()["field"]) == (422, "as_of")
    page = city.as_("officer").get(f"/v1/systems/{one['id']}/history?limit=1").json()
    (newest,) = page["items"]
    assert (newest["version"], newest["by_name"]) == (2, "officer")
    assert newest["changes"] == {"name": ["OA", "OA 2"], "status": ["in_use", "migrating"]}
    rest = city.as_("officer").get(f"/v1/systems/{one['id']}/history?cursor={page['next']}").json()
    assert ([version["version"] for version in rest["items"]], rest["next"]) == ([1], None)
    assert city.as_("officer").get(f"/v1/systems/{one['id']}/history?name=x").status == 422
    assert city.as_("officer").get(f"/v1/systems/{one['id']}/history?cursor=x").status == 422


def test_what_runs_out_goes_on_page_after_page(city: City) -> None:
    one = created(city, mlps_due_on=city.today(-1), icp_due_on=city.today(20), contract_ends_on=city.today(200))
    path = f"/v1/systems/due?system_id={one['id']}&limit=1"
    first = city.as_("officer").get(path).json()
    second = city.as_("officer").get(f"{path}&cursor={first['next']}").json()
    lines = [(row["matter"], row["days_left"]) for row in (*first["items"], *second["items"])]
    assert (lines, second["next"]) == ([("mlps", -1), ("icp", 20)], None)
    far = city.as_("officer").get(f"/v1/systems/due?system_id={one['id']}&days_left=365").json()["items"]
    assert [row["matter"] for row in far] == ["mlps", "icp", "contract"]
    for bad in ("days_left=-1", "days_left=x", "cursor=x", "limit=0", "colour=red"):
        assert city.as_("officer").get(f"/v1/systems/due?{bad}").status == 422


def test_dependencies_are_put_on_record_once_and_a_circle_is_refused(city: City) -> None:
    one, other = created(city), created(city)
    body = {"system_id": one["id"], "on_id": other["id"], "kind": "data"}
    made = city.made("officer", "/v1/dependencies", body)
    assert city.as_("officer").post("/v1/dependencies", body).status == 409
    circle = city.as_("officer").post("/v1/dependencies", {"system_id": other["id"], "on_id": one["id"]})
    assert (circle.status, circle.json()["field"]) == (409, "on_id")
    assert f"{other['code']} -> {one['code']} -> {other['code']}" in circle.json()["detail"]
    listed = city.as_("officer").get(f"/v1/dependencies?system_id={one['id']}").json()["items"]
    assert [(row["system"], row["on"], row["kind"]) for row in listed] == [(one["code"], other["code"], "data")]
    assert city.as_("officer").delete(f"/v1/dependencies/{made['id']}").status == 200
    assert city.as_("officer").get(f"/v1/dependencies/{made['id']}").status == 404


@pytest.mark.parametrize("who", ["stranger", "auditor"])
def test_who_may_not_write_them(city: City, who: str) -> None:
    one = created(city)
    assert city.as_(who).patch(f"/v1/systems/{one['id']}", {"name": "mine"}).status in {403, 404}
    assert city.as_(who).post("/v1/dependencies", {"system_id": one["id"], "on_id": str(new_id())}).status in {403, 404}
