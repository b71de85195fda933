"""The test runner can fail: a case that is turned round, or whose reason is changed, does not pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from cloudctl.policy.checks import CaseResult, run_cases
from cloudctl.policy.registry import Registry, load, shipped
from cloudctl.policy.rules import Rule
from cloudctl.policy.schema import Policy
from tests.unit.policy.conftest import RULE

Write = Callable[..., Path]
SIX, FIVE = RULE["cases"]
SHIPPED = load(shipped())


def results(directory: Path) -> list[CaseResult]:
    return list(run_cases(load(directory)))


def test_sound_cases_pass(write: Write) -> None:
    assert [(result.rule, result.case, result.passed) for result in results(write())] == [
        ("too-many", "six", True),
        ("too-many", "five", True),
    ]


def test_a_rule_that_is_silent_where_it_should_speak_fails(write: Write) -> None:
    silent, _ = results(write({"when": "totals.servers > 6"}))
    assert silent.why == "The rule is silent."


def test_a_rule_that_speaks_where_it_should_be_silent_fails(write: Write) -> None:
    _, speaking = results(write({"when": "totals.servers > 4"}))
    assert (speaking.why, speaking.params) == ("The rule speaks: {reason}", {"reason": "5 are too many"})


def test_another_reason_fails(write: Write) -> None:
    first, _ = results(write({"cases": [SIX | {"reason": {"en": "7 are too many"}}, FIVE]}))
    assert first.params == {"given": "6 are too many", "expected": "7 are too many"}


def test_a_case_on_which_the_rule_breaks_fails_even_if_it_expects_the_rule_to_speak(write: Write) -> None:
    broken = {"name": "six", "facts": {"totals": {"servers": "many"}}, "speaks": True}
    first, _ = results(write({"cases": [broken, FIVE]}))
    assert first.why == "The rule cannot be evaluated on these facts."


def test_only_the_named_rules_are_run(write: Write) -> None:
    registry = load(write({}, {"name": "other"}))
    assert {result.rule for result in run_cases(registry, "oth")} == {"other"}
    assert list(run_cases(registry, "nothing")) == []


def turned(policy: Policy) -> Policy:
    cases = tuple(msgspec.structs.replace(case, speaks=not case.speaks, reason={}) for case in policy.cases)
    return msgspec.structs.replace(policy, cases=cases)


@pytest.mark.parametrize("rule", SHIPPED.rules, ids=lambda rule: rule.policy.name)
def test_no_shipped_case_passes_when_it_is_turned_round(rule: Rule) -> None:
    registry = Registry(rules=(Rule(turned(rule.policy)),), base=SHIPPED.base, version="")
    assert not any(result.passed for result in run_cases(registry))
