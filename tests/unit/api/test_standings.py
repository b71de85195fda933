"""Evidence, indicators, cases and standings over HTTP: the whole way from a lie to its closure."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from cloudctl.domain.rooms import Room, RoomStatus
from cloudctl.ports.context import platform
from tests.unit.api.conftest import City

PHOTO = b"\xff\xd8\xff\xe0 a photo of "


def room(city: City, code: str, status: RoomStatus = RoomStatus.CLOSED) -> str:
    with city.installation.context.unit_of_work(platform("test")) as uow:
        made = Room(
            code=code, name="机房", department_id=city.uuid("fgw"), status=status, area_m2=60.0,
            closed_on=uow.now.date() if status is RoomStatus.CLOSED else None, created_at=uow.now,
        )  # fmt: skip
        uow.rooms.add(made)
    return str(made.id)


def seen(city: City, key: str, kind: str, who: str = "officer", **value: int) -> Any:
    body = {"subject_kind": "room", "subject_id": key, "kind": kind, "value": value}
    return city.made(who, "/v1/evidence", body)


def photo(city: City, key: str, kind: str, mark: str, subject: str = "room") -> Any:
    query = urlencode({"subject_kind": subject, "subject_id": key, "kind": kind, "name": "a.jpg"}, quote_via=quote)
    answer = city.as_("officer").request("POST", f"/v1/evidence/files?{query}", body=PHOTO + mark.encode())
    assert answer.status == 201, answer.body
    return answer.json()


def standing(city: City, key: str, who: str = "auditor") -> Any:
    return city.as_(who).get(f"/v1/rooms/{key}/standing").json()


def test_from_a_lie_to_a_case_to_its_closure(city: City) -> None:
    key = room(city, "fgw-lie")
    for kind, value in (("power_reading", {"it_power_w": 4200}), ("circuits_cut", {"circuits_left": 0})):
        seen(city, key, kind, **value)
    for who in ("officer", "head"):
        seen(city, key, "sign_off", who)
    photo(city, key, "photo", "lie-room")
    handed_in = photo(city, key, "meter_photo", "lie-meter")
    told = standing(city, key)
    assert (told["claimed"], told["verified"], told["lies"]) == ("closed", "contradicted", ["power_on"])
    assert {point["side"] for point in told["points"]} == {"for", "against"}
    (listed,) = [
        one for one in city.as_("auditor").get("/v1/evidence/contradictions").json() if one["code"] == "fgw-lie"
    ]
    assert (listed["subject_kind"], listed["claimed"], listed["signs"], listed["case"]) == (
        "room", "closed", ["power_on"], None,
    )  # fmt: skip
    foreign = city.as_("stranger").get("/v1/evidence/contradictions").json()
    assert "fgw-lie" not in {one["code"] for one in foreign}
    refused = city.as_("officer").get("/v1/evidence/contradictions?date=2020-01-01")
    assert (refused.status, refused.json()["field"]) == (422, "date")
    content = city.as_("auditor").get(f"/v1/evidence/{handed_in['id']}/content")
    assert content.body == PHOTO + b"lie-meter"

    lies = {"subject_kind": "room", "subject_id": key}
    case, same = (city.as_("reviewer").post("/v1/cases/lies", lies, idempotency_key="lies").json() for _ in range(2))
    assert case == same
    assert case["number"].startswith("督办〔")
    assert "4200 瓦" in case["reason"]
    path = f"/v1/cases/{case['id']}"
    city.made("officer", f"{path}/prove", {"proof": "已断电"})
    refused = city.as_("reviewer").post(f"{path}/close", {})
    assert (refused.status, refused.json()["field"]) == (409, "proof")
    photo(city, case["id"], "case_proof", "proof", subject="case")
    for _ in range(2):
        closed = city.as_("reviewer").post(f"{path}/close", {"reason": "核实"}, idempotency_key="close")
        assert closed.json()["state"] == "closed", closed.body
    assert city.as_("officer").get(path).json()["closing"] == "核实"
    listed = city.as_("officer").get("/v1/evidence?subject_kind=case").json()["items"]
    assert [row["subject"] for row in listed if row["subject_id"] == case["id"]] == [case["number"]]


def test_indicators_have_counts_definition_exclusions_and_time(city: City) -> None:
    room(city, "fgw-r1", RoomStatus.IN_USE)
    rows = city.as_("auditor").get("/v1/indicators?scope=city_departments").json()
    told = next(row for row in rows if row["name"] == "centralisation-rooms")
    assert told["denominator"] >= 1
    assert told["share"] == told["numerator"] / told["denominator"]
    assert (told["version"], told["in_force"], told["scope"]) == (1, True, "city_departments")
    assert {one["name"] for one in told["excluded"]} == {"carrier-rooms", "planned-rooms", "shared-rooms"}
    assert told["formula"]["zh_CN"]
    own = city.as_("officer").get("/v1/indicators/centralisation-rooms").json()
    assert [row["scope"] for row in own] == [
        city.as_("auditor").get(f"/v1/departments/{city.ids['fgw']}").json()["code"]
    ]


def test_scopes_dates_and_names_that_cannot_be_are_refused(city: City) -> None:
    asked = {
        "/v1/indicators?date=2999-01-01": (422, "date"),
        "/v1/indicators?date=yesterday": (422, "date"),
        "/v1/indicators?scope=nowhere": (404, None),
        "/v1/indicators/no-such": (404, None),
        "/v1/consolidation/status?date=2999-01-01": (422, "date"),
    }
    for path, (status, field) in asked.items():
        answer = city.as_("auditor").get(path)
        assert (answer.status, answer.json().get("field")) == (status, field), path
    assert city.as_("officer").get("/v1/indicators?scope=all").status == 403
    assert city.as_("officer").get("/v1/indicators/centralisation-rooms/days").status == 403


def test_status_and_ranking_show_their_parts(city: City) -> None:
    key = room(city, "fgw-again", RoomStatus.REOPENED)
    told = city.as_("auditor").get("/v1/consolidation/status").json()
    assert key in {row["id"] for row in told["rooms"] if row["reopened"]}
    assert {row["noun"] for row in told["claimed"]} == {"rooms", "systems"}
    assert {row["name"] for row in told["indicators"]} >= {"centralisation-rooms", "centralisation-systems"}
    places = city.as_("auditor").get("/v1/consolidation/ranking").json()
    assert {part["name"] for part in places[0]["parts"]} == {
        "systems_on_platform", "rooms_closed", "data_provided", "cases_on_time",
    }  # fmt: skip
    assert all(row["score"] is None or 0 <= row["score"] <= 100 for row in places)


def test_the_same_photo_twice_with_one_key_is_kept_once(city: City) -> None:
    key = room(city, "fgw-once")
    path = f"/v1/evidence/files?subject_kind=room&subject_id={key}&kind=photo&name=a.jpg"
    headers = {"idempotency_key": "one-photo"}
    first, second = (
        city.as_("officer").request("POST", path, body=PHOTO + b"once", **headers).json() for _ in range(2)
    )
    assert first["id"] == second["id"]
    assert UUID(first["id"])


def test_a_sign_off_is_a_persons(city: City) -> None:
    key = room(city, "fgw-alone")
    for _ in range(2):
        seen(city, key, "sign_off")
    told = standing(city, key)
    assert told["lies"] == ["same_person"]
    assert [point["side"] for point in told["points"] if point["question"] == "sign_off"] == ["void", "missing"]
