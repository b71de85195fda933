"""Cases of listed supervision (挂牌督办): numbered, with an owner and a deadline, closed only with proof (销号).

>>> numbered(2026, 12)
'督办〔2026〕12号'
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.accounts import Role
from cloudctl.domain.clocks import Colour
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.evidence import Subject
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import CASES

SLIP = "slip"
"""What the cause of a case begins with that was opened for a slip: `slip/<id>`."""
WORKING_DAYS = range(1, 251)
DEFAULT_WORKING_DAYS = 20
WARN_WORKING_DAYS = 2
RED_WORKING_DAYS = 5  # so many after the deadline


class CaseOrigin(StrEnum):
    """What a case was opened for."""

    FINDING = "finding"
    SLIP = "slip"
    LIE = "lie"
    REOPENED = "reopened"
    HAND = "hand"


@dataclass(kw_only=True, eq=False)
class Case:
    """One case. `department_id` is who owes it; `subject_kind` and `subject_id` are what it is about, if on record.

    With a `role` it is owed by who holds that role in the office or in operations, for something of that department.

    `cause` names what it came from, so that the same thing opens no second case while the first is open. `proof` is
    what the department says it has done; the files and the re-check stand with it as evidence. `card` is the last
    colour that was given for its deadline.
    """

    id: UUID = field(default_factory=new_id)
    number: str
    department_id: UUID
    origin: CaseOrigin
    cause: str = ""
    subject_kind: Subject | None = None
    subject_id: UUID | None = None
    role: Role | None = None
    title: str
    reason: str
    state: str = "open"
    opened_by: UUID | None = None
    due_on: date
    due_at: datetime
    provisional: bool = False
    card: Colour | None = None
    proof: str | None = None
    proved_by: UUID | None = None
    proved_for: UUID | None = None
    proved_at: datetime | None = None
    closed_by: UUID | None = None
    closed_at: datetime | None = None
    closing: str | None = None
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise Invalid("A case needs a title.", field="title", way_out="Say in a line what has to be put right.")
        if not self.reason.strip():
            raise Invalid("A case needs a reason.", field="reason", way_out="Say what it rests on.")

    @property
    def running(self) -> bool:
        """Whether the department still owes something."""
        return self.state in {"open", "returned"}

    @property
    def on_time(self) -> bool | None:
        """Whether the proof that it was closed with came in time; None while it is not closed."""
        if self.closed_at is None or self.proved_at is None:
            return None
        return self.proved_at <= self.due_at

    @property
    def slip_id(self) -> UUID | None:
        """The slip that it was opened for, if any."""
        kind, _, key = self.cause.partition("/")
        if self.origin is not CaseOrigin.SLIP or kind != SLIP:
            return None
        with suppress(ValueError):
            return UUID(key)
        return None  # opened by hand, with a cause of somebody's own

    def prove(self, words: str, by: UUID, for_account_id: UUID | None, now: datetime) -> None:
        """The department hands its proof in; raises Invalid without words, Refused where none is waited for."""
        if not words.strip():
            raise Invalid("A proof needs words.", field="proof", way_out="Say what was done, and when.")
        self.state = CASES.next(self.state, "hand_in")
        self.proof, self.proved_by, self.proved_for, self.proved_at = words.strip(), by, for_account_id, now

    def close(self, words: str, persons: frozenset[UUID], now: datetime) -> None:
        """Somebody else closes it; raises Forbidden for the hands that the proof came from."""
        state = CASES.next(self.state, "close")
        if persons & {self.proved_by, self.proved_for}:
            raise Forbidden(
                "Who handed the proof in does not close the case.", way_out="Leave it to somebody else of the office."
            )
        self.state, self.closing, self.closed_at = state, words.strip(), now

    def send_back(self, words: str, due_on: date, due_at: datetime, *, provisional: bool) -> None:
        """The proof does not do; the case runs on to a new deadline that is never an earlier one."""
        if not words.strip():
            raise Invalid("To return a case needs a reason.", field="reason", way_out="Say what the proof lacks.")
        self.state = CASES.next(self.state, "send_back")
        self.closing = words.strip()
        if due_at > self.due_at:
            self.due_on, self.due_at, self.provisional, self.card = due_on, due_at, provisional, None


def numbered(year: int, running: int) -> str:
    """The number that people quote."""
    return f"督办〔{year}〕{running}号"
