"""What becomes of a system: the rules propose, a person decides, and both stay on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_waves import ASSESSMENTS


class Disposition(StrEnum):
    """What becomes of a system. When several rules speak, the first of this order is proposed."""

    RETIRE = "retire"
    MERGE = "merge"
    POSTPONE = "postpone"
    KEEP = "keep"
    REHOST = "rehost"


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that spoke, with its reason by locale; `successor` is the code of the system that a merger is into."""

    rule: str
    version: int
    verdict: Disposition
    reason: dict[str, str]
    successor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A person's word. `until` is the last day of a postponement, `successor_id` what a merger is into.

    `vcpu` and `memory_mib` are what the system will take on the platform, where somebody has reckoned it.
    """

    verdict: Disposition
    reason: str
    until: date | None = None
    successor_id: UUID | None = None
    vcpu: int | None = None
    memory_mib: int | None = None

    def check(self, today: date) -> None:
        """Raises Invalid, naming the field, for a decision that lacks or has what its verdict does not go with."""
        if not self.reason.strip():
            raise Invalid("A decision needs a reason.", field="reason", way_out="Say why, for the record.")
        self._check_until(today)
        if (self.successor_id is None) == (self.verdict is Disposition.MERGE):
            raise Invalid(
                "A merger, and nothing else, names a successor.",
                field="successor",
                way_out="Name the system that it is merged into, or decide otherwise.",
            )
        for name in ("vcpu", "memory_mib"):
            size = getattr(self, name)
            if size is not None and size < 0:
                raise Invalid("{size} is less than nothing.", field=name, way_out="Give 0 or more.", size=size)

    def _check_until(self, today: date) -> None:
        if (self.until is None) == (self.verdict is Disposition.POSTPONE):
            raise Invalid(
                "A postponement, and nothing else, has a last day.",
                field="until",
                way_out="Say until when it is postponed, or decide otherwise.",
            )
        if self.until is not None and self.until < today:
            raise Invalid("{day} is over.", field="until", way_out="Choose a later day.", day=self.until)


@dataclass(kw_only=True, eq=False)
class Assessment:
    """The one assessment of a system: what is `proposed` on which `grounds`, and what was decided last."""

    id: UUID = field(default_factory=new_id)
    system_id: UUID
    state: str = "proposed"
    proposed: Disposition | None = None
    grounds: list[Proposal] = field(default_factory=list)
    proposed_at: datetime | None = None
    verdict: Disposition | None = None
    why: str | None = None
    until_on: date | None = None
    successor_id: UUID | None = None
    vcpu: int | None = None
    memory_mib: int | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    first_decided_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = ASSESSMENTS.next(self.state, event)

    def decide(self, decision: Decision, by: UUID | None, now: datetime) -> None:
        """Puts a decision on record, in place of the one before."""
        self.advance("decide")
        self.verdict, self.why = decision.verdict, decision.reason.strip()
        self.until_on, self.successor_id = decision.until, decision.successor_id
        self.vcpu, self.memory_mib = decision.vcpu, decision.memory_mib
        self.decided_by, self.decided_at = by, now
        self.first_decided_at = self.first_decided_at or now

    @property
    def settled(self) -> Disposition | None:
        """What holds now; None while a decision is owed."""
        return self.verdict if self.state == "decided" else None
