"""Policies examined: the problems of a directory, and the cases beside its rules.

`check(directory)` lists what is wrong with the files, `run_cases(load(directory))` how every case went.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cloudctl.domain.policies import Finding
from cloudctl.messages import mark
from cloudctl.policy.benches import benches
from cloudctl.policy.evaluation import findings_of
from cloudctl.policy.facts import completed
from cloudctl.policy.registry import SUBJECTS, Registry, read
from cloudctl.policy.rules import Rule
from cloudctl.policy.schema import Case, Problem


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one case went; `why` says what differs, "" when it passed. A catalogue id that `params` fill."""

    rule: str
    case: str
    why: str = ""
    params: dict[str, str] = {}

    @property
    def passed(self) -> bool:
        """The rule did what the case says."""
        return not self.why


def check(directory: Path) -> list[Problem]:
    """All that is wrong with the policies of a directory; empty when they can be used."""
    return [problem for subject in SUBJECTS for problem in read(directory, subject)[1]]


def run_cases(registry: Registry, name: str = "") -> Iterator[CaseResult]:
    """Every case of every rule whose name contains `name`, in the order of the rules."""
    for rule in registry.rules:
        if name in rule.policy.name:
            for case in rule.policy.cases:
                yield _run(rule, case, registry)


def _run(rule: Rule, case: Case, registry: Registry) -> CaseResult:
    findings = list(findings_of(benches([rule]), completed(registry.base, case.facts)))
    why, params = _difference(rule, case, findings)
    return CaseResult(rule=rule.policy.name, case=case.name, why=why, params=params)


def _difference(rule: Rule, case: Case, findings: list[Finding]) -> tuple[str, dict[str, str]]:
    """What the rule does other than the case says; ("", {}) when nothing."""
    if any(rule.failed(finding) for finding in findings):
        return mark("The rule cannot be evaluated on these facts."), {}
    if findings and not case.speaks:
        return mark("The rule speaks: {reason}"), {"reason": findings[0].reason["en"]}
    if case.speaks and not findings:
        return mark("The rule is silent."), {}
    for locale, expected in case.reason.items():
        given = findings[0].reason[locale] if findings else ""
        if given != expected:
            return mark("The reason is “{given}”, not “{expected}”."), {"given": given, "expected": expected}
    return "", {}
