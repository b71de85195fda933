"""The rules that judge orders, as services see them; `policy/` implements it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from cloudctl.domain.policies import Ruling


class Rules(Protocol):
    """All loaded policies."""

    def judge(self, facts: Mapping[str, Any]) -> Ruling:
        """Every rule's word on `facts`; their shape is `policy.facts.OrderFacts`. Deterministic."""
        ...

    def describe(self) -> Sequence[Mapping[str, Any]]:
        """The loaded policies, as `policy.schema.Policy` has them (name, version, title, when, effect, ...)."""
        ...
