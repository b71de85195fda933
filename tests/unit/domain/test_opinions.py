from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from cloudctl.domain.accounts import GRANTS, Permission
from cloudctl.domain.errors import Invalid, Refused
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.opinions import Opinion, Specialist, Verdict, conditions, in_order, missing, objecting

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def opinion(specialist: Specialist) -> Opinion:
    due = NOW + timedelta(days=1)
    return Opinion(order_id=new_id(), department_id=new_id(), specialist=specialist, asked_at=NOW, due_at=due)


def given(specialist: Specialist, verdict: Verdict = Verdict.AGREE, *conditions: str, late: bool = False) -> Opinion:
    made = opinion(specialist)
    words = "x" if verdict is Verdict.OBJECT else ""
    made.give(verdict, list(conditions), words, by=None, giver="x", now=NOW + timedelta(days=2 if late else 0))
    return made


def test_each_field_has_a_role_that_may_speak() -> None:
    for specialist in Specialist:
        assert Permission.OPINIONS_WRITE in GRANTS[specialist.role]
        assert Permission.ORDERS_REVIEW not in GRANTS[specialist.role]


def test_who_is_missing_are_those_asked_and_those_that_policy_names() -> None:
    current = [given(Specialist.BUDGET), opinion(Specialist.NETWORK)]
    assert missing(current, ["security", "budget"]) == [Specialist.NETWORK, Specialist.SECURITY]
    assert missing([given(Specialist.BUDGET)], ["budget"]) == []
    assert missing([], []) == []


def test_a_withdrawn_one_is_missing_again() -> None:
    made = given(Specialist.NETWORK)
    made.withdraw()
    assert missing([made], []) == [Specialist.NETWORK]


@pytest.mark.parametrize("arrival", list(permutations(range(4))))
def test_what_they_come_to_does_not_depend_on_their_order(arrival: tuple[int, ...]) -> None:
    four = [
        given(Specialist.NETWORK, Verdict.AGREE_WITH_CONDITIONS, "b", "a"),
        given(Specialist.SECURITY, Verdict.OBJECT),
        given(Specialist.CAPACITY, Verdict.AGREE_WITH_CONDITIONS, "c"),
        given(Specialist.BUDGET, Verdict.OBJECT),
    ]
    mixed = [four[place] for place in arrival]
    assert in_order(mixed) == four
    assert [entry["words"] for entry in conditions(mixed)] == ["b", "a", "c"]
    assert objecting(mixed) == [Specialist.SECURITY, Specialist.BUDGET]


def test_late() -> None:
    assert given(Specialist.NETWORK, late=True).late
    assert not given(Specialist.NETWORK).late
    assert not opinion(Specialist.NETWORK).late


def test_a_void_one_is_neither_given_nor_withdrawn() -> None:
    made = given(Specialist.NETWORK)
    made.void()
    assert made.verdict is Verdict.AGREE
    for act in (made.withdraw, made.void, lambda: made.give(Verdict.AGREE, [], "", by=None, giver="x", now=NOW)):
        with pytest.raises(Refused):
            act()


def test_an_answer_that_does_not_fit_leaves_no_trace() -> None:
    made = opinion(Specialist.NETWORK)
    with pytest.raises(Invalid):
        made.give(Verdict.OBJECT, [], "", by=None, giver="x", now=NOW)
    assert (made.state, made.verdict) == ("asked", None)
