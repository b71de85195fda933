"""What an expression reads of the facts: never less than it does read."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import cel
import pytest

from cloudctl.domain.errors import ConfigurationError
from cloudctl.policy.conditions import Context, Expression
from cloudctl.policy.evaluation import RuleBook
from cloudctl.policy.facts import completed
from cloudctl.policy.reads import Read, united
from cloudctl.policy.registry import load, shipped
from cloudctl.policy.rules import Rule

REGISTRY = load(shipped())
ORDER: Read = ("order", None)
ITEMS: Read = ("items", None)


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("order.title == 'order.number'", [("order", ("title",))]),
        ("order.title.matches(order.zone)", [("order", ("title", "zone"))]),
        ("has(order.title)", [("order", ("title",))]),
        ("order.emergency ? order.title : order.zone", [("order", ("emergency", "title", "zone"))]),
        ("items.exists(i, i.kind == 'server' && i.vcpu > 4)", [("items", ("*", "kind", "vcpu"))]),
        ("items.all(i, items.exists(j, j.name == i.kind))", [("items", ("*", "kind", "name"))]),
        ("[1, 2].exists(d, d > order.bandwidth_mbps)", [("order", ("bandwidth_mbps",))]),
        # Where it cannot be told, it is everything.
        ("order['title'] == 'x'", [ORDER]),
        ("order.exists(k, k == 'title')", [ORDER]),
        ("order == {}", [ORDER]),
        ("{'a': order}.a.title == 'x'", [ORDER]),
        ("[order].exists(x, x.title == 'a')", [ORDER]),
        ("items[0].kind == 'server'", [ITEMS]),
        ("size(items) > 1", [ITEMS]),
        ("items.size() > 1", [ITEMS]),
        ("items.filter(i, i.vcpu > 1).exists(i, i.kind == 'server')", [ITEMS]),
        ("items.map(i, i.kind).exists(k, k == 'server')", [ITEMS]),
        ("items.exists(i, i == items[0])", [ITEMS]),
        ("items.exists(i, i['kind'] == 'server')", [ITEMS]),
        ("order.title == r'\\' || order.zone == 'x'", [ORDER]),
        ("order.title == 'x' // order.zone", [ORDER]),
        ('order.title == """a" + order.zone + "b"""', [ORDER]),
    ],
)
def test_reads(source: str, read: list[Read]) -> None:
    facts = {"order", "items"}
    assert [entry for entry in Expression(source).reads if entry[0] in facts] == read


def test_what_several_read_together() -> None:
    assert united([[("a", ("x",)), ("b", ("y",))], [("a", ("w",))]]) == [("a", ("w", "x")), ("b", ("y",))]
    assert united([[("a", ("x",))], [("a", None)]]) == [("a", None)]
    assert united([[("a", ("*", "x"))], [("a", ("x",))]]) == [("a", None)]


def test_what_is_not_read_changes_nothing_and_what_is_read_is_seen() -> None:
    expression = Expression("order.title == 'a' && items.exists(i, i.vcpu > 4)")
    facts = {"order": {"title": "a", "zone": "x"}, "items": [{"vcpu": 8, "name": "n"}]}
    assert expression.value(Context(facts)) is True
    assert expression.value(Context({**facts, "order": {"title": "a"}})) is True
    assert expression.value(Context({**facts, "items": [{"vcpu": 4, "name": "n"}]})) is False
    assert expression.value(Context({**facts, "order": {"title": "b"}})) is False
    with pytest.raises(ConfigurationError):
        expression.value(Context({**facts, "order": {"zone": "a"}}))


def test_values_that_python_holds_equal_are_told_apart() -> None:
    expression = Expression("order.n == 1 ? 'one' : 'other'")
    assert expression.value(Context({"order": {"n": 1}})) == "one"
    answers = [asked(expression, {"order": {"n": n}}) for n in (True, 1, "1")]
    assert answers == [by_the_library(expression, {"order": {"n": n}}) for n in (True, 1, "1")]


def test_the_shipped_rules_answer_as_if_they_saw_everything_and_remembered_nothing() -> None:
    draw = random.Random(7)
    spoken: set[str] = set()
    for _ in range(60):
        facts = varied(completed(REGISTRY.base, draw.choice(CASES)), draw)
        for item in [None, *facts["items"]]:
            seen = facts if item is None else {**facts, "item": item}
            for rule, expression in EXPRESSIONS:
                if rule.policy.scope == ("order" if item is None else "item"):
                    assert asked(expression, seen) == by_the_library(expression, seen), expression.source
        spoken |= {finding.rule for finding in RULES.judge(facts).findings}
        assert RULES.judge(facts) == RULES.judge(facts)
    assert len(spoken) > len(REGISTRY.rules) / 2, "the facts were too tame"


RULES = RuleBook(REGISTRY)
CASES: list[dict[str, Any]] = [case.facts for rule in REGISTRY.rules for case in rule.policy.cases]
EXPRESSIONS: list[tuple[Rule, Expression]] = [
    (rule, expression)
    for rule in REGISTRY.rules
    for expression in [rule.when, *(one for several in rule.params.values() for one in several.values())]
]
LIBRARY = {expression.source: cel.compile(expression.source) for _, expression in EXPRESSIONS}


def varied(facts: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """Some leaves changed to values of their own kind."""
    changed = deepcopy(facts)
    for owner in [*(value for value in changed.values() if isinstance(value, dict)), *changed["items"]]:
        for name, value in owner.items():
            if draw.random() < 0.2:
                owner[name] = other(value, draw)
    return changed


def other(value: Any, draw: random.Random) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return draw.choice([0, 1, 3, 40, 5000])
        case str():
            return draw.choice(["", "a", "server", "internet", "none"])
        case dict():
            return {name: other(below, draw) for name, below in value.items()}
    return value


def asked(expression: Expression, facts: dict[str, Any]) -> Any:
    try:
        return expression.value(Context(facts))
    except ConfigurationError:
        return ConfigurationError


def by_the_library(expression: Expression, facts: dict[str, Any]) -> Any:
    program = LIBRARY.get(expression.source) or cel.compile(expression.source)
    try:
        return program.execute(cel.Context(variables=facts))
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError):
        return ConfigurationError
