from __future__ import annotations

import json

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
WORDS = {"en": "It needs sso, which moves in wave 1.", "zh_CN": "依赖sso"}
PLAN = {
    "kept": False, "starts_on": "2027-01-04", "ends_on": "2027-01-15",
    "waves": [
        {
            "number": 1, "starts_on": "2027-01-04", "ends_on": "2027-01-15", "provisional": True, "systems": 2,
            "vcpu": 16, "memory_mib": 32768, "words": [], "places": [],
        }
    ],
    "blocked": [{"system": "old", "words": [WORDS]}],
    "shifts": [{"system": "app", "before": None, "after": 1}], "standings": {"undecided": 3},
}  # fmt: skip
STEP = {
    "id": KEY, "move_id": KEY, "position": 1, "kind": "approve", "name": {"en": "The head agrees", "zh_CN": "确认"},
    "role": "department-head", "playbook": None, "due_on": "2027-01-05", "state": "waiting", "held": None,
    "note": None, "done_by": None, "done_at": None, "created_at": "2026-11-21T18:26:58Z", "version": 1,
}  # fmt: skip


def page(*items: object) -> dict[str, object]:
    return {"items": list(items), "next": None}


def test_a_plan_for_people_and_for_programs(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/consolidation/plan", PLAN)
    out = logged_in("consolidation", "plan", "--dry-run", "--from", "2027-01-04").out
    assert (
        out
        == (
            "Number  Begins      Ends on     Systems  vCPU  Memory (MiB)\n"
            "1       2027-01-04  2027-01-15  2        16    32768\n"
            "Placed: 2, blocked: 1, changed: 1.\n"
            "  app: - -> 1\n"
            "  old: It needs sso, which moves in wave 1.\n"
            "Not to be moved now: undecided 3.\n"
            "A dry run: nothing was kept.\n"
        )
        or "A dry run: nothing was kept." in out
    )
    assert api.asked[0].body == {"dry_run": True, "starts_on": "2027-01-04"}
    assert json.loads(logged_in("consolidation", "plan", "-o", "json").out) == PLAN
    assert api.asked[1].body == {"dry_run": False}


def test_a_forecast_says_its_spread_and_whom_it_leaves_out(logged_in: Cloudctl, api: FakeApi) -> None:
    told = {
        "early_on": "2027-03-01", "likely_on": "2027-04-01", "late_on": "2027-06-01", "planned_on": "2027-03-20",
        "moved": 40, "remaining": 200, "undecided": 3, "weekly": [3, 4], "words": {"en": "So it is.", "zh_CN": "如此"},
    }  # fmt: skip
    api.on("GET", "/v1/consolidation/forecast", told)
    out = logged_in("consolidation", "forecast").out
    assert "Likely" in out
    assert "So it is.\nNot counted: 3 systems on which nobody has decided.\n" in out


def test_a_step_is_completed_held_and_resumed(logged_in: Cloudctl, api: FakeApi) -> None:
    for act in ("complete", "hold", "resume"):
        api.on("POST", f"/v1/move-steps/{KEY}/{act}", STEP)
    assert "The head agrees" in logged_in("waves", "complete-step", KEY, "--note", "ok").out
    assert logged_in("waves", "hold-step", KEY, "--reason", "等").code == 0
    assert logged_in("waves", "resume-step", KEY).code == 0
    assert [asked.body for asked in api.asked] == [{"note": "ok"}, {"reason": "等"}, {}]
    assert logged_in("waves", "hold-step", KEY).code == 2


def test_steps_are_listed_in_the_order_of_waves_and_positions(logged_in: Cloudctl, api: FakeApi) -> None:
    rows = [
        STEP | {"system_id": KEY, "system": name, "department_id": KEY, "wave": wave, "overdue": False, "position": at}
        for name, wave, at in (("b", 2, 1), ("a", 1, 2), ("a", 1, 1), ("c", None, 1))
    ]
    api.on("GET", "/v1/move-steps", page(*rows))
    out = logged_in("waves", "steps", "--wave", "1", "--columns", "wave,system,position").out
    assert [line.split() for line in out.splitlines()[1:]] == [
        ["1", "a", "1"], ["1", "a", "2"], ["2", "b", "1"], ["-", "c", "1"],
    ]  # fmt: skip
    assert api.asked[0].query["wave"] == "1"


def test_a_wave_is_named_by_its_number(logged_in: Cloudctl, api: FakeApi) -> None:
    wave = {"id": KEY, "number": 3, "state": "running", "health": "blocked", "words": [WORDS], "signs": [], "days": []}
    api.on("GET", "/v1/waves", page(wave))
    api.on("GET", f"/v1/waves/{KEY}", wave)
    assert logged_in("waves", "show", "3").out.endswith("  It needs sso, which moves in wave 1.\n")
    api.on("GET", "/v1/waves", page())
    ended = logged_in("waves", "show", "9")
    assert ended.code == 3
    assert "There is no wave 9." in ended.err


def test_a_decision_goes_by_the_systems_code(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/systems", page({"id": KEY, "code": "oa"}))
    api.on("POST", "/v1/assessments", Reply(200, {"id": KEY, "verdict": "merge", "state": "decided"}))
    ended = logged_in("assessments", "decide", "oa", "--verdict", "merge", "--into", "new", "--reason", "重复")
    assert "decided" in ended.out
    assert api.asked[-1].body == {"system_id": KEY, "verdict": "merge", "successor": "new", "reason": "重复"}
