from __future__ import annotations

import json
import re
from typing import Any

from tests.unit.cli.fakes import Cloudctl, FakeApi

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
SIGNAL = {
    "sign": "detached", "name": "logins", "side": "for", "words": {"en": "Nobody logged in.", "zh_CN": "无人登录。"},
    "value": 0.0, "threshold": 0.0, "unit": "/d", "source": "prometheus:a", "since": "2026-09-22",
    "until": "2026-11-20", "covered": 0.97, "confidence": 0.9, "subject": None,
}  # fmt: skip
SERVER = {
    "server_id": KEY, "subject": KEY, "name": "oa-1", "cloud": "city-a", "purpose": "ordinary", "recognised": True,
    "state": "idle", "since": "2024-01-01", "window_days": 30, "observed_days": 29, "covered": 0.97, "idle_days": 88,
    "needed_days": 60, "last_active_on": None, "off_since": None, "gone_on": None,
}  # fmt: skip
TOLD: dict[str, Any] = {
    "system_id": KEY, "code": "oa", "name": "协同办公", "day": "2026-11-21", "policy": "default", "policy_version": 3,
    "state": "zombie", "rule": "idle", "confidence": 81, "words": {"en": "Unused.", "zh_CN": "未使用。"},
    "signs": ["detached", "idle"], "purpose": "ordinary", "recognised": True, "exempt_until": "2027-01-01",
    "signals": [SIGNAL], "servers": [SERVER], "changes": [{"en": "One login ends it.", "zh_CN": "登录即解除。"}],
    "on_record": KEY, "same": False,
}  # fmt: skip


def test_explain_says_the_verdict_its_evidence_and_what_would_change_it(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", f"/v1/systems/{KEY}/verdict", TOLD)
    out = logged_in("zombies", "explain", KEY, "--date", "2026-11-21").out
    assert "oa 协同办公: zombie, 81 % sure, as of 2026-11-21 by default v3.\nUnused.\n" in out
    assert "Exempt from clearing until 2027-01-01." in out
    assert "Computed again: NOT the same as on record." in out
    assert re.search(r"\+ +detached from business +Nobody logged in\.", out)
    assert "prometheus:a" in out
    assert "29/30" in out
    assert out.endswith("What would change it:\n  One login ends it.\n")
    assert api.asked[-1].query == {"date": "2026-11-21"}
    assert json.loads(logged_in("zombies", "explain", KEY, "-o", "json").out) == TOLD


def test_a_scan_says_what_it_came_to(logged_in: Cloudctl, api: FakeApi) -> None:
    told = {
        "systems": 40, "day": "2026-06-30", "policy": "default", "policy_version": 3, "changed": 0,
        "states": {"active": 30, "no_data": 8, "zombie": 2},
    }  # fmt: skip
    api.on("POST", "/v1/zombies/scans", told)
    out = logged_in("zombies", "scan", "--as-of", "2026-06-30", "--policy", "default").out
    assert api.asked[-1].body == {"day": "2026-06-30", "policy": "default"}
    assert out.splitlines() == [
        "40 systems judged as of 2026-06-30 by default v3; 0 verdicts are new on record.",
        "  in use: 30",
        "  no data: 8",
        "  zombie: 2",
    ]


def test_an_exemption_is_asked_for_and_decided_on(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/zombies/exemptions", {"id": KEY, "state": "requested"})
    api.on("POST", f"/v1/zombies/exemptions/{KEY}/decide", {"id": KEY, "state": "refused"})
    logged_in("zombies", "exempt", KEY, "--ends-on", "2027-01-31", "--reason", "汛期值守")
    assert api.asked[-1].body == {"system_id": KEY, "ends_on": "2027-01-31", "reason": "汛期值守"}
    logged_in("zombies", "decide", KEY, "refuse", "--answer", "仍在使用", "--if-version", "2")
    assert api.asked[-1].body == {"decision": "refuse", "answer": "仍在使用"}
    assert api.asked[-1].headers["if-match"] == '"2"'
