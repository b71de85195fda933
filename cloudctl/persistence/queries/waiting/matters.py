"""Rows of other nouns than orders that wait for somebody: cases under listed supervision, what runs out of a system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, and_, bindparam, literal, not_, or_, select

from cloudctl.domain.accounts import Actor, Permission
from cloudctl.messages import mark
from cloudctl.persistence.queries.assessments import LAPSED
from cloudctl.persistence.queries.clearings import WAITING
from cloudctl.persistence.queries.systems_due import DUE
from cloudctl.persistence.queries.waiting.blanks import NO_COUNT, NO_DATE, NO_ORDER
from cloudctl.persistence.queries.waiting.orders import anyones
from cloudctl.persistence.queries.waves import NEXT_STEPS
from cloudctl.persistence.queries.zombies import REQUESTED
from cloudctl.persistence.tables import apps, cases, departments
from cloudctl.persistence.types import EndOfDay, Instant

SOON = timedelta(days=30)  # how long before its day what runs out of a system is somebody's to do


@dataclass(frozen=True, slots=True)
class Matter:
    """Rows of another noun than orders that wait for who holds `needs`, as `Source` has them for orders.

    `table` belongs to a department by its `department_id`; `number`, `title` and `state` are what the list shows of it.
    """

    name: str
    needs: Permission
    table: FromClause
    where: ColumnElement[bool]
    number: ColumnElement[str]
    title: ColumnElement[str]
    state: ColumnElement[str]
    due: ColumnElement[Any]
    what: str
    why: str
    whose: Callable[[Actor], ColumnElement[bool]] = anyones


def _not_my_proposal(actor: Actor) -> ColumnElement[bool]:
    """Neither who proposed a deletion nor who started the campaign confirms it."""
    mine = [WAITING.c.proposed.contains(str(person)) for person in sorted(actor.persons)]
    hands = (WAITING.c.started_by, WAITING.c.started_for)
    strange = (or_(hand.is_(None), not_(hand.in_(actor.persons))) for hand in hands)
    return and_(not_(or_(*mine)) if mine else literal(value=True), *strange)


def _owed_by(actor: Actor) -> ColumnElement[bool]:
    """A department owes its cases, but for those that a role of the office or of operations owes."""
    by_department = and_(cases.c.role.is_(None), literal(value=not actor.sees_all))
    return or_(by_department, cases.c.role.in_(sorted(actor.roles)))


def _not_my_proof(actor: Actor) -> ColumnElement[bool]:
    """Who handed a proof in does not close its case."""
    hands = (cases.c.proved_by, cases.c.proved_for)
    return and_(*(or_(hand.is_(None), not_(hand.in_(actor.persons))) for hand in hands))


def _not_my_request(actor: Actor) -> ColumnElement[bool]:
    """Who asked for an exemption does not decide on it."""
    hands = (REQUESTED.c.asked_by, REQUESTED.c.asked_for)
    return and_(*(or_(hand.is_(None), not_(hand.in_(actor.persons))) for hand in hands))


def _not_my_application(actor: Actor) -> ColumnElement[bool]:
    """Who asked for an application does not approve it."""
    return or_(apps.c.asked_by.is_(None), not_(apps.c.asked_by.in_(actor.persons)))


MATTERS: tuple[Matter, ...] = (
    Matter(
        "case", Permission.EVIDENCE_WRITE, cases, cases.c.state.in_(["open", "returned"]),
        cases.c.number, cases.c.title, cases.c.state, cases.c.due_at,
        what=mark("Put it right and hand the proof in."),
        why=mark("It is under listed supervision, and you or your department owe the proof."),
        whose=_owed_by,
    ),
    Matter(
        "case_proof", Permission.CASES_WRITE, cases, cases.c.state == "proof_in",
        cases.c.number, cases.c.title, cases.c.state, cases.c.due_at,
        what=mark("Check the proof; close the case or return it."), why=mark("The department has handed its proof in."),
        whose=_not_my_proof,
    ),
    Matter(
        "system_due", Permission.SYSTEMS_WRITE, DUE, DUE.c.due_on <= bindparam("soon", type_=Date),
        DUE.c.code, DUE.c.name, DUE.c.matter, EndOfDay(DUE.c.due_on),
        what=mark("Have it renewed or assessed, then put the new day on record."),
        why=mark("It is your department's system, and something of it runs out."),
        whose=lambda actor: DUE.c.department_id == actor.department_id,
    ),
    Matter(
        "move_step", Permission.STEPS_WRITE, NEXT_STEPS, literal(value=True),
        NEXT_STEPS.c.code, NEXT_STEPS.c.name, NEXT_STEPS.c.state, EndOfDay(NEXT_STEPS.c.due_on),
        what=mark("Complete its next step, or say what is in the way: `cloudctl waves steps`."),
        why=mark("Its wave is under way, and you owe the step."),
        whose=lambda actor: NEXT_STEPS.c.role.in_(sorted(actor.roles)),
    ),
    Matter(
        "assessment_due", Permission.CONSOLIDATION_WRITE, LAPSED, literal(value=True),
        LAPSED.c.code, LAPSED.c.name, literal("due"), EndOfDay(LAPSED.c.until_on),
        what=mark("Decide anew what becomes of it: `cloudctl assessments decide`."),
        why=mark("Its postponement has ended."),
    ),
    Matter(
        "clearing_answer", Permission.CLEARINGS_ANSWER, WAITING, WAITING.c.state.in_(["notified", "due"]),
        WAITING.c.number, WAITING.c.name, WAITING.c.state, EndOfDay(WAITING.c.due_on),
        what=mark("Say whether it is still needed: `cloudctl zombies case answer`."),
        why=mark("It seems to be no longer in use, and it is your department's."),
        whose=lambda actor: literal(value=not actor.sees_all),
    ),
    Matter(
        "clearing_attention", Permission.CLEARINGS_WRITE, WAITING, WAITING.c.state == "attention",
        WAITING.c.number, WAITING.c.name, WAITING.c.state, NO_DATE,
        what=mark("See why, then resume it or bring the system back: `cloudctl zombies case show`."),
        why=mark("Its clearing has stopped, and you may go on with it."),
    ),
    Matter(
        "clearing_proposal", Permission.CLEARINGS_PROPOSE, WAITING,
        and_(WAITING.c.state == "restore_tested", WAITING.c.quarantined_until <= bindparam("now", type_=Instant)),
        WAITING.c.number, WAITING.c.name, WAITING.c.state, NO_DATE,
        what=mark("Propose its deletion, or bring it back: `cloudctl zombies case propose`."),
        why=mark("Its time in quarantine is over, and its backup was restored as a test."),
    ),
    Matter(
        "clearing_confirm", Permission.CLEARINGS_CONFIRM, WAITING, WAITING.c.state == "deletion_proposed",
        WAITING.c.number, WAITING.c.name, WAITING.c.state, NO_DATE,
        what=mark("Check the deletion; confirm it or turn it down: `cloudctl zombies case confirm`."),
        why=mark("Somebody else proposes to delete it."),
        whose=_not_my_proposal,
    ),
    Matter(
        "clearing_lines", Permission.CLEARINGS_ANSWER, WAITING, WAITING.c.state == "deleted",
        WAITING.c.number, WAITING.c.name, WAITING.c.state, NO_DATE,
        what=mark("Fill its close-out lines: `cloudctl zombies case lines`."),
        why=mark("It was deleted, and its closing on record is owed."),
        whose=lambda actor: literal(value=not actor.sees_all),
    ),
    Matter(
        "clearing_close", Permission.CLEARINGS_WRITE, WAITING, WAITING.c.state == "deleted",
        WAITING.c.number, WAITING.c.name, WAITING.c.state, NO_DATE,
        what=mark("Have its close-out lines filled, then close it: `cloudctl zombies case close`."),
        why=mark("It was deleted, and its closing on record is owed."),
    ),
    Matter(
        "zombie_exemption", Permission.ZOMBIES_WRITE, REQUESTED, literal(value=True),
        REQUESTED.c.code, REQUESTED.c.name, literal("requested"), EndOfDay(REQUESTED.c.ends_on),
        what=mark("Decide on the exemption: `cloudctl zombies exemptions`."),
        why=mark("Its department asks that the system is not cleared."),
        whose=_not_my_request,
    ),
    Matter(
        "app_asked", Permission.APPS_APPROVE, apps, apps.c.state == "asked",
        apps.c.code, apps.c.name, apps.c.state, NO_DATE,
        what=mark("Approve the application or reject it: `cloudctl apps approve`."),
        why=mark("A policy asks for the office's approval."),
        whose=_not_my_application,
    ),
    Matter(
        "app_attention", Permission.APPS_WRITE, apps, apps.c.state == "attention",
        apps.c.code, apps.c.name, apps.c.state, NO_DATE,
        what=mark("See what stands, then retry, restore, settle or retire it: `cloudctl apps status`."),
        why=mark("Something went wrong with the application, and nobody repeats it unasked."),
    ),
)  # fmt: skip


def part(matter: Matter, actor: Actor) -> Select[Any]:
    """One matter as one actor sees it."""
    owner = matter.table.c.department_id
    chosen = (
        select(
            literal(matter.name).label("source"),
            matter.due.label("due_at"),
            NO_ORDER.label("order_id"),
            matter.number.label("number"),
            matter.title.label("title"),
            departments.c.name.label("department"),
            matter.state.label("state"),
            literal(matter.what).label("what"),
            literal(matter.why).label("why"),
            literal(actor.for_name).label("principal"),
            NO_COUNT.label("count"),
            NO_DATE.label("since"),
        )
        .select_from(matter.table.join(departments, departments.c.id == owner))
        .where(matter.where, matter.whose(actor))
    )
    return chosen if actor.sees_all else chosen.where(owner.in_({actor.department_id, *actor.below}))
