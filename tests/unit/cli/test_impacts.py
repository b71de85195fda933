"""`cloudctl impact`: what people read, and the drafts that are written."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.fakes import Cloudctl, FakeApi

KEY = "01a1ff5c-8e74-517d-b9f5-571091dd581c"
REASON = {"en": "web-1 runs on the host compute-1.", "zh_CN": "web-1 运行在主机 compute-1 上。"}
ONE = {
    "id": KEY, "code": "oa", "name": "办公系统", "department": "fgw", "contact": "李 1", "direct": True,
    "reasons": [REASON],
}  # fmt: skip
FOUND = {
    "kind": "host", "name": "compute-1", "servers": ["web-1"], "strangers": ["os-1: vm-9"], "systems": [ONE],
    "apps": [],
    "departments": [
        {"code": "fgw", "name": "发改委", "contacts": ["李 1"], "draft": {"en": "To fgw: work", "zh_CN": "致发改委"}}
    ],
}  # fmt: skip


def test_it_says_through_what_and_writes_the_drafts(logged_in: Cloudctl, api: FakeApi, tmp_path: Path) -> None:
    api.on("GET", "/v1/impact/host/compute-1", FOUND)
    ended = logged_in("impact", "host", "compute-1", "--draft", str(tmp_path / "drafts"))
    assert ended.code == 0, ended.err
    assert "web-1 runs on the host compute-1." in ended.out
    assert "os-1: vm-9" in ended.out
    assert (tmp_path / "drafts" / "fgw.zh_CN.txt").read_text(encoding="utf-8") == "致发改委\n"
    assert (tmp_path / "drafts" / "fgw.en.txt").exists()
