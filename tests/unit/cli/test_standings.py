"""What people see of evidence, indicators, cases and standings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.cli.fakes import Cloudctl, FakeApi
from tests.unit.cli.test_nouns import page

ROOM = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
CASE = "01a1ff5c-8e74-517d-b9f5-571091dd581d"
POINTS = [
    {"question": "power", "side": "against", "lie": "power_on", "words": {"en": "4200 W.", "zh_CN": "4200 瓦。"},
     "evidence_id": None, "observed_at": None, "expires_at": None},
    {"question": "photo", "side": "missing", "lie": None, "words": {"en": "A photo is missing.", "zh_CN": "缺照片。"},
     "evidence_id": None, "observed_at": None, "expires_at": None},
]  # fmt: skip
STANDING = {
    "subject_id": ROOM, "code": "r-1", "name": "机房", "claimed": "closed", "verified": "contradicted",
    "standing": "contradicted", "as_of": "2026-11-21T00:00:00Z", "lies": ["power_on"], "points": POINTS,
}  # fmt: skip
FIGURE: dict[str, Any] = {
    "name": "centralisation-rooms", "version": 1, "valid_from": "2026-01-01", "in_force": True,
    "title": {"en": "Machine rooms centralised", "zh_CN": "机房集中率"}, "formula": {"en": "a / b", "zh_CN": "甲÷乙"},
    "unit": "share", "scope": "all", "as_of": "2026-11-21T00:00:00Z", "numerator": 47.0, "denominator": 50.0,
    "share": 0.94, "claimed": 49.0, "claimed_share": 0.98,
    "excluded": [{"name": "carrier-rooms", "because": {"en": "No department's.", "zh_CN": "不属部门。"}, "count": 3}],
    "seen_from": None, "seen_until": None,
}  # fmt: skip
EARLIER = FIGURE | {"version": 2, "in_force": False, "numerator": None, "denominator": 0.0, "share": None}


def test_contradictions_are_listed_with_signs_in_words(logged_in: Cloudctl, api: FakeApi) -> None:
    row = {
        "subject_kind": "room", "subject_id": ROOM, "code": "r-1", "name": "机房", "department_id": CASE,
        "claimed": "closed", "signs": ["power_on", "servers_not_running"], "seen_at": "2026-11-21T00:00:00Z",
        "case": "督办〔2026〕1号",
    }  # fmt: skip
    api.on("GET", "/v1/evidence/contradictions", [row], [row])
    api.on("GET", "/v1/departments", page({"id": CASE, "code": "fgw"}))
    out = logged_in("evidence", "contradictions", "--date", "2026-11-21", "--scope", "fgw").out
    assert api.asked[0].query == {"date": "2026-11-21", "scope": "fgw"}
    for shown in ("room", "r-1", "fgw", "closed", "power is on, its servers do not run", "督办〔2026〕1号"):
        assert shown in out
    assert json.loads(logged_in("evidence", "contradictions", "-o", "json").out) == [row]


def test_indicators_are_listed_with_counts_and_claims(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/indicators", [FIGURE])
    out = logged_in("indicators", "list", "--date", "2026-06-30", "--scope", "city_departments").out
    assert api.asked[-1].query == {"date": "2026-06-30", "scope": "city_departments"}
    for shown in ("Machine rooms centralised", "94.0%", "47", "50", "49", "carrier-rooms 3"):
        assert shown in out
    assert json.loads(logged_in("indicators", "list", "-o", "json").out) == [FIGURE]


def test_both_versions_of_an_indicator_show_with_formula_and_exclusions(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/indicators/centralisation-rooms", [FIGURE, EARLIER])
    assert logged_in("indicators", "show", "centralisation-rooms").out == (
        "Machine rooms centralised v1: 94.0%\n"
        "  Formula: a / b\n"
        "  Counts: 47 of 50; claimed 49.\n"
        "  Scope: all; as of 2026-11-21T00:00:00Z; evidence of - to -.\n"
        "  Left out: 3 carrier-rooms — No department's.\n"
        "Machine rooms centralised v2 (not in force on that day): no data\n"
        "  Formula: a / b\n"
        "  Counts: - of 0; claimed 49.\n"
        "  Scope: all; as of 2026-11-21T00:00:00Z; evidence of - to -.\n"
        "  Left out: 3 carrier-rooms — No department's.\n"
    )


def test_days_show_every_version(logged_in: Cloudctl, api: FakeApi) -> None:
    kept = {
        "day": "2026-11-20", "name": "centralisation-rooms", "version": 1, "scope": "all", "numerator": 1.0,
        "denominator": 4.0, "claimed": 2.0, "excluded": {"carrier-rooms": 1}, "seen_from": None, "seen_until": None,
        "taken_at": "2026-11-20T17:00:00Z",
    }  # fmt: skip
    api.on("GET", "/v1/indicators/centralisation-rooms/days", [kept])
    out = logged_in("indicators", "days", "centralisation-rooms", "--first", "2026-11-01").out
    assert "25.0%" in out
    assert "carrier-rooms 1" in out
    assert api.asked[-1].query == {"first": "2026-11-01"}


def test_explain_names_the_lie_of_a_room(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/systems", {"items": [], "next": None})
    api.on("GET", "/v1/rooms", {"items": [{"id": ROOM, "code": "r-1"}], "next": None})
    api.on("GET", f"/v1/rooms/{ROOM}/standing", STANDING)
    assert logged_in("consolidation", "explain", "r-1").out == (
        "r-1 机房: claimed closed, verified contradicted.\n  - 4200 W. [power is on]\n  ? A photo is missing.\n"
    )
    api.on("GET", "/v1/rooms", {"items": [], "next": None})
    ended = logged_in("consolidation", "explain", "r-9")
    assert (ended.code, "neither a system nor a machine room r-9" in ended.err) == (3, True)


def test_status_shows_claimed_beside_verified_and_what_to_look_at(logged_in: Cloudctl, api: FakeApi) -> None:
    told = {
        "scope": "all", "as_of": "2026-11-21T00:00:00Z", "indicators": [FIGURE],
        "claimed": [
            {"noun": "rooms", "claimed": "closed", "count": 49, "proven": 47, "contradicted": 1, "unproven": 1},
        ],
        "rooms": [{"id": ROOM, "code": "r-1", "name": "机房", "department_id": ROOM, "claimed": "closed",
                   "reopened": False, "lies": ["power_on"]}],
        "burn_down": [{"day": "2026-11-20", "name": "centralisation-rooms", "version": 1, "left": 3.0,
                       "left_claimed": 1.0}],
        "suspicions": [{"kind": "no_outage", "indicator": None, "words": {"en": "Nobody.", "zh_CN": "无人。"}}],
    }  # fmt: skip
    api.on("GET", "/v1/consolidation/status", told)
    out = logged_in("consolidation", "status").out
    for shown in ("94.0%", "98.0%", "power is on", "2026-11-20", "! Nobody.", "2026-11-21 08:00"):
        assert shown in out
    assert json.loads(logged_in("consolidation", "status", "-o", "json").out) == told


def test_the_ranking_shows_every_part_with_its_counts(logged_in: Cloudctl, api: FakeApi) -> None:
    parts = [
        {"name": "rooms_closed", "weight": 30, "part": 1.0, "whole": 2.0, "points": 15.0},
        {"name": "cases_on_time", "weight": 20, "part": 0.0, "whole": 0.0, "points": None},
    ]
    row = {"rank": 1, "code": "fgw", "department": "发改委", "department_id": ROOM, "score": 50.0, "parts": parts}
    api.on("GET", "/v1/consolidation/ranking", [row])
    out = logged_in("consolidation", "ranking").out
    for shown in ("fgw", "50.0", "rooms_closed /30", "15 (1/2)"):
        assert shown in out
    api.on("GET", "/v1/consolidation/ranking", [])
    assert logged_in("consolidation", "ranking").code == 0


def test_evidence_is_added_with_its_figure_and_photos_by_their_subject(
    logged_in: Cloudctl, api: FakeApi, tmp_path: Path
) -> None:
    made = {"id": CASE, "kind": "power_reading"}
    api.on("GET", "/v1/rooms", {"items": [{"id": ROOM, "code": "r-1"}], "next": None})
    api.on("POST", "/v1/evidence", made)
    assert logged_in("evidence", "add", "--room", ROOM, "--kind", "power_reading", "--value", "it_power_w=0").code == 0
    assert api.asked[-1].body == {
        "subject_kind": "room", "subject_id": ROOM, "kind": "power_reading", "value": {"it_power_w": 0}, "about": "",
        "source": "person",
    }  # fmt: skip
    assert logged_in("evidence", "add", "--kind", "sign_off").code == 2
    assert logged_in("evidence", "add", "--room", ROOM, "--system", ROOM, "--kind", "sign_off").code == 2
    picture = tmp_path / "电表.jpg"
    picture.write_bytes(b"\xff\xd8\xff")
    api.on("POST", "/v1/evidence/files", made)
    assert logged_in("evidence", "photo", str(picture), "--room", ROOM, "--kind", "meter_photo").code == 0
    assert api.asked[-1].query == {
        "subject_kind": "room", "subject_id": ROOM, "kind": "meter_photo", "name": "电表.jpg",
    }  # fmt: skip
    assert logged_in("evidence", "photo", str(picture), "--case", CASE).code == 0
    assert api.asked[-1].query["kind"] == "case_proof"


def test_cases_go_by_their_numbers(logged_in: Cloudctl, api: FakeApi) -> None:
    case = {"id": CASE, "number": "督办〔2026〕1号", "state": "proof_in"}
    api.on("GET", "/v1/cases", {"items": [case], "next": None})
    for verb, options, body in (
        ("prove", ("--proof", "done"), {"proof": "done"}),
        ("close", (), {"reason": ""}),
        ("return", ("--reason", "no", "--working-days", "3"), {"reason": "no", "working_days": 3}),
    ):
        api.on("POST", f"/v1/cases/{CASE}/{verb}", case)
        assert logged_in("cases", verb, "督办〔2026〕1号", *options).code == 0
        assert api.asked[-1].body == body
    api.on("POST", "/v1/cases/lies", case)
    api.on("GET", "/v1/systems", {"items": [{"id": ROOM, "code": "oa"}], "next": None})
    assert logged_in("cases", "lies", "oa").code == 0
    assert api.asked[-1].body == {"subject_kind": "system", "subject_id": ROOM}
