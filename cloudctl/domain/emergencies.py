"""Emergencies (应急): approved by telephone, built at once, signed after the fact within working days.

Who approved, when, and who noted it down are on record from the first moment; the numbered record stays open until
the department head has signed the form and somebody else of the office has checked it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import EMERGENCIES

PAPER_WORKING_DAYS = 5
LONGEST_DAYS_SINCE_CALL = 3


@dataclass(kw_only=True, eq=False)
class Emergency:
    """The record of one emergency order. `approver` gave the word by telephone; `noted_by` wrote it down, with `note`.

    `due_at` is when the signed form has to be in; `late` says that it was not. `document_number` (文号) and
    `signed_by` come with the form.
    """

    id: UUID = field(default_factory=new_id)
    number: str
    order_id: UUID
    department_id: UUID
    approver: str
    approved_at: datetime
    noted_by: UUID
    note: str
    due_at: datetime
    state: str = "open"
    late: bool = False
    document_number: str | None = None
    signed_by: UUID | None = None
    signed_at: datetime | None = None
    closed_by: UUID | None = None
    closed_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = EMERGENCIES.next(self.state, event)
