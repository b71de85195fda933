"""What waits for somebody: one union over `SOURCES`, sorted by due date.

A noun that makes people wait adds its `Source`: who has to act (the permission), on which rows, and the two sentences
that say what to do and why it is theirs.

    Source("sign_off", Permission.ORDERS_SIGN_OFF, orders.c.state == "submitted", what=mark("..."), why=mark("..."))

What comes in heaps is one row with a count: findings of drift by kind and cloud, the objects of an adoption.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from cloudctl.domain.accounts import Actor, Permission
from cloudctl.domain.drift import DriftKind
from cloudctl.domain.opinions import Specialist
from cloudctl.messages import mark
from cloudctl.persistence.tables import (
    adoptions,
    clocks,
    departments,
    drift_findings,
    emergencies,
    opinions,
    orders,
    ratings,
    takings,
)
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries.rows import TodoRow

UNANSWERED = ("asked", "withdrawn")
# Cast, because a union takes the type of its first two parts, and nothing is of no type.
_NO_DATE: ColumnElement[Any] = cast(null(), Instant)
_NO_ORDER: ColumnElement[Any] = cast(null(), Uuid)
_NO_TEXT: ColumnElement[Any] = cast(null(), Text)
_NO_COUNT: ColumnElement[Any] = cast(null(), Integer)


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


def _anyones(actor: Actor) -> ColumnElement[bool]:  # noqa: ARG001 - one of the three kinds
    return literal(value=True)


def _timed(source: FromClause) -> FromClause:
    """With the clock of the step that an order is in."""
    return source.outerjoin(clocks, clocks.c.id == orders.c.clock_id)


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
    whose: Callable[[Actor], ColumnElement[bool]] = _anyones
    due: ColumnElement[Any] = _NO_DATE
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
    Source(
        "rating", Permission.RATINGS_ANSWER, ratings.c.state == "answer_owed", due=ratings.c.answer_due,
        join=lambda source: source.join(ratings, ratings.c.order_id == orders.c.id),
        what=mark("Answer its rating."), why=mark("The applicant has rated it badly."),
    ),
)  # fmt: skip


HEAPS: dict[DriftKind, str] = {
    DriftKind.UNKNOWN: mark("On the cloud, and on no record"),
    DriftKind.MISSING: mark("On record, and no longer on the cloud"),
    DriftKind.CHANGED: mark("Changed past the platform"),
    DriftKind.LEAKED: mark("Left behind by the platform"),
    DriftKind.ORPHAN: mark("Disks and snapshots that belong to nothing"),
    DriftKind.EXPIRED: mark("Past their term"),
    DriftKind.OWNERLESS: mark("With nobody to ask about them"),
    DriftKind.OVER_QUOTA: mark("Quotas that are exceeded"),
}


def _findings(actor: Actor) -> Select[Any]:
    """Open findings, a row for each kind and cloud."""
    finding = drift_findings.c
    kind = type_coerce(finding.kind, Text)
    titles = {word.value: title for word, title in HEAPS.items()}
    rows = _heap(
        "drift",
        number=finding.cloud,
        title=case(titles, value=kind),
        state=literal("open"),
        what=mark("Resolve each of them: `cloudctl drift list --state open`."),
        why=mark("A cloud and the records disagree, and you may settle it."),
        actor=actor,
        count=func.count(),
        since=func.min(finding.found_at),
    ).where(finding.state == "open")
    realm = {actor.department_id, *actor.below}
    mine = rows if actor.sees_all else rows.where(finding.department_id.in_(realm))
    return mine.group_by(finding.cloud, finding.kind)


def _adoptions(actor: Actor) -> Select[Any]:
    """Adoptions, and their undoing, that a cloud has stopped."""
    adoption = adoptions.c
    waiting = takings.c.adoption_id == adoption.id, takings.c.state.in_(("recorded", "withdrawn"))
    objects = select(func.count()).select_from(takings).where(*waiting).correlate(adoptions).scalar_subquery()
    stopped = or_(adoption.state == "attention", and_(adoption.state == "undoing", adoption.last_error.is_not(None)))
    return _heap(
        "adoption",
        number=adoption.number,
        title=literal(mark("Objects that an adoption could not mark")),
        state=adoption.state,
        what=mark("See why, and have it tried again: `cloudctl adoptions retry`."),
        why=mark("A cloud refused, or did not answer, and you may go on with it."),
        actor=actor,
        count=objects,
        since=adoption.created_at,
    ).where(stopped)


def _heap(name: str, *, what: str, why: str, actor: Actor, **columns: ColumnElement[Any]) -> Select[Any]:
    """A row that stands for many things; of no order, and without a deadline."""
    return select(
        literal(name).label("source"),
        _NO_DATE.label("due_at"),
        _NO_ORDER.label("order_id"),
        columns["number"].label("number"),
        columns["title"].label("title"),
        _NO_TEXT.label("department"),
        columns["state"].label("state"),
        literal(what).label("what"),
        literal(why).label("why"),
        literal(actor.for_name).label("principal"),
        columns["count"].label("count"),
        columns["since"].label("since"),
    )


MANY: tuple[tuple[frozenset[Permission], Callable[[Actor], Select[Any]]], ...] = (
    (frozenset({Permission.DRIFT_WRITE}), _findings),
    (frozenset({Permission.ADOPTIONS_WRITE, Permission.WORKFLOWS_WRITE}), _adoptions),
)
"""What comes in heaps: for who holds one of the permissions."""


def todo(engine: Engine, actors: Sequence[Actor], limit: int) -> list[TodoRow]:
    """What waits for these actors (a person, and as deputy of others), the most urgent first; one statement."""
    parts = [_part(source, actor) for actor in actors for source in SOURCES if source.needs in actor.permissions]
    parts += [rows(actor) for actor in actors for needs, rows in MANY if needs & actor.permissions]
    if not parts:
        return []
    waiting = union_all(*parts).subquery()
    columns = [waiting.c[name] for name in TodoRow.__struct_fields__]
    urgency = (waiting.c.due_at.is_(None), waiting.c.due_at, waiting.c.number, waiting.c.source)
    with engine.connect() as connection:
        return [TodoRow(*row) for row in connection.execute(select(*columns).order_by(*urgency).limit(limit))]


def _part(source: Source, actor: Actor) -> Select[Any]:
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
            _NO_COUNT.label("count"),
            _NO_DATE.label("since"),
        )
        .select_from(source.join(orders.join(departments, departments.c.id == orders.c.department_id)))
        .where(source.where, source.whose(actor))
    )
    realm = {actor.department_id, *actor.below}
    return chosen if actor.sees_all else chosen.where(orders.c.department_id.in_(realm))
