"""Ratings: their list, and what they come to, counted in one statement."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, Uuid, and_, bindparam, case, func, select

from cloudctl.domain.ratings import LEAST_GOOD, MARKS
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.subtrees import part, within
from cloudctl.persistence.tables import orders, ratings
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries import Scope
from cloudctl.ports.queries.rows import RatingRow, RatingSummary

RATINGS = Listed(
    row=RatingRow,
    table=ratings,
    source=ratings.join(orders, orders.c.id == ratings.c.order_id),
    scope=ratings.c.department_id,
    others={"number": orders.c.number},
)

_OWED = ratings.c.state == "answer_owed"
_OVERDUE = and_(_OWED, ratings.c.answer_due < bindparam("now", type_=Instant))
_COUNTS = select(
    ratings.c.mark, func.count(), func.count(case((_OWED, 1))), func.count(case((_OVERDUE, 1)))
).group_by(ratings.c.mark)  # fmt: skip


def summary(engine: Engine, scope: Scope, now: datetime) -> RatingSummary:
    """What the ratings of a scope come to at `now`."""
    kind, root = part(scope)
    statement = _COUNTS.where(*within(ratings.c.department_id, kind, bindparam("scope", type_=Uuid)))
    with engine.connect() as connection:
        rows = connection.execute(statement, {"now": now, "scope": root}).all()
    marks = {str(mark): 0 for mark in MARKS} | {str(mark): count for mark, count, _, _ in rows}
    total = sum(marks.values())
    good = sum(count for mark, count, _, _ in rows if mark >= LEAST_GOOD)
    return RatingSummary(
        total=total,
        marks=marks,
        good=good,
        good_share=good / total if total else None,
        answers_owed=sum(owed for _, _, owed, _ in rows),
        answers_overdue=sum(overdue for _, _, _, overdue in rows),
        as_of=now,
    )
