from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.fakes import Cloudctl, FakeApi

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
ROW = {
    "id": KEY, "kind": "unregistered", "subject": "server", "name": "caiwu-old", "department": "财政局",
    "state": "open", "words": {"en": "It runs.", "zh_CN": "在运行。"},
    "next_step": {"en": "Register it.", "zh_CN": "登记。"},
    "found_at": "2026-11-21T18:26:58Z",
}  # fmt: skip
SHADOW = ROW | {
    "acts": ["register", "clear", "dismiss"], "facts": {}, "act": None, "reason": None,
    "evidence": {"native_id": "vm-1", "addresses": ["10.8.0.9"], "names": [], "listening": ["8080 java"]},
}  # fmt: skip


def test_the_list_says_what_runs_and_of_which_kind(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/shadows", {"items": [ROW], "next": None})
    out = logged_in("shadows", "list", "--kind", "unregistered", "--subject", "server", "--state", "open").out
    assert "It runs." in out
    assert "runs unregistered" in out
    assert {"kind": "unregistered", "subject": "server", "state": "open"}.items() <= api.asked[-1].query.items()
    assert json.loads(logged_in("shadows", "list", "-o", "json").out) == [ROW]


def test_explain_names_evidence_turns_and_one_next_step(logged_in: Cloudctl, api: FakeApi) -> None:
    turns = [{"at": "2026-11-21T18:26:58Z", "state": "open", "act": None, "reason": None, "target_id": None}]
    api.on("GET", f"/v1/shadows/{KEY}", {"shadow": SHADOW, "turns": turns, "version": 1})
    out = logged_in("shadows", "explain", KEY).out
    assert "  Listens on: 8080 java\n" in out
    assert "Names" not in out  # nothing known is not shown
    assert "Next: Register it.\nPossible: register, clear, dismiss.\n" in out
    assert "2026-11-22 02:26" in out


def test_each_act_sends_its_reason(logged_in: Cloudctl, api: FakeApi) -> None:
    done = SHADOW | {"state": "registered", "act": "register", "reason": "r"}
    for verb, options, body in (
        ("register", ["--system", "oa", "--term-months", "6"], {"system": "oa", "term_months": 6, "reason": "r"}),
        ("merge", ["--into", "oa"], {"into": "oa", "reason": "r"}),
        ("clear", ["--department", "fgw"], {"department": "fgw", "reason": "r"}),
        ("dismiss", ["--until", "2027-01-31"], {"until": "2027-01-31", "reason": "r"}),
    ):
        api.on("POST", f"/v1/shadows/{KEY}/{verb}", done)
        ended = logged_in("shadows", verb, KEY, *options, "--reason", "r", "--if-version", "2")
        assert ended.code == 0, ended
        assert api.asked[-1].body == body
        assert api.asked[-1].headers["if-match"] == '"2"'
        assert "It is registered: registered. r" in ended.out
        assert logged_in("shadows", verb, KEY, *options).code == 2


def test_counts_are_asked_for_a_day(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/shadows/counts", [
        {"kind": "duplicate", "department_id": None, "department": None, "state": "merged", "count": 52}])  # fmt: skip
    out = logged_in("shadows", "counts", "--date", "2026-10-31").out
    assert "duplicates another" in out
    assert "52" in out
    assert api.asked[-1].query == {"date": "2026-10-31"}


def test_files_are_handed_in_as_the_api_takes_them(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    api.on("POST", "/v1/shadows/sweeps", {"id": KEY, "kind": "dns", "source": "s", "count": 1})
    zone = tmp_path / "city.zone"
    zone.write_text("x A 10.0.0.1\n", encoding="utf-8")
    at = ["--taken-at", "2026-11-20 08:00"]
    assert logged_in("shadows", "import", "dns", str(zone), "--source", "s", *at, "--confirmed").code == 0
    assert api.asked[-1].body == {
        "kind": "dns", "source": "s", "confirmed": True, "zone_file": "x A 10.0.0.1\n",
        "taken_at": "2026-11-20T08:00:00+08:00",
    }  # fmt: skip
    hosts = [{"name": "oa-1", "addresses": ["10.8.0.4"], "listening": [{"port": 80}]}]
    facts = tmp_path / "facts.json"
    told = {"schema": "cloudctl.evidence/1", "collected_at": "2026-11-20T00:00:00Z", "hosts": hosts}
    facts.write_text(json.dumps(told), encoding="utf-8")
    assert logged_in("shadows", "import", "services", str(facts), "--source", "s").code == 0
    assert api.asked[-1].body == {
        "kind": "services", "source": "s", "confirmed": False, "hosts": hosts, "taken_at": "2026-11-20T00:00:00Z",
    }  # fmt: skip
    met = [{"names": ["oa.city.gov.cn"], "address": "10.8.0.4"}]
    listed = tmp_path / "certificates.json"
    listed.write_text(json.dumps({"certificates": met}), encoding="utf-8")
    assert logged_in("shadows", "import", "certificates", str(listed), "--source", "s", *at).code == 0
    assert api.asked[-1].body["certificates"] == met


def test_a_file_of_another_schema_is_refused_before_anything_is_sent(
    logged_in: Cloudctl, api: FakeApi, tmp_path: Path
) -> None:
    before = len(api.asked)
    for content in ('{"schema": "other/1", "hosts": []}', "[]", "no json"):
        file = tmp_path / "facts.json"
        file.write_text(content, encoding="utf-8")
        assert logged_in("shadows", "import", "services", str(file), "--source", "s").code == 2
    assert len(api.asked) == before


def test_a_system_that_is_not_on_the_register_yet_is_founded(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/shadows/{KEY}/register", SHADOW | {"state": "registered", "act": "register", "reason": "r"})
    new = ["--system", "caiwu", "--new-name", "财务系统", "--reason", "r"]
    assert logged_in("shadows", "register", KEY, *new).code == 2  # its level
    assert logged_in("shadows", "register", KEY, *new, "--mlps-level", "2", "--no-state-secrets").code == 0
    assert api.asked[-1].body == {
        "system": "caiwu", "reason": "r", "founding": {"name": "财务系统", "mlps_level": 2, "no_state_secrets": True},
    }  # fmt: skip
