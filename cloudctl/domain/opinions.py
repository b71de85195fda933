"""Opinions (并联意见): what the specialists say to an accepted order, asked side by side under one deadline.

Policies name the specialists (`Ruling.specialists`); approval waits until every one of them has answered. An answer
can be taken back and given again until the decision. What they come to does not depend on who answered first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.accounts import Role
from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import OPINIONS
from cloudctl.messages import mark

WORKING_DAYS = 3


class Specialist(StrEnum):
    """Whose field it is. The order of the members is the order in which opinions are shown."""

    NETWORK = "network"
    SECURITY = "security"
    CAPACITY = "capacity"
    BUDGET = "budget"

    @property
    def role(self) -> Role:
        """The role that speaks for the field."""
        return Role(f"{self.value}-specialist")

    @property
    def speaker(self) -> str:
        """Who speaks for the field, as a catalogue id: the field's own word is also that of a segment."""
        return SPEAKERS[self]


_PLACES = {specialist: place for place, specialist in enumerate(Specialist)}


SPEAKERS: dict[Specialist, str] = {
    Specialist.NETWORK: mark("network specialist"),
    Specialist.SECURITY: mark("security specialist"),
    Specialist.CAPACITY: mark("capacity specialist"),
    Specialist.BUDGET: mark("budget specialist"),
}


class Verdict(StrEnum):
    """What an opinion comes to."""

    AGREE = "agree"
    AGREE_WITH_CONDITIONS = "agree_with_conditions"
    OBJECT = "object"


@dataclass(kw_only=True, eq=False)
class Opinion:
    """One specialist's opinion on one order. `giver` is the name under which it was given, a deputy's included."""

    id: UUID = field(default_factory=new_id)
    order_id: UUID
    department_id: UUID
    specialist: Specialist
    state: str = "asked"
    verdict: Verdict | None = None
    conditions: list[str] = field(default_factory=list)
    words: str = ""
    given_by: UUID | None = None
    giver: str | None = None
    given_at: datetime | None = None
    asked_at: datetime
    due_at: datetime
    version: int = 1

    @property
    def late(self) -> bool:
        """It was given after its deadline."""
        return self.given_at is not None and self.given_at > self.due_at

    def give(
        self, verdict: Verdict, conditions: list[str], words: str, *, by: UUID | None, giver: str, now: datetime
    ) -> None:
        """Puts the answer down; raises Invalid for one that does not fit its verdict, Refused when one is there."""
        _check(verdict, conditions, words)
        self.state = OPINIONS.next(self.state, "give")
        self.verdict, self.conditions, self.words = verdict, conditions, words
        self.given_by, self.giver, self.given_at = by, giver, now

    def withdraw(self) -> None:
        """Takes the answer back: what was said stays on the audit trail only."""
        self.state = OPINIONS.next(self.state, "withdraw")
        self.verdict, self.conditions, self.words = None, [], ""
        self.given_by = self.giver = self.given_at = None

    def void(self) -> None:
        """It counts no longer; what it says stays readable."""
        self.state = OPINIONS.next(self.state, "void")


def _check(verdict: Verdict, conditions: list[str], words: str) -> None:
    if (verdict is Verdict.AGREE_WITH_CONDITIONS) != bool(conditions):
        raise Invalid(
            "Conditions belong to the verdict agree_with_conditions, and it needs one at least.",
            field="conditions",
            way_out="Name the conditions, or choose another verdict.",
        )
    if verdict is Verdict.OBJECT and not words.strip():
        raise Invalid("An objection needs its reason.", field="words", way_out="Say why, and what would help.")


def in_order(opinions: Iterable[Opinion]) -> list[Opinion]:
    """By specialist, whoever came first."""
    return sorted(opinions, key=lambda opinion: (_PLACES[opinion.specialist], opinion.asked_at, opinion.id))


def missing(opinions: Iterable[Opinion], asked_by_policy: Iterable[str]) -> list[Specialist]:
    """Those who were asked, or whom policy names, and who have not answered."""
    current = list(opinions)
    wanted = {opinion.specialist for opinion in current} | {Specialist(name) for name in asked_by_policy}
    given = {opinion.specialist for opinion in current if opinion.state == "given"}
    return [specialist for specialist in Specialist if specialist in wanted - given]


def objecting(opinions: Iterable[Opinion]) -> list[Specialist]:
    """Those who object."""
    return [opinion.specialist for opinion in in_order(opinions) if opinion.verdict is Verdict.OBJECT]


def conditions(opinions: Iterable[Opinion]) -> list[dict[str, str]]:
    """Every condition with its specialist, in the specialists' order and each one's own."""
    return [
        {"specialist": opinion.specialist.value, "words": words}
        for opinion in in_order(opinions)
        for words in opinion.conditions
    ]
