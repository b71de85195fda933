"""Time limits (办理时限): how many working days each step of each kind of order may take, by law and as promised.

timetable.of(OrderKind.NEW, Step.DECISION)      # Limit(statutory=20, promised=7)

The figures are data (policies/limits.yaml); the clock of one step of one order is in `domain/clocks.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from cloudctl.domain.items import NEW_ITEMS, Item, ReleaseItem


class Step(StrEnum):
    """A stretch of an order's way that has a limit."""

    SIGN_OFF = "sign-off"
    ACCEPTANCE = "acceptance"
    OPINIONS = "opinions"
    DECISION = "decision"
    CORRECTION = "correction"
    DELIVERY = "delivery"
    PAPER = "paper"


class OrderKind(StrEnum):
    """What limits tell apart."""

    NEW = "new"
    CHANGE = "change"
    RELEASE = "release"
    EMERGENCY = "emergency"


# Which step runs in which state. A state that is not here leaves the clocks as they are; opinions run beside it.
STEP_OF: dict[str, Step] = {
    "submitted": Step.SIGN_OFF,
    "signed_off": Step.ACCEPTANCE,
    "in_review": Step.DECISION,
    "returned": Step.CORRECTION,
    "approved": Step.DELIVERY,
    "provisioning": Step.DELIVERY,
    "attention": Step.DELIVERY,
}

# Steps of their own: no state begins or ends them. An emergency's signed form is owed whatever becomes of the build.
APART = frozenset({Step.PAPER})

# The steps that begin something in a cloud, or promise to: what a freeze window forbids keeps them waiting.
FREEZABLE = frozenset({Step.DECISION, Step.DELIVERY})


class Limit(msgspec.Struct, frozen=True):
    """Working days: what the law allows, and the shorter time that the office promises."""

    statutory: int
    promised: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """All limits in force, by kind of order and step."""

    limits: Mapping[OrderKind, Mapping[Step, Limit]] = field(default_factory=dict)
    basis: str = ""

    def of(self, kind: OrderKind, step: Step) -> Limit | None:
        """The limit; None where there is none."""
        return self.limits.get(kind, {}).get(step)


NO_LIMITS = Timetable()


def kind_of(items: Collection[Item], *, emergency: bool = False) -> OrderKind:
    """What an order is: new when anything is new, a release when it only gives back."""
    if emergency:
        return OrderKind.EMERGENCY
    if any(isinstance(item, NEW_ITEMS) for item in items):
        return OrderKind.NEW
    return OrderKind.RELEASE if all(isinstance(item, ReleaseItem) for item in items) else OrderKind.CHANGE
