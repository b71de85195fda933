"""Transfers (划转): resources and their quota go to another department's system, with both heads' signatures.

Whichever head signs first, the second signature carries it out: resources and quota move in one transaction, or
nothing does. The objects in the cloud stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import TRANSFERS


@dataclass(kw_only=True, eq=False)
class Transfer:
    """What goes from whom to which system. `resources` are their ids, what belongs to a named server included."""

    id: UUID = field(default_factory=new_id)
    number: str
    from_department_id: UUID
    to_department_id: UUID
    to_system_id: UUID
    resources: list[UUID]
    reason: str
    asked_by: UUID
    state: str = "asked"
    given_by: UUID | None = None
    given_at: datetime | None = None
    taken_by: UUID | None = None
    taken_at: datetime | None = None
    ended_reason: str | None = None
    ended_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = TRANSFERS.next(self.state, event)

    def sign(self, side: str, account_id: UUID | None, now: datetime) -> None:
        """One head's signature: `side` is give or take."""
        self.advance(side)
        if side == "give":
            self.given_by, self.given_at = account_id, now
        else:
            self.taken_by, self.taken_at = account_id, now
