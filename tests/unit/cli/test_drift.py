from __future__ import annotations

import json

from tests.unit.cli.fakes import Cloudctl, FakeApi

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
ROW = {
    "id": KEY, "cloud": "city-a", "kind": "changed", "subject_kind": "server", "name": "oa-1", "department": "发改委",
    "state": "open", "words": {"en": "It was changed.", "zh_CN": "被改动。"},
    "next_step": {"en": "Accept or restore.", "zh_CN": "接受或恢复。"},
    "found_at": "2026-11-21T18:26:58Z", "as_of": "2026-11-22T00:00:00Z",
}  # fmt: skip
FINDING = ROW | {
    "acts": ["accept", "restore"], "facts": {"fields": {"vcpu": [2, 4]}}, "last_error": None, "act": None,
    "reason": None,
    "evidence": {"native_id": "vm-1", "who": "root@vsphere.local", "learnt_at": "2026-11-21T18:26:58Z", "tenant": None},
}  # fmt: skip


def test_the_list_says_in_words_what_is_wrong_and_how_old_that_is(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/drift", {"items": [ROW], "next": None})
    out = logged_in("drift", "list", "--kind", "changed", "--of", "server", "--state", "open").out
    assert "It was changed." in out
    assert "2026-11-22 08:00" in out
    assert {"kind": "changed", "subject_kind": "server", "state": "open"}.items() <= api.asked[-1].query.items()
    assert json.loads(logged_in("drift", "list", "-o", "json").out) == [ROW]


def test_explain_names_the_evidence_and_one_next_step(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", f"/v1/drift/{KEY}", FINDING)
    assert logged_in("drift", "explain", KEY).out == (
        "It was changed.\n"
        "  Id in the cloud: vm-1\n"
        "  Who: root@vsphere.local\n"
        "  Learnt: 2026-11-22 02:26\n"
        "  Found: 2026-11-22 02:26\n"
        "Next: Accept or restore.\n"
        "Possible: accept, restore.\n"
    )
    done = FINDING | {"state": "resolved", "act": "accept", "reason": "agreed", "last_error": "no room"}
    api.on("GET", f"/v1/drift/{KEY}", done)
    out = logged_in("drift", "explain", KEY).out
    assert "The last act did not succeed: no room" in out
    assert out.endswith("It is resolved: accept. agreed\n")


def test_resolve_sends_the_act_and_the_reason(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/drift/{KEY}/resolve", FINDING | {"state": "resolving", "act": "restore"})
    ended = logged_in("drift", "resolve", KEY, "--by", "restore", "--reason", "no order", "--if-version", "2")
    assert ended.code == 0
    assert api.asked[-1].body == {"by": "restore", "reason": "no order"}
    assert api.asked[-1].headers["if-match"] == '"2"'
    assert logged_in("drift", "resolve", KEY, "--by", "delete", "--reason", "x").code == 2
    assert logged_in("drift", "resolve", KEY, "--by", "accept").code == 2
