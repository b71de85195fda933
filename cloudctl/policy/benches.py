"""Benches: the rules of one scope, asked together.

    for bench in benches(rules)["order"]:
        findings = bench.findings(context, lifts)

Most facts are those of many orders. A bench remembers to which facts which of its rules had nothing to say, and does
not ask these again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, get_args
from uuid import UUID

from cloudctl.domain.policies import Finding
from cloudctl.policy.conditions import REMEMBERED, Context
from cloudctl.policy.reads import united
from cloudctl.policy.rules import Rule

Scope = Literal["order", "item"]

SCOPES: tuple[Scope, ...] = get_args(Scope)
NAMED = frozenset({"order", "items", "item"})
NAMES = frozenset({"number", "title", "name"})


class Bench:
    """Rules of one scope that are asked together, and remember to which facts which of them had nothing to say."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self._reads = united(rule.when.reads for rule in rules)
        self._awake: dict[tuple[bytes, ...], list[Rule]] = {}

    def findings(self, context: Context, lifts: Mapping[str, UUID], item: int | None = None) -> Iterator[Finding]:
        """What they say."""
        asked = tuple(map(context.words, self._reads))
        spoken = {
            rule: rule.speak(context, item=item, exemption=lifts.get(rule.policy.name))
            for rule in self._awake.get(asked, self.rules)
        }
        if asked not in self._awake:
            if len(self._awake) >= REMEMBERED:
                self._awake.clear()
            self._awake[asked] = [rule for rule, finding in spoken.items() if finding is not None]
        yield from (finding for finding in spoken.values() if finding is not None)


def benches(rules: Sequence[Rule]) -> dict[Scope, list[Bench]]:
    """The rules by scope; those that ask for a name or a title, which few orders share, on a bench of their own."""
    return {
        scope: [
            Bench([rule for rule in rules if rule.policy.scope == scope and _asks_for_names(rule) is names])
            for names in (False, True)
        ]
        for scope in SCOPES
    }


def _asks_for_names(rule: Rule) -> bool:
    return any(fields is None or not NAMES.isdisjoint(fields) for name, fields in rule.when.reads if name in NAMED)
