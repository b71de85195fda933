from __future__ import annotations

import json

from tests.unit.cli.fakes import Cloudctl, FakeApi

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
SAVED = {"vcpu": 4, "memory_mib": 8192, "disk_gib": 0, "addresses": 0}
ROW = {
    "id": KEY, "kind": "oversized", "name": "oa-1", "department": "发改委", "state": "open", "saved": SAVED,
    "saved_fen": 360000, "order": None, "not_before": None,
    "words": {"en": "It is too large.", "zh_CN": "偏大。"}, "next_step": {"en": "Agree.", "zh_CN": "同意。"},
}  # fmt: skip
PROPOSAL = ROW | {
    "facts": {"cpu_p95": 4.5, "coverage_percent": 97, "purpose": ""}, "book_version": 1, "reason": None,
    "order_id": None,
}  # fmt: skip


def test_the_list_says_what_is_proposed_and_what_it_saves(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/waste", {"items": [ROW], "next": None})
    out = logged_in("waste", "list", "--kind", "oversized", "--state", "open").out
    assert "larger than needed" in out
    assert "3,600.00" in out
    assert json.loads(logged_in("waste", "list", "-o", "json").out) == [ROW]


def test_explain_names_the_evidence_and_the_worth(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", f"/v1/waste/{KEY}", PROPOSAL)
    assert logged_in("waste", "explain", KEY).out == (
        "It is too large.\n"
        "  P95 of CPU (%): 4.5\n"
        "  Measured (%): 97\n"
        "  vCPU: 4\n"
        "  Memory (MiB): 8192\n"
        "It would save 3,600.00 yuan a year, by version 1 of the price book.\n"
        "Next: Agree.\n"
    )


def test_accept_declares_and_decline_gives_a_reason(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/waste/{KEY}/accept", PROPOSAL | {"state": "accepted", "order_id": KEY})
    ended = logged_in("waste", "accept", KEY, "--no-state-secrets", "--system", "oa", "--if-version", "3")
    assert api.asked[-1].body == {"no_state_secrets": True, "system": "oa"}
    assert api.asked[-1].headers["if-match"] == '"3"'
    assert f"Its order: `cloudctl orders show {KEY}`." in ended.out
    assert logged_in("waste", "accept", KEY).code == 0
    assert api.asked[-1].body == {}  # what is not declared is not sent: the server refuses
    done = PROPOSAL | {"state": "declined", "reason": "cold standby", "not_before": "2027-04-01"}
    api.on("POST", f"/v1/waste/{KEY}/decline", done)
    ended = logged_in("waste", "decline", KEY, "--reason", "cold standby", "--until", "2027-03-31")
    assert api.asked[-1].body == {"reason": "cold standby", "until": "2027-03-31"}
    assert "It is declined. cold standby\nIt is not proposed again before 2027-04-01.\n" in ended.out
    assert logged_in("waste", "decline", KEY).code == 2


AMOUNTS = {"vcpu": 2, "memory_mib": 4096, "disk_gib": 40, "addresses": 0}
LEDGER = {
    "scope": "all", "first": "2026-01-01", "last": "2026-11-20", "as_of": "2026-11-20T16:00:00Z", "book_version": 1,
    "rules_version": 1, "orders": [],
    "prices": [{"amount": "vcpu", "name": "vcpu-year", "per": 1, "value": "60000", "valid_from": "2025-01-01",
                "source": {"en": "assumed", "zh_CN": "假设"}}],
    "sums": [{"source": "proposal", "pieces": 1, "saved": AMOUNTS, "fen": 204000, "unpriced": 0}],
    "lines": [{"name": "oa-1", "kind": "server", "cloud": "city-a", "department": "fgw", "source": "proposal",
               "number": "2026-000007", "at": "2026-10-01T00:00:00Z", "fen": 204000, **AMOUNTS,
               "served": [{"number": "2026-000009", "cloud": "city-a", "at": "2026-10-02T00:00:00Z", **AMOUNTS}]}],
}  # fmt: skip


def test_the_ledger_of_what_came_back(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/savings/reclaimed", LEDGER)
    out = logged_in("savings", "reclaimed", "--from", "2026-01-01", "--department", "fgw").out
    assert api.asked[-1].query == {"from": "2026-01-01", "scope": "fgw"}
    assert "accepted proposal" in out
    assert "2,040.00" in out
    assert "2026-000009" in out
    assert "1 vCPU a year: 600.00 yuan (assumed)." in out
    assert json.loads(logged_in("savings", "reclaimed", "-o", "json").out) == LEDGER
