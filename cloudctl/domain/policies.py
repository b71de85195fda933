"""What a policy says about an order: findings, and the ruling they add up to.

The most restrictive effect wins; the ruling lists every rule that spoke.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

import msgspec


class Effect(StrEnum):
    """From the most to the least restrictive."""

    DENY = "deny"
    REQUIRE_APPROVAL = "require_approval"
    ASK_OPINION = "ask_opinion"
    WARN = "warn"
    AUTO_APPROVE = "auto_approve"
    PROPOSE = "propose"  # what becomes of a system: rules about assessments


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that spoke. `reason` and `way_out` by locale (zh_CN, en); `field` is a JSON path into the order."""

    rule: str
    version: int
    effect: Effect
    reason: dict[str, str]
    way_out: dict[str, str] = {}
    field: str | None = None
    item: int | None = None
    role: str | None = None
    specialist: str | None = None
    exemption_id: UUID | None = None

    @property
    def in_force(self) -> bool:
        """Not lifted by an exemption."""
        return self.exemption_id is None


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """All findings, and what they come to: the strictest effect in force, and the roles that must approve."""

    findings: tuple[Finding, ...] = ()

    @property
    def effect(self) -> Effect | None:
        """The most restrictive effect in force; None when no rule spoke."""
        order = list(Effect)
        return min((f.effect for f in self.findings if f.in_force), key=order.index, default=None)

    @property
    def roles(self) -> frozenset[str]:
        """The roles whose approval the findings require."""
        return frozenset(f.role for f in self.findings if f.in_force and f.effect is Effect.REQUIRE_APPROVAL and f.role)

    @property
    def specialists(self) -> frozenset[str]:
        """The specialists whose opinions the findings ask for."""
        return frozenset(f.specialist for f in self.findings if f.in_force and f.specialist)

    @property
    def auto_approved(self) -> bool:
        """Some rule approves and none in force denies, asks for approval or asks for an opinion."""
        effects = {f.effect for f in self.findings if f.in_force}
        people = {Effect.DENY, Effect.REQUIRE_APPROVAL, Effect.ASK_OPINION}
        return Effect.AUTO_APPROVE in effects and not effects & people


def combine(rulings: Iterable[Ruling]) -> Ruling:
    """One ruling out of several."""
    return Ruling(findings=tuple(finding for ruling in rulings for finding in ruling.findings))
