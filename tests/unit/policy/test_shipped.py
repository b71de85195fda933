"""The shipped policies: each loads, each case passes, each rule has both sides, and the figures are the issue's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.policies import Effect
from cloudctl.policy.checks import CaseResult, check, run_cases
from cloudctl.policy.evaluation import RuleBook
from cloudctl.policy.registry import ROOMS, SUBJECTS, Registry, load, read, shipped

REGISTRY = load(shipped())
REGISTRIES = [load(shipped(), subject) for subject in SUBJECTS]
RESULTS = [result for registry in REGISTRIES for result in run_cases(registry)]
RULES = [rule for registry in REGISTRIES for rule in registry.rules]
CHINESE = re.compile(r"[\u4e00-\u9fff]")

WANTED = {
    "quota-exceeded", "quota-nearly-used", "zone-mlps-level", "cloud-mlps-level", "server-naming", "term-over-limit",
    "term-long", "small-request", "server-size-limit", "large-request", "backup-from-mlps-3", "internet-exposure",
    "address-in-extranet", "user-data-review", "release-warning", "project-document", "ipv6-missing",
    "opinion-network", "opinion-security", "opinion-capacity", "opinion-budget", "egress-without-security",
}  # fmt: skip


def test_nothing_is_wrong_with_them() -> None:
    assert check(shipped()) == []


def test_all_that_the_office_asked_for_are_there() -> None:
    assert {rule.policy.name for rule in REGISTRY.rules} >= WANTED


def test_own_machine_rooms_are_judged() -> None:
    rooms = load(shipped(), ROOMS)
    assert {rule.policy.name: rule.policy.exemptable for rule in rooms.rules} == {
        "own-room": True, "opening-unknown": False,
    }  # fmt: skip


def test_a_directory_without_rules_about_rooms_has_the_shipped_ones(write: Callable[..., Path]) -> None:
    directory = write()
    assert load(directory, ROOMS).version == load(shipped(), ROOMS).version
    (directory / "rooms").mkdir()
    assert str(read(directory, ROOMS)[1][0]).startswith("rooms")


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: f"{result.rule}-{result.case}")
def test_case(result: CaseResult) -> None:
    assert result.passed, f"{result.why} {result.params}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.policy.name)
def test_every_rule_is_shown_from_both_sides_and_speaks_both_languages(rule: Any) -> None:
    policy = rule.policy
    assert Counter(case.speaks for case in policy.cases).keys() == {True, False}
    for text in (policy.title, policy.reason, policy.way_out):
        assert CHINESE.search(text["zh_CN"])
        assert not CHINESE.search(text["en"])
    if policy.effect is Effect.REQUIRE_APPROVAL:
        assert policy.role in set(Role)


def test_a_sound_small_order_hears_nothing_but_its_approval(registry: Registry, facts: Callable[..., Any]) -> None:
    ruling = RuleBook(registry).judge(facts(items=[{}]))
    assert [finding.rule for finding in ruling.findings] == ["small-request"]
    assert ruling.auto_approved


def test_a_large_order_on_a_high_level_hears_every_rule_and_the_strictest_wins(
    registry: Registry, facts: Callable[..., Any]
) -> None:
    ruling = RuleBook(registry).judge(
        facts(
            order={"backup": "none"},
            system={"mlps_level": 4},
            zone={"code": "internet"},
            items=[{"vcpu": 70, "term_months": 30, "user_data": True}, {"kind": "network"}],
            totals={"vcpu": 70},
        )
    )
    assert [(finding.effect.value, finding.rule, finding.item) for finding in ruling.findings] == [
        ("deny", "backup-from-mlps-3", None),
        ("deny", "cloud-mlps-level", None),
        ("deny", "project-document", None),
        ("deny", "server-size-limit", 0),
        ("deny", "zone-mlps-level", None),
        ("require_approval", "internet-exposure", None),
        ("require_approval", "large-request", None),
        ("ask_opinion", "opinion-budget", None),
        ("ask_opinion", "opinion-capacity", None),
        ("ask_opinion", "opinion-network", None),
        ("ask_opinion", "opinion-security", None),
        ("warn", "ipv6-missing", 1),
        ("warn", "quota-nearly-used", None),
        ("warn", "term-long", 0),
        ("warn", "user-data-review", 0),
    ]
    assert ruling.effect is Effect.DENY
    assert ruling.roles == {"office-admin"}
    assert ruling.specialists == {"network", "security", "capacity", "budget"}
    assert not ruling.auto_approved
