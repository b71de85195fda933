"""Codes of applications, and what they become on a host."""

from __future__ import annotations

import re

import pytest

from cloudctl.domain.apps import check_code, instance_of
from cloudctl.domain.errors import Invalid, Refused
from cloudctl.domain.lifecycle_apps import ACTS, APPS, BUSY, OPEN, SERVING

ON_A_HOST = re.compile(r"[a-z][a-z0-9]{2,23}")


@pytest.mark.parametrize("code", ["fgw-site", "1-a", "a" * 63, "x-1-2"])
def test_a_code_becomes_a_users_name(code: str) -> None:
    check_code(code)
    assert ON_A_HOST.fullmatch(instance_of(code))


@pytest.mark.parametrize("code", ["", "Fgw", "a--b", "-a", "a-", "a_b", "网站", "a" * 64, "a.b"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_code(code)
    assert refused.value.field == "code"


def test_codes_that_look_alike_have_users_of_their_own() -> None:
    alike = ["fgw-site", "fgws-ite", "fgwsite", "f-gwsite"]
    assert len({instance_of(code) for code in alike}) == len(alike)


def test_every_busy_state_ends_or_is_parked() -> None:
    for state in BUSY:
        ways = set(APPS.events(state))
        # What touches nothing of the application needs no person for it: it goes back to where it was.
        assert "park" in ways or (state in {"proving", "forgetting"} and ways == {"abandon", "finish"})
        assert {"finish", "abandon"} & set(APPS.events(state))
    assert set(BUSY) <= set(OPEN)
    assert "attention" not in SERVING
    assert APPS.final == {"retired"}
    assert ACTS.final == {"done", "undone", "rolled_back", "parked"}


def test_nothing_is_begun_while_something_is_under_way() -> None:
    for state in (*BUSY, "planned", "waiting", "failed", "retired"):
        for event in ("upgrade", "back_up", "move"):
            with pytest.raises(Refused):
                APPS.next(state, event)
