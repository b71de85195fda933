"""Ratings (好差评): what an applicant says of a delivered order, once, and the answer that a bad one is owed.

>>> rating = Rating(order_id=new_id(), department_id=new_id(), rated_by=new_id(), mark=5, created_at=NOW)
>>> rating.bad, rating.state
(False, 'given')
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle import RATINGS

MARKS = range(1, 6)
WORST_BAD = 2  # marks up to this one need a reason and get an answer
LEAST_GOOD = 4
ANSWER_WORKING_DAYS = 5

NOW = datetime(2026, 11, 21, tzinfo=UTC)  # of the example above


@dataclass(kw_only=True, eq=False)
class Rating:
    """A mark from 1 (very bad) to 5 (very good) with its reason; `answer_due` is set for a bad one only."""

    id: UUID = field(default_factory=new_id)
    order_id: UUID
    department_id: UUID
    rated_by: UUID
    mark: int
    reason: str = ""
    state: str = "given"
    answer_due: datetime | None = None
    answer: str | None = None
    answered_by: UUID | None = None
    answered_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if self.mark not in MARKS:
            raise Invalid("{mark} is not a mark.", field="mark", way_out="Give 1 to 5; 5 is the best.", mark=self.mark)
        if self.bad and not self.reason.strip():
            raise Invalid(
                "A mark of {mark} needs a reason.",
                field="reason",
                way_out="Say what went wrong: the office has to answer it.",
                mark=self.mark,
            )

    @property
    def bad(self) -> bool:
        """Needs a reason and is owed an answer."""
        return self.mark <= WORST_BAD

    def owe(self, due: datetime) -> None:
        """The office has to answer until `due`."""
        self.state = RATINGS.next(self.state, "owe")
        self.answer_due = due

    def answered(self, answer: str, by: UUID, now: datetime) -> None:
        """The office has answered; raises Refused for a second answer and Invalid for an empty one."""
        if not answer.strip():
            raise Invalid("An answer needs words.", field="answer", way_out="Say what was done about it.")
        self.state = RATINGS.next(self.state, "answer")
        self.answer, self.answered_by, self.answered_at = answer, by, now
