from __future__ import annotations

from typing import Any

import pytest

from tests.unit.cli.fakes import Cloudctl, FakeApi

A, B = "01a1ff5c-8e74-717d-b9f5-571091dd581a", "01a1ff5c-8e74-717d-b9f5-571091dd581b"


def sync(key: str, cloud: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": key, "cloud": cloud, "mode": "full", "state": state, "asked_by": None,
        "asked_at": "2026-11-21T18:26:58Z", "started_at": None, "ended_at": None, "objects": 0, "changed": 0,
        "missing": 0, "error": None, **more,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudctl.cli.syncs.POLL_S", 0)


def test_all_clouds_are_read_and_waited_for(logged_in: Cloudctl, api: FakeApi) -> None:
    clouds = [{"code": "a", "retired": False}, {"code": "b", "retired": False}, {"code": "c", "retired": True}]
    api.on("GET", "/v1/clouds", {"items": clouds, "next": None})
    api.on("GET", "/v1/syncs", {"items": [], "next": None})
    for key, code in ((A, "a"), (B, "b")):
        api.on("POST", f"/v1/clouds/{code}/sync", sync(key, code, "asked"))
    api.on("GET", f"/v1/syncs/{A}", sync(A, "a", "running", objects=500), sync(A, "a", "clean", objects=900))
    api.on("GET", f"/v1/syncs/{B}", sync(B, "b", "clean", objects=7))
    ended = logged_in("syncs", "run", "--all", "--full")
    assert ended.code == 0
    assert "900" in ended.out
    assert [asked.body for asked in api.asked if asked.method == "POST"] == [{"mode": "full"}] * 2
    assert len(api.of("GET", f"/v1/syncs/{A}")) == 2


def test_one_that_fails_is_told_in_words_and_by_the_exit_code(logged_in: Cloudctl, api: FakeApi) -> None:
    why = {"zh_CN": "无响应", "en": "The cloud did not answer."}
    api.on("POST", "/v1/clouds/a/sync", sync(A, "a", "asked", mode="incremental"))
    api.on("GET", f"/v1/syncs/{A}", sync(A, "a", "failed", error=why))
    ended = logged_in("syncs", "run", "a")
    assert ended.code == 8
    assert "The cloud did not answer." in ended.out
    assert "无响应" not in ended.out
    assert api.of("POST", "/v1/clouds/a/sync")[0].body == {"mode": "incremental"}


def test_a_short_list_is_believed_on_request(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/clouds/a/sync", sync(A, "a", "asked"))
    assert logged_in("syncs", "run", "a", "--believe", "--no-wait").code == 0
    assert api.asked[0].body == {"mode": "full", "believed": True}


def test_nobody_waits_who_does_not_want_to(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/clouds/a/sync", sync(A, "a", "asked"))
    assert logged_in("syncs", "run", "a", "--no-wait").code == 0
    assert api.of("GET", f"/v1/syncs/{A}") == []


@pytest.mark.parametrize("given", [(), ("a", "--all")])
def test_which_clouds_must_be_clear(logged_in: Cloudctl, api: FakeApi, given: tuple[str, ...]) -> None:
    assert logged_in("syncs", "run", *given).code == 2
    assert api.asked == []
