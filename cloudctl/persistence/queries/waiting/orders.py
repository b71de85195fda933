"""Orders that wait for somebody: a noun that makes an order wait adds its `Source`.

Source("sign_off", Permission.ORDERS_SIGN_OFF, orders.c.state == "submitted", what=mark("..."), why=mark("..."))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, and_, literal, not_, or_, select

from cloudctl.domain.accounts import Actor, Permission
from cloudctl.domain.opinions import Specialist
from cloudctl.messages import mark
from cloudctl.persistence.queries.waiting.blanks import NO_COUNT, NO_DATE
from cloudctl.persistence.tables import (
    accesses,
    clocks,
    colocations,
    departments,
    emergencies,
    opinions,
    orders,
    ratings,
)

UNANSWERED = ("asked", "withdrawn")


def _mine(actor: Actor) -> ColumnElement[bool]:
    return or_(orders.c.applicant_id.in_(actor.persons), orders.c.applicant_for.in_(actor.persons))


def _not_mine(actor: Actor) -> ColumnElement[bool]:
    """Separation of duties: neither what somebody asked for nor what he signed waits for his decision."""
    hands = (orders.c.applicant_id, orders.c.applicant_for, orders.c.signed_off_by, orders.c.signed_off_for)
    return and_(*(or_(hand.is_(None), not_(hand.in_(actor.persons))) for hand in hands))


def _for_my_office(actor: Actor) -> ColumnElement[bool]:
    """What the own office decides: the city's, or that of a district."""
    return and_(_not_mine(actor), orders.c.office_id == actor.department_id)


def _of_my_field(actor: Actor) -> ColumnElement[bool]:
    """Opinions that the actor may give."""
    mine = [specialist for specialist in Specialist if specialist.role in actor.roles]
    return and_(_not_mine(actor), opinions.c.specialist.in_(mine))


def anyones(actor: Actor) -> ColumnElement[bool]:  # noqa: ARG001 - one of the three kinds
    """Whoever holds the permission."""
    return literal(value=True)


def _timed(source: FromClause) -> FromClause:
    """With the clock of the step that an order is in."""
    return source.outerjoin(clocks, clocks.c.id == orders.c.clock_id)


def _with(table: Table) -> Callable[[FromClause], FromClause]:
    """With the rows of `table` that an order asked for."""
    return lambda source: source.join(table, table.c.order_id == orders.c.id)


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that wait for who holds `needs`: those of `where` that are `whose`; `due` is their deadline.

    `source` joins what `where` and `due` need beside orders and departments.
    """

    name: str
    needs: Permission
    where: ColumnElement[bool]
    what: str
    why: str
    whose: Callable[[Actor], ColumnElement[bool]] = anyones
    due: ColumnElement[Any] = NO_DATE
    join: Callable[[FromClause], FromClause] = lambda source: source


SOURCES: tuple[Source, ...] = (
    Source(
        "correction", Permission.ORDERS_WRITE, orders.c.state == "returned", whose=_mine, due=orders.c.correction_due,
        what=mark("Correct it and hand it in again."), why=mark("You asked for it, and it was returned."),
    ),
    Source(
        "sign_off", Permission.ORDERS_SIGN_OFF, orders.c.state == "submitted", whose=_not_mine,
        due=clocks.c.due_at, join=_timed,
        what=mark("Sign it off, or return it."), why=mark("You are a head of the department."),
    ),
    Source(
        "review", Permission.ORDERS_REVIEW, orders.c.state == "signed_off", whose=_for_my_office,
        due=clocks.c.due_at, join=_timed,
        what=mark("Accept it, refuse it or return it."), why=mark("The department's head has signed it."),
    ),
    Source(
        "decision", Permission.ORDERS_REVIEW, orders.c.state == "in_review", whose=_for_my_office,
        due=clocks.c.due_at, join=_timed,
        what=mark("Approve, return or reject it."), why=mark("The office reviews it."),
    ),
    Source(
        "opinion", Permission.OPINIONS_WRITE, and_(orders.c.state == "in_review", opinions.c.state.in_(UNANSWERED)),
        whose=_of_my_field, due=opinions.c.due_at,
        join=lambda source: source.join(opinions, opinions.c.order_id == orders.c.id),
        what=mark("Give your opinion on it."), why=mark("You are asked as a specialist."),
    ),
    Source(
        "paper", Permission.ORDERS_SIGN_OFF, emergencies.c.state.in_(["open", "overdue"]), due=emergencies.c.due_at,
        join=lambda source: source.join(emergencies, emergencies.c.order_id == orders.c.id),
        what=mark("Hand the signed form of the emergency in."), why=mark("You are a head of the department."),
    ),
    Source(
        "paper_check", Permission.EMERGENCIES_WRITE, emergencies.c.state == "paper_in", whose=_not_mine,
        join=lambda source: source.join(emergencies, emergencies.c.order_id == orders.c.id),
        what=mark("Check the emergency's form and close the record."), why=mark("The department has handed it in."),
    ),
    Source(
        "operator", Permission.WORKFLOWS_WRITE, orders.c.state == "attention", due=clocks.c.due_at, join=_timed,
        what=mark("Retry its build, or roll it back."), why=mark("Its build is parked and needs an operator."),
    ),
    *(
        Source(
            name, Permission.FITTINGS_WRITE, table.c.state == state,
            join=_with(table),
            what=what, why=mark("You are an operator."),
        )
        for name, state, what in (
            ("installation", "assigned", mark("Install or connect it, and say so.")),
            ("removal", "leaving", mark("Take it out, and say so.")),
        )
        for table in (colocations, accesses)
    ),
    Source(
        "rating", Permission.RATINGS_ANSWER, ratings.c.state == "answer_owed", due=ratings.c.answer_due,
        join=lambda source: source.join(ratings, ratings.c.order_id == orders.c.id),
        what=mark("Answer its rating."), why=mark("The applicant has rated it badly."),
    ),
)  # fmt: skip


def part(source: Source, actor: Actor) -> Select[Any]:
    """One source as one actor sees it."""
    chosen = (
        select(
            literal(source.name).label("source"),
            source.due.label("due_at"),
            orders.c.id.label("order_id"),
            orders.c.number,
            orders.c.title,
            departments.c.name.label("department"),
            orders.c.state,
            literal(source.what).label("what"),
            literal(source.why).label("why"),
            literal(actor.for_name).label("principal"),
            NO_COUNT.label("count"),
            NO_DATE.label("since"),
        )
        .select_from(source.join(orders.join(departments, departments.c.id == orders.c.department_id)))
        .where(source.where, source.whose(actor))
    )
    realm = {actor.department_id, *actor.below}
    return chosen if actor.sees_all else chosen.where(orders.c.department_id.in_(realm))
