from __future__ import annotations

import pytest

from cloudctl.domain.errors import ConfigurationError
from cloudctl.policy.conditions import Condition, Context, Expression

FACTS = {"totals": {"vcpu": 8}, "order": {"title": "OA"}, "items": [{"vcpu": 4}]}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("totals.vcpu > 4", True),
        ("totals.vcpu > 8", False),
        ("order.title.matches('^[A-Z]+$')", True),
        ("items.all(i, i.vcpu <= 4)", True),
        ("items.exists(i, i.vcpu > 4)", False),
        ("false && totals.absent > 1", False),
    ],
)
def test_holds(source: str, expected: bool) -> None:
    assert Condition(source).holds(Context(FACTS)) is expected


@pytest.mark.parametrize(
    "source",
    [
        "totals.absent > 4",  # a missing field
        "nothing > 4",  # a missing variable
        "totals.vcpu > 'four'",  # a wrong type
        "order.title + 1 == 2",
        "totals.vcpu / 0 > 1",
        "totals.vcpu + 9223372036854775807 > 1",
        "items[7].vcpu > 1",
        "order.title.matches('[')",
        "int(order.title) > 1",
    ],
)
def test_what_fails_at_run_time_is_an_error(source: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be evaluated"):
        Condition(source).holds(Context(FACTS))


@pytest.mark.parametrize("source", ["totals.vcpu", "order.title", "null", "items"])
def test_an_answer_that_is_neither_yes_nor_no_is_an_error(source: str) -> None:
    with pytest.raises(ConfigurationError, match="where true or false is needed"):
        Condition(source).holds(Context({**FACTS, "null": None}))


@pytest.mark.parametrize("source", ["1 +", "", "a b", "((("])
def test_what_is_not_cel_does_not_compile(source: str) -> None:
    with pytest.raises(ConfigurationError, match="not a CEL expression"):
        Expression(source)


def test_facts_without_a_cel_type_are_an_error() -> None:
    with pytest.raises(ConfigurationError, match="facts cannot be read"):
        Context({"id": object()})
    with pytest.raises(ConfigurationError, match="facts cannot be read"):
        Context({}).bind("id", object())


def test_one_context_serves_many_conditions_and_a_name_can_be_bound_anew() -> None:
    context = Context(FACTS)
    assert Condition("totals.vcpu == 8").holds(context)
    answers = []
    for item in ({"vcpu": 1}, {"vcpu": 9}):
        context.bind("item", item)
        answers.append(Condition("item.vcpu > totals.vcpu").holds(context))
    assert answers == [False, True]
