from __future__ import annotations

from tests.unit.cli.fakes import Cloudctl, FakeApi, Reply, problem

OPEN = {
    "act": "patches", "zones": ["extranet", "internet"], "at": "2026-11-21T18:26:58Z",
    "open_until": "2027-06-04T16:00:00Z", "next_freeze": "高考", "passed": [],
}  # fmt: skip
FROZEN = problem(
    "frozen", 409, "A freeze window is open", "The freeze window 高考 forbids this until 2027-06-11 00:00."
)
CHECK = ("freezes", "check", "--act", "patches", "--zone", "extranet")


def test_an_open_time_ends_well_and_says_until_when(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/freezes/check", OPEN)
    ended = logged_in(*CHECK, "--zone", "internet")
    assert ended.code == 0
    assert "2027-06-05 00:00" in ended.out
    assert "高考" in ended.out
    assert api.asked[0].query == {"act": "patches", "zone": "internet"}  # the last of several


def test_a_window_ends_the_command_as_every_conflict_does(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("GET", "/v1/freezes/check", Reply(409, FROZEN | {"way_out": "The next open window begins on 2027-06-11."}))
    ended = logged_in(*CHECK)
    assert (ended.code, ended.out) == (4, "")
    assert "高考" in ended.err
    assert "2027-06-11" in ended.err


def test_an_emergency_is_put_on_record_with_its_reason(logged_in: Cloudctl, api: FakeApi) -> None:
    api.on("POST", "/v1/freezes/exceptions", OPEN | {"passed": ["两会"]})
    ended = logged_in(*CHECK, "--emergency", "高危漏洞")
    assert ended.code == 0
    assert "两会" in ended.out
    (asked,) = api.asked
    assert asked.body == {"act": "patches", "zones": ["extranet"], "reason": "高危漏洞"}


def test_an_act_has_to_be_one_and_a_reason_is_text(logged_in: Cloudctl, api: FakeApi) -> None:
    assert logged_in("freezes", "check").code == 2
    assert logged_in("freezes", "check", "--act", "naps").code == 2
    assert not api.asked
