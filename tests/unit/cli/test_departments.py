"""`cloudctl departments merge|retire`."""

from __future__ import annotations

import pytest

from tests.unit.cli.fakes import Cloudctl, FakeApi

FGW, GXJ = "01a1ff5c-8e74-717d-b9f5-571091dd581c", "01a1ff5c-8e74-717d-b9f5-571091dd581d"
ENDED = {
    "id": FGW, "code": "fgw", "name": "市发展改革委", "level": "city", "parent_id": None,
    "retired_at": "2026-11-21T18:26:58Z", "successor_id": GXJ, "created_at": "2026-01-21T18:26:58Z", "version": 2,
}  # fmt: skip


def test_a_merger_names_both_by_their_codes(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/departments", {"items": [{"id": FGW}], "next": None}, {"items": [{"id": GXJ}], "next": None})
    api.on("POST", f"/v1/departments/{FGW}/merge", ENDED)
    words = ("--into", "gxj", "--reason", "机构改革", "--if-version", "1")
    ended = logged_in("departments", "merge", "fgw", *words)
    assert (ended.code, "Successor id" in ended.out) == (0, True)
    assert [asked.query["code"] for asked in api.asked[:2]] == ["fgw", "gxj"]
    assert api.asked[2].body == {"into": GXJ, "reason": "机构改革"}


def test_one_without_a_successor(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", f"/v1/departments/{FGW}/retire", ENDED | {"successor_id": None})
    assert logged_in("departments", "retire", FGW, "--reason", "撤销").code == 0
    assert api.asked[0].body == {"reason": "撤销"}


@pytest.mark.parametrize("words", [("merge", FGW, "--reason", "x"), ("merge", FGW, "--into", GXJ), ("retire", FGW)])
def test_what_is_missing_is_asked_for(logged_in: Cloudctl, api: FakeApi, words: tuple[str, ...]) -> None:
    assert logged_in("departments", *words).code == 2
    assert api.asked == []
