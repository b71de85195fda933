from __future__ import annotations

import json

import pytest

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply

PATH = "/v1/register-imports/netbox"
LEFT = {"code": "srv-2", "reason": "It stands on another one.", "way_out": "Correct the unit."}
RECEIPT = {
    "rehearsal": True,
    "nouns": [{"noun": "devices", "rows": 3, "added": 2, "altered": 0, "unchanged": 0, "left_out": [LEFT]}],
    "prefixes": 3,
    "overlapping": ["10.64.3.0/24"],
}
GIVEN = ("register", "import-netbox", "--url", "https://netbox/", "--department", "szb")


def test_what_came_of_it_is_told(logged_in: Cloudctl, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_TOKEN", " 0123abcd\n")
    api.on("POST", PATH, Reply(200, RECEIPT))
    ended = logged_in(*GIVEN, "--token-env", "OTHER_TOKEN", "--dry-run")
    assert (ended.code, "rehearsal" in ended.out) == (0, True)
    assert "devices srv-2: It stands on another one. Correct the unit." in ended.err
    assert "10.64.3.0/24" in ended.err
    (asked,) = api.asked
    assert asked.body == {"url": "https://netbox/", "token": "0123abcd", "department": "szb", "dry_run": True}
    assert "0123abcd" not in ended.out + ended.err


def test_programs_get_all_of_it(logged_in: Cloudctl, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETBOX_TOKEN", "t")
    api.on("POST", PATH, Reply(201, RECEIPT))
    assert json.loads(logged_in(*GIVEN, "-o", "json").out) == RECEIPT


def test_without_a_token_nothing_is_asked(logged_in: Cloudctl, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETBOX_TOKEN", raising=False)
    ended = logged_in(*GIVEN)
    assert (ended.code, "NETBOX_TOKEN" in ended.err, api.asked) == (2, True, [])
