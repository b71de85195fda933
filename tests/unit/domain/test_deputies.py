"""Who may act for whom, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudctl.domain.accounts import Account, Role
from cloudctl.domain.deputies import Deputy, check_chain, check_pair, check_period
from cloudctl.domain.errors import Conflict, Invalid

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def person(login: str, department_id: UUID | None = None, **changes: Any) -> Account:
    values: dict[str, Any] = {
        "login": login, "name": login, "email": "", "department_id": department_id,
        "roles": frozenset({Role.OFFICE_REVIEWER}), "created_at": NOW,
    }  # fmt: skip
    return Account(**values | changes)


A, B, C = person("a"), person("b"), person("c")


def appointment(principal: Account, deputy: Account, start: int = 0, days: int = 10, **changes: Any) -> Deputy:
    values: dict[str, Any] = {
        "principal_id": principal.id, "deputy_id": deputy.id, "department_id": None, "starts_at": NOW + start * DAY,
        "ends_at": NOW + (start + days) * DAY, "reason": "leave", "appointed_by": principal.id, "created_at": NOW,
    }  # fmt: skip
    return Deputy(**values | changes)


def test_it_stands_from_its_start_until_just_before_its_end() -> None:
    made = appointment(A, B)
    assert [made.in_force(NOW + shift) for shift in (-timedelta(microseconds=1), timedelta(), 10 * DAY)] == [
        False,
        True,
        False,
    ]
    assert made.in_force(NOW + 10 * DAY - timedelta(microseconds=1))
    made.revoked_at = NOW
    assert not made.in_force(NOW)
    assert not made.overlaps(NOW, NOW + DAY)


@given(st.integers(-30, 30), st.integers(1, 30), st.integers(-30, 30), st.integers(1, 30))
def test_overlap_is_a_common_moment(start: int, days: int, other: int, length: int) -> None:
    made = appointment(A, B, start, days)
    common = set(range(start, start + days)) & set(range(other, other + length))
    assert made.overlaps(NOW + other * DAY, NOW + (other + length) * DAY) is bool(common)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [(2, 2, "not after the start"), (-3, -1, "over already"), (0, 367, "at most 366 days")],
)
def test_a_period_that_is_none_is_refused(start: int, end: int, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        check_period(NOW + start * DAY, NOW + end * DAY, NOW)
    assert refused.value.field == "ends_at"


def test_both_are_active_people_of_one_department() -> None:
    check_pair(A, B)
    for principal, deputy, said in (
        (A, A, "own deputy"),
        (A, person("x", active=False), "x is not active"),
        (person("y", active=False), B, "y is not active"),
        (A, person("z", uuid4()), "z belongs to another department"),
    ):
        with pytest.raises(Invalid, match=said):
            check_pair(principal, deputy)


@pytest.mark.parametrize(
    ("principal", "deputy", "said"),
    [
        (A, C, "a has a deputy in that time already"),
        (B, C, "b is replaced by somebody else"),
        (C, A, "a is a deputy in that time"),
    ],
)
def test_no_second_deputy_and_no_deputy_of_a_deputy(principal: Account, deputy: Account, said: str) -> None:
    standing = appointment(principal, deputy, 5)
    with pytest.raises(Conflict, match=said):
        check_chain([standing], A, B, NOW, NOW + 10 * DAY)
    check_chain([standing], A, B, NOW, NOW + 5 * DAY)
    standing.revoked_at = NOW
    check_chain([standing], A, B, NOW, NOW + 10 * DAY)


def test_one_person_may_act_for_several() -> None:
    check_chain([appointment(C, B)], A, B, NOW, NOW + DAY)
