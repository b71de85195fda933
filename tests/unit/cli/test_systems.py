from __future__ import annotations

import json

import pytest

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply
from tests.unit.cli.test_nouns import KEY, page

OTHER = KEY.replace("8", "9")
OA = {"id": KEY, "code": "oa", "name": "办公平台", "department_id": OTHER, "mlps_level": 2, "status": "in_use"}
FGW = {"id": OTHER, "code": "fgw"}


def test_the_survey_is_sent_as_the_api_takes_it(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/systems", page({"id": OTHER, "code": "login"}))
    api.on("POST", "/v1/systems", Reply(201, OA))
    ended = logged_in(
        "systems", "create", "--code", "oa", "--name", "办公平台", "--mlps-level", "2", "--no-state-secrets",
        "--investment-yuan", "1,200,000.5", "--yearly-cost-yuan", "80000", "--built-on", "2020-01-31",
        "--status", "merged", "--status-on", "2026-01-31", "--merged-into", "login", "--not-declared-zombie",
        "--use-frequency", "weekly",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert api.asked[-1].body == {
        "code": "oa", "name": "办公平台", "mlps_level": 2, "no_state_secrets": True, "investment_fen": 120_000_050,
        "yearly_cost_fen": 8_000_000, "built_on": "2020-01-31", "status": "merged", "status_on": "2026-01-31",
        "merged_into_id": OTHER, "declared_zombie": False, "use_frequency": "weekly",
    }  # fmt: skip


@pytest.mark.parametrize(
    "bad",
    [
        ("--investment-yuan", "-1"),
        ("--investment-yuan", "1.234"),
        ("--built-on", "soon"),
        ("--use-frequency", "often"),
        ("--user-count", "many"),
    ],
)
def test_bad_values_are_refused_before_anything_is_sent(
    logged_in: Cloudctl, api: FakeApi, bad: tuple[str, str]
) -> None:
    assert logged_in("systems", "edit", KEY, *bad).code == 2
    assert api.asked == []


def test_one_system_for_people(logged_in: Cloudctl, api: FakeApi) -> None:
    doubt = {"field": "built_on", "words": {"en": "Odd.", "zh_CN": "奇"}, "way_out": {"en": "Look.", "zh_CN": "看"}}
    shown = OA | {
        "use_frequency": "never", "yearly_cost_fen": 8_000_050, "lacks": ["function"], "doubts": [doubt],
        "system_class": "office", "ipv6_status": "none",
    }  # fmt: skip
    api.on("GET", f"/v1/systems/{KEY}", shown)
    lines = dict(line.split("  ", 1) for line in logged_in("systems", "show", KEY).out.splitlines())
    told = {title: text.strip() for title, text in lines.items()}
    assert told["Frequency of use"] == "never"
    assert told["Yearly cost (yuan)"] == "80,000.50"
    assert told["Still lacks"] == "Function"
    assert told["Doubts"] == "Odd. Look."
    assert (told["Class of system"], told["IPv6"], told["Status"]) == ("office work", "none", "in use")
    assert json.loads(logged_in("systems", "show", KEY, "-o", "json").out) == shown


def test_a_list_of_a_day(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", page(FGW))
    api.on("GET", "/v1/systems", page(OA | {"lacks": ["function", "approved_by"]}))
    ended = logged_in("systems", "list", "--as-of", "2026-06-30", "--incomplete", "--columns", "code,lacks,department")
    assert ended.out.splitlines()[1].split() == ["oa", "Function,", "Approved", "by", "fgw"]
    assert api.asked[0].query == {"as_of": "2026-06-30", "incomplete": "True", "limit": "50"}
    assert logged_in("systems", "list", "--as-of", "june").code == 2


def test_a_history_has_a_line_for_each_field(logged_in: Cloudctl, api: FakeApi) -> None:
    version = {
        "version": 2, "at": "2026-11-21T18:00:00Z", "by_name": "li", "reason": None,
        "changes": {"yearly_cost_fen": [None, 100], "status": ["in_use", "migrating"]},
    }  # fmt: skip
    api.on("GET", "/v1/systems", page(OA))
    api.on("GET", f"/v1/systems/{KEY}/history", page(version, more="2"))
    ended = logged_in("systems", "history", "oa", "--limit", "1")
    assert [line.split() for line in ended.out.splitlines()[1:]] == [
        ["2026-11-22", "02:00", "li", "Yearly", "cost", "(yuan)", "-", "1.00", "-"],
        ["2026-11-22", "02:00", "li", "Status", "in", "use", "being", "migrated", "-"],
    ]
    assert "There are more rows" in ended.err


def test_a_history_names_what_it_refers_to(logged_in: Cloudctl, api: FakeApi) -> None:
    version = {
        "version": 2, "at": "2026-11-21T18:00:00Z", "by_name": "li", "reason": None,
        "changes": {"room_id": [None, OTHER]}, "names": {OTHER: "fgw-jf"},
    }  # fmt: skip
    api.on("GET", "/v1/systems", page(OA), page(OA))
    api.on("GET", f"/v1/systems/{KEY}/history", page(version), page(version))
    ended = logged_in("systems", "history", "oa")
    assert ended.out.splitlines()[1].split() == ["2026-11-22", "02:00", "li", "Machine", "room", "-", "fgw-jf", "-"]
    assert OTHER in logged_in("systems", "history", "oa", "-o", "json").out


def test_what_runs_out(logged_in: Cloudctl, api: FakeApi) -> None:
    row = {"due_on": "2026-12-01", "days_left": 9, "matter": "crypto", "code": "oa", "name": "x", "department": "fgw"}
    api.on("GET", "/v1/systems/due", page(row))
    ended = logged_in("systems", "due", "--within", "30")
    assert ended.out.splitlines()[1].split()[:4] == ["2026-12-01", "9", "cryptography", "assessment"]
    assert api.asked[-1].query == {"days_left": "30", "limit": "50"}
    assert logged_in("systems", "due", "--within", "-1").code == 2


def test_dependencies(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/systems", page(OA), page({"id": OTHER, "code": "login"}))
    api.on("POST", "/v1/dependencies", Reply(201, {"id": KEY, "kind": "login"}))
    api.on("DELETE", f"/v1/dependencies/{KEY}", {"id": KEY, "kind": "login"})
    assert logged_in("dependencies", "create", "--system", "oa", "--on", "login", "--kind", "login").code == 0
    assert api.asked[-1].body == {"system_id": KEY, "on_id": OTHER, "kind": "login"}
    assert logged_in("dependencies", "remove", KEY).code == 0
