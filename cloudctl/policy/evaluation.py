"""Judging: every rule is asked, all that speak are listed, the strictest wins (`ports.rules.Rules`).

The same facts give the same ruling: findings stand in the order of effect, name and item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.policies import Effect, Finding, Ruling
from cloudctl.policy.benches import Bench, Scope, benches
from cloudctl.policy.conditions import Context
from cloudctl.policy.registry import Registry

_STRICTNESS = {effect: place for place, effect in enumerate(Effect)}


class RuleBook:
    """The rules of a registry. Rules are compiled and hold no request's state: share one between threads."""

    def __init__(self, registry: Registry) -> None:
        self.version = registry.version
        self._benches = benches(registry.rules)
        self._description = tuple(msgspec.to_builtins(rule.policy) for rule in registry.rules)

    def judge(self, facts: Mapping[str, Any]) -> Ruling:
        """The ruling on facts of the registry's subject; a rule that cannot be evaluated denies, exempted or not."""
        findings = sorted(findings_of(self._benches, facts), key=_place)
        return Ruling(findings=tuple(findings))

    def describe(self) -> Sequence[Mapping[str, Any]]:
        """Every policy as it is written, by name: the keys are those of `schema.Policy`."""
        return self._description


def findings_of(seated: Mapping[Scope, Sequence[Bench]], facts: Mapping[str, Any]) -> Iterator[Finding]:
    """What the rules say, unsorted."""
    try:
        context = Context({name: value for name, value in facts.items() if name != "exemptions"})
    except ConfigurationError:
        yield from (rule.broken() for scope in seated.values() for bench in scope for rule in bench.rules)
        return
    lifts = _lifts(facts)
    for bench in seated["order"]:
        yield from bench.findings(context, lifts)
    items = facts.get("items")
    if not isinstance(items, list):
        yield from (rule.broken() for bench in seated["item"] for rule in bench.rules)
        return
    for index, item in enumerate(items):
        context.bind("item", item)
        for bench in seated["item"]:
            yield from bench.findings(context, lifts, index)


def _lifts(facts: Mapping[str, Any]) -> dict[str, UUID]:
    """The exemption of each rule; of several the one with the smallest id, so that the answer is repeatable."""
    given = [(str(exemption["rule"]), UUID(str(exemption["id"]))) for exemption in facts.get("exemptions", ())]
    return dict(sorted(given, reverse=True))


def _place(finding: Finding) -> tuple[int, str, int]:
    return (_STRICTNESS[finding.effect], finding.rule, -1 if finding.item is None else finding.item)
