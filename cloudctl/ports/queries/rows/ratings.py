"""A rating; `number` is its order's."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from cloudctl.ports.queries.rows.base import Row


class RatingRow(Row, frozen=True):
    """A rating; `number` is its order's."""

    FILTERS: ClassVar[frozenset[str]] = frozenset({"department_id", "order_id", "mark", "state"})

    id: UUID
    order_id: UUID
    number: str
    department_id: UUID
    rated_by: UUID
    mark: int
    reason: str
    state: str
    answer_due: datetime | None
    answer: str | None
    answered_by: UUID | None
    answered_at: datetime | None
    created_at: datetime
    version: int


class RatingSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the ratings of a scope come to at `as_of`: how many of each mark, and the share of good ones.

    `good_share` is the marks 4 and 5 over all marks; null while there is no rating.
    """

    total: int
    marks: dict[str, int]
    good: int
    good_share: float | None
    answers_owed: int
    answers_overdue: int
    as_of: datetime
