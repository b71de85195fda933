"""`cloudctl playbooks` and `cloudctl runs`: what they send, and what people read."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

KEY, HOST = "01a1ff5c-8e74-517d-b9f5-571091dd581c", "01a1ff5c-8e74-517d-b9f5-571091dd5800"
ROW = {
    "id": KEY, "playbook": "patch_hosts", "state": "failed", "zone": "extranet", "check": False, "origin": "platform",
    "names": {HOST: "web-1-01a1ff5c"}, "subject": "", "system_id": None, "department_id": None, "host_id": None,
    "asked_by": None, "approved_by": None, "resume_of": None, "attempts": 1, "failed_task": "Upgrade",
    "words": {"en": "web-1: no room", "zh_CN": "web-1: no room"}, "begun_at": None, "ended_at": None,
    "created_at": "2026-11-22T00:00:00Z", "version": 3,
}  # fmt: skip
RUN = ROW | {
    "arguments": {}, "hosts": [HOST], "tags": [], "start_at_task": None, "saga": "run_playbook", "reason": "",
    "approved_at": None, "digest": "0" * 64, "unfinished": [], "results": {}, "dropped": 0,
    "stats": {"web-1-01a1ff5c": {"ok": 4, "changed": 2, "failed": 1, "unreachable": 0, "skipped": 0}},
}  # fmt: skip
PLAYBOOK = {
    "name": "patch_hosts", "summary": "Installs updates", "changes": True, "repeat": "safe", "approval": "office",
    "timeout_minutes": 60, "owner": "operations", "digest": "0" * 64,
    "arguments": [
        {"name": "patch_hosts_reboot", "type": "str", "summary": "Whether.", "required": False, "default": "auto",
         "choices": ["auto", "never"], "elements": None, "secret": False, "options": []},
        {"name": "patch_hosts_key", "type": "str", "summary": "A key.", "required": True, "default": None,
         "choices": [], "elements": None, "secret": True, "options": []},
    ],
}  # fmt: skip


def test_playbooks_say_what_they_take(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/playbooks", [PLAYBOOK])
    api.on("GET", "/v1/playbooks/patch_hosts", PLAYBOOK)
    listed = logged_in("playbooks", "list").out
    assert "begun again by itself" in listed
    assert "of a second person" in listed
    shown = logged_in("playbooks", "show", "patch_hosts").out
    assert "auto, never" in shown
    assert "cloudctl secrets set" in shown
    assert json.loads(logged_in("playbooks", "show", "patch_hosts", "-o", "json").out) == PLAYBOOK


def test_a_run_is_asked_for_with_its_arguments(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    api.on("GET", "/v1/hosts", {"items": [{"id": HOST, "name": "web-1"}], "next": None})
    api.on("POST", "/v1/runs", Reply(201, RUN | {"state": "queued"}))
    (tmp_path / "more.yaml").write_text("patch_hosts_hold: [nginx]\npatch_hosts_batch: 50%\n")
    ended = logged_in(
        "runs", "start", "patch_hosts", "--host", "web-1", "-e", "patch_hosts_reboot=never", "-e",
        "patch_hosts_tries=3", "-f", str(tmp_path / "more.yaml"), "--check", "--tag", "gate", "--reason", "月度补丁",
    )  # fmt: skip
    assert ended.code == 0
    assert "waits for its turn" in ended.out
    assert api.asked[-1].body == {
        "playbook": "patch_hosts", "hosts": [HOST], "check": True, "tags": ["gate"], "start_at_task": None,
        "reason": "月度补丁",
        "arguments": {
            "patch_hosts_hold": ["nginx"], "patch_hosts_batch": "50%", "patch_hosts_reboot": "never",
            "patch_hosts_tries": 3,
        },
    }  # fmt: skip
    assert logged_in("runs", "start", "patch_hosts", "--host", HOST, "-e", "nonsense").code == 2


def test_a_run_is_shown_host_by_host(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/runs", {"items": [ROW], "next": None})
    api.on("GET", f"/v1/runs/{KEY}", RUN)
    assert "web-1-01a1ff5c" in logged_in("runs", "list", "--state", "failed").out
    shown = logged_in("runs", "show", KEY).out
    assert "no room" in shown
    assert "Still to be done" in shown


def test_following_prints_what_is_said_and_its_end_decides_the_code(logged_in: Cloudctl, api: FakeApi) -> None:
    said = {"at": "2026-11-22T00:00:00Z", "kind": "ok", "host": "a", "task": "t", "text": "ok: [a]"}
    batch = {"seq": 4, "run_id": KEY, "at": said["at"], "dropped": 12, "state": None, "lines": [said]}
    end = batch | {"seq": 5, "dropped": 0, "lines": [], "state": "succeeded"}
    stream = "".join(f"id: {one['seq']}\nevent: lines\ndata: {json.dumps(one)}\n\n" for one in (batch, end)).encode()
    api.on("GET", f"/v1/runs/{KEY}/events", Reply(200, headers={"Content-Type": "text/event-stream"}, raw=stream))
    api.on("GET", f"/v1/runs/{KEY}", RUN | {"state": "running"}, RUN | {"state": "succeeded", "words": {}})
    ended = logged_in("runs", "follow", KEY)
    assert ended.code == 0
    assert "ok: [a]" in ended.out
    assert "12 lines" in ended.out
    api.on("GET", f"/v1/runs/{KEY}", RUN | {"state": "asked"})
    assert logged_in("runs", "follow", KEY).code != 0


def test_decisions_and_files(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    for verb, words in (("approve", ()), ("cancel", ()), ("resume", ("--at-task",)), ("settle", ("--reason", "已查"))):
        api.on("POST", f"/v1/runs/{KEY}/{verb}", RUN)
        assert logged_in("runs", verb, KEY, *words, "--if-version", "3").code == 0
        assert api.asked[-1].headers["if-match"] == '"3"'
    assert logged_in("runs", "settle", KEY).code == 2
    file = {"name": "log.txt", "media_type": "text/plain", "size_bytes": 3, "digest": "0"}
    api.on("GET", f"/v1/runs/{KEY}/artifacts", [file])
    api.on("GET", f"/v1/runs/{KEY}/artifacts/content", Reply(200, raw=b"abc"))
    assert "log.txt" in logged_in("runs", "artifacts", KEY).out
    logged_in("runs", "artifacts", KEY, "--name", "log.txt", "--output-file", str(tmp_path / "log"))
    assert (tmp_path / "log").read_bytes() == b"abc"
    api.on("POST", "/v1/runs/reports", Reply(201, RUN | {"origin": "hand"}))
    (tmp_path / "report.json").write_text('{"playbook": "x"}')
    assert "by hand" in logged_in("runs", "report", "-f", str(tmp_path / "report.json")).out
