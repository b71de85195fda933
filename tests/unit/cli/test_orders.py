from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply, problem

KEY = "01a1ff5d-4708-7388-a553-85ca22fe3dc3"
SYSTEM = "01a1ff5c-9551-7796-89ae-8eb980a95f63"
DEPARTMENT = "01a1ff5c-8e74-717d-b9f5-571091dd581c"
YAML = """\
system: spt
title: 审批平台扩容
go_live_on: 2027-01-15
items:
- {kind: network, name: app, prefix_length: 26, ipv6: yes, term_months: 12}
"""
ITEM = {"kind": "network", "name": "app", "prefix_length": 26, "ipv6": True, "term_months": 12}
FINDING = {
    "rule": "ipv6-missing", "version": 1, "effect": "warn", "reason": {"en": "No IPv6.", "zh_CN": "缺少 IPv6。"},
    "way_out": {},
}  # fmt: skip
ORDER = {
    "id": KEY, "number": "2026-000001", "title": "审批平台扩容", "state": "in_review", "department_id": DEPARTMENT,
    "system_id": SYSTEM, "purpose": "两台", "users": "", "zone": "extranet", "items": [ITEM], "findings": [FINDING],
    "go_live_on": "2027-01-15", "version": 3,
    "placements": [{"items": [0], "cloud": "city-a", "reasons": [{"en": "city-a: 98% left"}]}],
}  # fmt: skip
AMOUNTS = [
    {"cloud": "city-a", "dimension": "segments", "demand": 1, "quota_left": 5, "cloud_left": 50},
    {"cloud": "city-a", "dimension": "vcpu", "demand": 0, "quota_left": 5, "cloud_left": None},
]
CAPACITY = [
    {
        "cloud": "city-a",
        "zone": "extranet",
        "dimension": "segments",
        "total": 60,
        "held": 4,
        "committed": 6,
        "free": 50,
        "used": 7,
        "as_of": "2026-11-21T18:00:00Z",
        "per_day": 0.5,
        "lasts_days": 100,
    },
    {"cloud": "city-a", "zone": "extranet", "dimension": "vcpu", "total": 9, "held": 0, "committed": 0, "free": 9},
    {"cloud": "city-b", "zone": "extranet", "dimension": "segments", "total": 9, "held": 0, "committed": 0, "free": 9},
]
PLACED = {
    "number": "2026-000001", "cloud": "city-a+city-b", "decided": True, "placements": [
        {"cloud": "city-a", "items": [{"position": 0, "kind": "network", "name": "app"},
                                      {"position": 2, "kind": "release", "name": None}],
         "reasons": [{"en": "a: 98% left"}]},
        {"cloud": "city-b", "items": [{"position": 1, "kind": "server", "name": "db"}], "reasons": []},
    ],
}  # fmt: skip
PLACEMENTS = [{"items": [0], "cloud": "city-a", "reasons": [{"en": "city-a: 98% left"}]}]
ASSESSMENT = {
    "cloud": "city-a", "effect": "warn", "placements": PLACEMENTS, "resources": ["network app"],
    "findings": [FINDING], "amounts": AMOUNTS,
}  # fmt: skip


@pytest.fixture
def served(api: FakeApi) -> FakeApi:
    api.on("GET", "/v1/systems", {"items": [{"id": SYSTEM, "code": "spt"}], "next": None})
    api.on("GET", f"/v1/systems/{SYSTEM}", {"code": "spt", "name": "审批平台"})
    api.on("GET", f"/v1/departments/{DEPARTMENT}", {"code": "fgw", "name": "市发展改革委"})
    api.on("GET", "/v1/orders", {"items": [{"id": KEY, "number": "2026-000001"}], "next": None})
    api.on("GET", f"/v1/orders/{KEY}", ORDER)
    api.on("GET", f"/v1/orders/{KEY}/progress", [
        {"at": "2026-11-21T18:00:00Z", "state": "submitted", "actor": "zhang", "text": "Handed in.", "reason": None}
    ])  # fmt: skip
    api.on("POST", "/v1/orders", Reply(201, ORDER | {"state": "draft"}))
    api.on("POST", "/v1/orders/check", ASSESSMENT)
    api.on("POST", "/v1/policies/explain", ASSESSMENT)
    api.on("GET", "/v1/capacity", CAPACITY)
    api.on("GET", f"/v1/orders/{KEY}/placements", PLACED)
    return api


@pytest.mark.parametrize("name", ["order.yaml", "order.json"])
def test_an_order_is_written_in_a_file(logged_in: Cloudctl, served: FakeApi, home: Path, name: str) -> None:
    expected = {"system_id": SYSTEM, "title": "审批平台扩容", "go_live_on": "2027-01-15", "items": [ITEM]}
    text = YAML if name.endswith("yaml") else json.dumps(expected | {"system_id": "spt"})
    (home / name).write_text(text, encoding="utf-8")
    ended = logged_in("orders", "create", "-f", name)
    assert (ended.code, ended.out) == (0, "Order 2026-000001 is now: draft.\n")
    assert served.asked[-1].body == expected
    assert served.asked[-1].query == {}


def test_it_is_handed_in_at_once(logged_in: Cloudctl, served: FakeApi, home: Path) -> None:
    (home / "order.yaml").write_text(YAML, encoding="utf-8")
    assert logged_in("orders", "create", "-f", "order.yaml", "--submit", "-o", "json").code == 0
    assert served.asked[-1].query == {"submit": "true"}


@pytest.mark.parametrize("text", ["a: [", "- just\n- a list", "{", "plain"])
def test_a_file_that_is_no_order_is_refused_before_anything_is_sent(
    logged_in: Cloudctl, served: FakeApi, home: Path, text: str
) -> None:
    (home / "order.yaml").write_text(text)
    ended = logged_in("orders", "create", "-f", "order.yaml")
    assert ended.code == 2
    assert "order.yaml" in ended.err
    assert served.asked == []
    assert logged_in("orders", "create", "-f", "missing.yaml").code == 2


def test_the_check_shows_the_ask_beside_what_is_left(logged_in: Cloudctl, served: FakeApi, home: Path) -> None:
    (home / "order.yaml").write_text(YAML, encoding="utf-8")
    ended = logged_in("orders", "check", "-f", "order.yaml")
    assert ended.out == (
        "Cloud   city-a\n"
        "Effect  warn\n"
        "\nWhich cloud, and why\n"
        "[0]: city-a\n"
        "  city-a: 98% left\n"
        "\nResources\n"
        "network app\n"
        "\nWhat the policies say\n"
        "[warn] ipv6-missing v1: No IPv6.\n"
        "\nAsked for, and what is left\n"
        "Dimension  Asked  Left in the quota  Left in the cloud\n"
        "segments   1      5                  50\n"
    )
    assert json.loads(logged_in("orders", "check", "-f", "order.yaml", "-o", "json").out) == ASSESSMENT


def test_an_order_is_shown_with_everything_that_a_decision_needs(logged_in: Cloudctl, served: FakeApi) -> None:
    out = logged_in("orders", "show", "2026-000001").out
    assert out == (
        "Number        2026-000001\n"
        "Title         审批平台扩容\n"
        "Department    市发展改革委 (fgw)\n"
        "System        审批平台 (spt)\n"
        "State         in_review\n"
        "Purpose       两台\n"
        "Zone          extranet\n"
        "Goes live on  2027-01-15\n"
        f"Id            {KEY}\n"
        "Version       3\n"
        "\nItems\n"
        "[0] network: name=app, prefix_length=26, ipv6=yes, term_months=12\n"
        "\nWhat the policies say\n"
        "[warn] ipv6-missing v1: No IPv6.\n"
        "\nWhich cloud, and why\n"
        "[0]: city-a\n"
        "  city-a: 98% left\n"
        "\nAsked for, and what is left\n"
        "Dimension  Asked  Left in the quota  Left in the cloud\n"
        "segments   1      5                  50\n"
        "\nThe clouds' capacity\n"
        "Cloud   Dimension  Total  Held  In use  Seen in use  As of             Free  Growth a day  Lasts (days)\n"
        "city-a  segments   60     4     6       7            2026-11-22 02:00  50    0.5           100\n"
        "\nHistory\n"
        "2026-11-22 02:00  [submitted] Handed in. (zhang)\n"
    )
    assert served.of("POST", "/v1/policies/explain")[0].body == {"order_id": KEY}


def test_what_could_not_be_built_now_is_still_shown(logged_in: Cloudctl, served: FakeApi) -> None:
    full = problem("pool-exhausted", 409, "No room left", "No cloud of the zone extranet has room.")
    served.on("POST", "/v1/policies/explain", Reply(409, full))
    ended = logged_in("orders", "show", KEY)
    assert ended.code == 0
    assert "As things stand it could not be built\nNo room left: No cloud of the zone extranet has room." in ended.out


def test_a_decided_order_is_not_judged_again(logged_in: Cloudctl, served: FakeApi) -> None:
    served.on("GET", f"/v1/orders/{KEY}", ORDER | {"state": "delivered"})
    assert logged_in("orders", "show", KEY).code == 0
    assert served.of("POST", "/v1/policies/explain") == []


@pytest.mark.parametrize("verb", ["submit", "sign-off", "accept", "refuse", "approve", "reject", "cancel", "close"])
def test_decisions(logged_in: Cloudctl, served: FakeApi, verb: str) -> None:
    served.on("POST", f"/v1/orders/{KEY}/{verb}", ORDER)
    ended = logged_in("orders", verb, "2026-000001", "--reason", "同意", "--if-version", "3")
    assert (ended.code, ended.out) == (0, "Order 2026-000001 is now: in_review.\n")
    assert served.asked[-1].body == {"reason": "同意"}
    assert served.asked[-1].headers["if-match"] == '"3"'


def test_a_return_tells_everything_that_is_missing(logged_in: Cloudctl, served: FakeApi) -> None:
    served.on("POST", f"/v1/orders/{KEY}/return", ORDER | {"state": "returned"})
    assert logged_in("orders", "return", KEY, "--missing", "等保备案", "--missing", "批复文号").code == 0
    assert served.asked[-1].body == {"missing": ["等保备案", "批复文号"]}
    assert logged_in("orders", "return", KEY).code == 2


def test_an_edit_sends_what_the_file_has(logged_in: Cloudctl, served: FakeApi, home: Path) -> None:
    (home / "changes.yaml").write_text("purpose: 三台\n", encoding="utf-8")
    served.on("PATCH", f"/v1/orders/{KEY}", ORDER)
    assert logged_in("orders", "edit", KEY, "-f", "changes.yaml", "--if-version", "2").code == 0
    assert served.asked[-1].body == {"purpose": "三台"}


@pytest.mark.parametrize(
    ("code", "status", "exit_code"), [("policy-denied", 422, 7), ("transition-refused", 409, 4), ("forbidden", 403, 5)]
)
def test_refusals_have_their_exit_codes(
    logged_in: Cloudctl, served: FakeApi, code: str, status: int, exit_code: int
) -> None:
    served.on("POST", f"/v1/orders/{KEY}/approve", Reply(status, problem(code, status, "t", "d", findings=[FINDING])))
    ended = logged_in("orders", "approve", KEY, "--wait")
    assert ended.code == exit_code
    assert "ipv6-missing" in ended.err


def test_judging_an_order_on_record(logged_in: Cloudctl, served: FakeApi) -> None:
    assert "ipv6-missing" in logged_in("policies", "judge", "2026-000001").out


def test_placements_are_explained_item_by_item(logged_in: Cloudctl, served: FakeApi) -> None:
    assert logged_in("placements", "explain", "2026-000001").out == (
        "\nWhich cloud, and why\n[0] network app, [2] release: city-a\n  a: 98% left\n[1] server db: city-b\n"
    )
    assert json.loads(logged_in("placements", "explain", "2026-000001", "-o", "json").out) == PLACED


def test_a_form_is_placed_without_being_put_on_record(logged_in: Cloudctl, served: FakeApi, home: Path) -> None:
    (home / "order.yaml").write_text(YAML, encoding="utf-8")
    out = logged_in("placements", "explain", "--form", "order.yaml").out
    assert out.startswith("Not decided yet")
    assert "[0]: city-a\n  city-a: 98% left\n" in out
    assert served.asked[-1].path == "/v1/orders/check"


@pytest.mark.parametrize("arguments", [(), ("2026-000001", "--form", "order.yaml")])
def test_what_is_to_be_placed_is_named_once(logged_in: Cloudctl, home: Path, arguments: tuple[str, ...]) -> None:
    (home / "order.yaml").write_text(YAML, encoding="utf-8")
    assert logged_in("placements", "explain", *arguments).code == 2
