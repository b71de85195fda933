"""`cloudctl zombies campaign` and `cloudctl zombies case`: what they send, and what people read."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
WORDS = {"en": "Unused for ninety days", "zh_CN": "九十天无人使用"}
ROW = {
    "id": KEY, "number": "清理〔2026〕1号", "system": "oa", "name": "OA", "department": "发改委", "state": "due",
    "due_on": "2026-12-11", "quarantined_until": None, "campaign": "清理行动〔2026〕1号", "cause": None,
}  # fmt: skip
CASE = ROW | {
    "words": WORDS, "wakes_on": None, "kept_until": None, "quarantined_at": None, "backed_up_at": None,
    "tested_at": None, "digest": None, "deleted_at": None, "backup_until": None, "close_out": None, "version": 3,
    "proposed": {"by": KEY, "at": "2026-12-11T00:00:00Z", "reason": "隔离期满"}, "confirmed": None,
}  # fmt: skip
LINE = {
    "id": None, "kind": "dns_removed", "title": {"en": "Domain names removed", "zh_CN": "域名注销"}, "outcome": None,
    "words": "", "name": None, "media_type": None, "size_bytes": None, "digest": None, "filled_by": None,
    "created_at": None,
}  # fmt: skip
STOP = {
    "id": KEY, "state": "thrown", "reason": "误关", "thrown_by": KEY, "thrown_at": "2026-11-22T00:00:00Z",
    "asked_by": None, "asked_at": None, "asking": None, "lifted_by": None, "lifted_at": None, "version": 1,
}  # fmt: skip


def test_the_list_of_cases_says_where_each_stands(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/clearings", {"items": [ROW], "next": None})
    out = logged_in("zombies", "case", "list", "--state", "due", "--campaign", KEY).out
    assert "not answered" in out
    assert {"state": "due", "campaign_id": KEY}.items() <= api.asked[-1].query.items()
    assert json.loads(logged_in("zombies", "case", "list", "-o", "json").out) == [ROW]


def test_an_answer_by_the_number_people_quote(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/clearings", {"items": [ROW], "next": None})
    api.on("POST", f"/v1/clearings/{KEY}/answer", CASE | {"state": "kept"})
    ended = logged_in(
        "zombies", "case", "answer", ROW["number"], "keep", "--until", "2027-03-31", "--reason", "决算",
        "--if-version", "3",
    )  # fmt: skip
    assert ended.code == 0
    assert "Unused for ninety days" in ended.out
    assert "隔离期满" in ended.out
    sent = api.asked[-1]
    assert sent.body == {"answer": "keep", "reason": "决算", "until": "2027-03-31"}
    assert sent.headers["if-match"] == '"3"'
    assert logged_in("zombies", "case", "answer", KEY, "perhaps").code == 2


def test_a_transfer_names_a_department_by_its_code(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", {"items": [{"id": KEY, "code": "czj"}], "next": None})
    api.on("POST", f"/v1/clearings/{KEY}/answer", CASE)
    logged_in("zombies", "case", "answer", KEY, "transfer", "--to", "czj", "--reason", "已移交")
    assert api.asked[-1].body["to_department_id"] == KEY


def test_every_decision_needs_its_reason(logged_in: Cloudctl, api: FakeApi) -> None:
    for verb in ("restore", "dismiss", "resume", "propose", "take-back", "confirm"):
        api.on("POST", f"/v1/clearings/{KEY}/{verb}", CASE)
        assert logged_in("zombies", "case", verb, KEY).code == 2
        assert logged_in("zombies", "case", verb, KEY, "--reason", "同意").code == 0
        assert api.asked[-1].body == {"reason": "同意"}


def test_a_line_is_filled_one_way(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    where = f"/v1/clearings/{KEY}/lines"
    api.on("GET", where, {"items": [LINE]})
    assert "Domain names removed" in logged_in("zombies", "case", "lines", KEY).out
    api.on("POST", where, Reply(201, LINE | {"outcome": "number", "words": "8号"}))
    api.on("POST", f"{where}/files", Reply(201, LINE | {"outcome": "file", "name": "x.pdf"}))
    assert "8号" in logged_in("zombies", "case", "fill", KEY, "dns_removed", "--number", "8号").out
    assert api.asked[-1].body == {"kind": "dns_removed", "outcome": "number", "words": "8号"}
    logged_in("zombies", "case", "fill", KEY, "dns_removed", "--not-applicable", "没有域名")
    assert api.asked[-1].body["outcome"] == "not_applicable"
    file = tmp_path / "x.pdf"
    file.write_bytes(b"%PDF-1.7")
    assert logged_in("zombies", "case", "fill", KEY, "dns_removed", "--file", str(file), "--number", "8号").code == 0
    assert api.asked[-1].query == {"kind": "dns_removed", "name": "x.pdf", "words": "8号"}
    assert logged_in("zombies", "case", "fill", KEY, "dns_removed").code == 2
    assert logged_in("zombies", "case", "fill", KEY, "dns_removed", "--number", "1", "--not-applicable", "x").code == 2


def test_the_certificate_is_saved(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    api.on("GET", f"/v1/clearings/{KEY}/certificate.pdf", Reply(200, raw=b"%PDF-1.7"))
    target = tmp_path / "c.pdf"
    assert logged_in("zombies", "case", "certificate", KEY, "-o", str(target)).code == 0
    assert target.read_bytes() == b"%PDF-1.7"


def test_a_dry_run_asks_for_a_plan_and_needs_no_title(logged_in: Cloudctl, api: FakeApi) -> None:
    line = {
        "system": "oa", "name": "OA", "department": "发改委", "state": "zombie", "confidence": 92, "taken": True,
        "words": {"en": "It is taken on.", "zh_CN": "予以立案。"},
    }  # fmt: skip
    api.on("POST", "/v1/campaigns/plan", {"campaign": None, "taken": 1, "lines": [line]})
    out = logged_in("zombies", "campaign", "start", "--dry-run", "--zone", "extranet").out
    assert "It is taken on." in out
    assert "1 would be taken on." in out
    assert api.asked[-1].body == {"policy": "default", "departments": [], "zones": ["extranet"], "systems": []}
    assert logged_in("zombies", "campaign", "start").code == 2
    api.on("POST", "/v1/campaigns", Reply(201, {"campaign": {"number": "1号"}, "taken": 1, "lines": [line]}))
    assert "1号 has started" in logged_in("zombies", "campaign", "start", "--title", "清理").out


def test_the_kill_switch_is_thrown_and_lifted(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/stops", Reply(201, STOP))
    api.on("POST", "/v1/stops/ask", STOP | {"state": "lift_asked"})
    api.on("POST", "/v1/stops/lift", STOP | {"state": "lifted"})
    api.on("GET", "/v1/stops", [STOP])
    assert "State" in logged_in("zombies", "campaign", "stop-all", "--reason", "误关").out
    assert "on, to be lifted" in logged_in("zombies", "campaign", "ask-lift", "--reason", "已核对").out
    assert "lifted" in logged_in("zombies", "campaign", "lift").out
    assert "误关" in logged_in("zombies", "campaign", "stops").out
    assert logged_in("zombies", "campaign", "stop-all").code == 2
