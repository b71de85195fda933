"""From the decision to the arrival over HTTP: decide, plan, complete steps, forecast, explain; and what is refused."""

from __future__ import annotations

from uuid import uuid4

import pytest

from api.pagination import MOST_ROWS
from cloudctl.ports.context import platform
from cloudctl.services import waves
from tests.unit.api.conftest import City


def system(city: City, code: str) -> str:
    body = {"code": code, "name": code, "mlps_level": 2, "no_state_secrets": True}
    return str(city.made("officer", "/v1/systems", body)["id"])


def decide(city: City, key: str, verdict: str = "rehost", **more: object) -> object:
    return city.made("admin", "/v1/assessments", {"system_id": key, "verdict": verdict, "reason": "在用", **more})


def wave_of(city: City, system: str) -> int:
    """The number of the wave in which a system of the officer's moves; other tests plan in this city, too."""
    (number,) = {row["wave"] for row in city.as_("officer").get("/v1/moves").json()["items"] if row["system"] == system}
    return int(number)


@pytest.fixture(scope="module")
def planned(city: City) -> dict[str, str]:
    """Two systems that are decided on, one needing the other, in a kept plan."""
    keys = {code: system(city, code) for code in ("w-sso", "w-app")}
    for key in keys.values():
        decide(city, key)
    city.made("officer", "/v1/dependencies", {"system_id": keys["w-app"], "on_id": keys["w-sso"], "kind": "login"})
    plan = city.made("admin", "/v1/consolidation/plan", {})
    assert plan["kept"]
    return keys


def test_a_plan_has_a_reason_for_every_line(city: City, planned: dict[str, str]) -> None:
    told = city.made("admin", "/v1/consolidation/plan", {"dry_run": True})
    assert not told["kept"]
    assert told["shifts"] == []
    number = wave_of(city, "w-sso")
    places = {place["system"]: place for wave in told["waves"] for place in wave["places"]}
    assert places["w-app"]["words"][0]["en"] == f"It needs w-sso, which moves in wave {number}."
    assert all(place["words"] for place in places.values())
    assert places["w-sso"]["position"] < places["w-app"]["position"]
    assert wave_of(city, "w-app") == number
    steps = city.as_("officer").get(f"/v1/move-steps?system_id={planned['w-app']}").json()["items"]
    assert sorted(step["position"] for step in steps) == [1, 2, 3, 4, 5]
    assert city.as_("stranger").get("/v1/moves").json()["items"] == []
    waiting = city.as_("auditor").get(f"/v1/waves?limit={MOST_ROWS}&state=planned").json()["items"]
    assert number in {wave["number"] for wave in waiting}


def test_only_the_office_plans_and_decides(city: City, planned: dict[str, str]) -> None:
    assert city.as_("officer").post("/v1/consolidation/plan", {"dry_run": True}).status == 403
    assert city.as_("auditor").post("/v1/consolidation/plan", {}).status == 403
    body = {"system_id": planned["w-app"], "verdict": "keep", "reason": "r"}
    assert city.as_("officer").post("/v1/assessments", body).status == 403
    assert city.as_("officer").post("/v1/assessments/propose", {}).status == 403
    day = {"ready_on": "2027-01-04", "reason": "r"}
    assert city.as_("officer").put(f"/v1/departments/{city.ids['fgw']}/readiness", day).status == 403


def test_what_cannot_be_names_the_field_and_the_way_out(city: City, planned: dict[str, str]) -> None:
    for body, field in (
        ({"verdict": "postpone"}, "until"),
        ({"verdict": "merge"}, "successor"),
        ({"verdict": "keep", "until": "2027-01-01"}, "until"),
    ):
        answer = city.as_("admin").post("/v1/assessments", {"system_id": planned["w-app"], "reason": "r", **body})
        assert (answer.status, answer.json()["field"]) == (422, field)
        assert answer.json()["way_out"]
    assert city.as_("admin").post("/v1/consolidation/plan", {"starts_on": "2020-01-01"}).json()["field"] == "starts_on"
    assert (
        city.as_("admin").post("/v1/assessments", {"system_id": str(uuid4()), "verdict": "keep", "reason": "r"}).status
        == 404
    )


def test_the_same_key_plans_once(city: City, planned: dict[str, str]) -> None:
    key = str(uuid4())
    first = city.as_("admin").post("/v1/consolidation/plan", {}, idempotency_key=key)
    again = city.as_("admin").post("/v1/consolidation/plan", {}, idempotency_key=key)
    assert (first.status, again.status) == (200, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert first.body == again.body
    key = str(uuid4())
    proposed = [city.as_("admin").post("/v1/assessments/propose", {}, idempotency_key=key) for _ in range(2)]
    assert [answer.status for answer in proposed] == [200, 200]
    assert proposed[0].body == proposed[1].body


def test_steps_are_held_and_done_and_the_wave_shows_it(city: City, planned: dict[str, str]) -> None:
    installation, number = city.installation, wave_of(city, "w-sso")
    with installation.context.unit_of_work(platform("test")) as uow:
        (wave,) = [each for each in uow.waves.all() if each.number == number]
        first = uow.now.date()
        wave.starts_on = first  # its first day has come
    waves.follow_up(installation.context, platform("test"))
    path = f"/v1/waves/{wave.id}"
    assert city.as_("auditor").get(path).json()["health"] == "on_track"
    steps = city.as_("head").get(f"/v1/move-steps?system_id={planned['w-sso']}&kind=approve").json()["items"]
    step = f"/v1/move-steps/{steps[0]['id']}"
    assert city.as_("officer").post(f"{step}/complete", {}).status == 403
    assert city.as_("stranger").post(f"{step}/complete", {}).status == 404
    held = city.as_("head").post(f"{step}/hold", {"reason": "等密评"})
    assert (held.status, held.json()["state"]) == (200, "held")
    told = city.as_("auditor").get(path).json()
    assert (told["health"], told["signs"][0]["en"]) == (
        "blocked",
        "w-sso: the step “The head agrees to the dates” is held: 等密评",
    )
    assert city.as_("head").post(f"{step}/resume", {}).json()["state"] == "waiting"
    done = city.as_("head").post(f"{step}/complete", {"note": "同意"})
    assert (done.status, done.json()["state"]) == (200, "done")
    assert city.as_("head").post(f"{step}/complete", {}).status == 409
    found = city.as_("officer").get(f"/v1/systems/{planned['w-sso']}/explanation").json()
    assert (found["status"], found["state"], found["wave"]) == ("migrating", "running", number)
    assert [step["state"] for step in found["steps"]] == ["done", *["waiting"] * 4]
    assert found["needed_by"] == [{"code": "w-app", "standing": "moving"}]


def test_a_forecast_without_a_pace_says_so(city: City, planned: dict[str, str]) -> None:
    told = city.as_("auditor").get("/v1/consolidation/forecast").json()
    assert told["likely_on"] is None
    assert told["remaining"] >= len(planned)
    assert told["words"]["en"] == "No system has arrived yet: there is no pace to go by."


def test_a_merger_and_its_lineage(city: City) -> None:
    old, new = system(city, "m-old"), system(city, "m-new")
    path = f"/v1/systems/{old}/merge"
    assert city.as_("officer").post(path, {"into": "m-new", "reason": "r"}).status == 403
    assert city.as_("admin").post(path, {"into": "m-old", "reason": "r"}).json()["field"] == "into"
    merged = city.as_("admin").post(path, {"into": "m-new", "reason": "重复"})
    assert (merged.status, merged.json()["status"]) == (200, "merged")
    again = city.as_("admin").post(path, {"into": "m-new", "reason": "重复"})
    assert again.json()["version"] == merged.json()["version"]
    told = city.as_("officer").get(f"/v1/systems/{old}/lineage").json()
    assert [one["code"] for one in told["successors"]] == ["m-new"]
    told = city.as_("officer").get(f"/v1/systems/{new}/lineage").json()
    assert [one["code"] for one in told["merged"]] == ["m-old"]
    assert city.as_("stranger").get(f"/v1/systems/{new}/lineage").status == 404
