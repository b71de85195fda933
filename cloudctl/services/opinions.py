"""Opinions (并联意见): asked at acceptance, given side by side, taken back until the decision, weighed at approval.

Every act locks the order first, so that answers, returns and the decision follow each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from cloudctl.domain.accounts import Actor, Permission
from cloudctl.domain.calendars import end_of_day
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.limits import Step
from cloudctl.domain.opinions import (
    WORKING_DAYS,
    Opinion,
    Specialist,
    Verdict,
    conditions,
    missing,
    objecting,
)
from cloudctl.domain.orders import Order
from cloudctl.domain.policies import Ruling
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import duties, limits
from cloudctl.services.calendars import working_days_from_now
from cloudctl.services.history import marks, say, tell_roles
from cloudctl.services.orders import own


def of_order(ctx: Context, request: Request, order_id: UUID) -> Sequence[Opinion]:
    """The opinions on one order of what the actor sees, void ones included."""
    request.actor.require(Permission.ORDERS_READ)
    with ctx.unit_of_work(request) as uow:
        order = uow.orders.get(order_id)
        request.actor.require_sight(order.department_id, "order", order_id)
        return uow.opinions.of_order(order_id)


def give(
    ctx: Context,
    request: Request,
    order_id: UUID,
    *,
    verdict: Verdict,
    specialist: Specialist | None = None,
    conditions: list[str] | None = None,
    words: str = "",
) -> Opinion:
    """Puts a specialist's answer on record. `specialist` may be left out by who speaks for one field only."""
    actor = request.actor
    actor.require(Permission.OPINIONS_WRITE)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, None)
        duties.separate(actor, order)
        opinion = _own_opinion(uow, order, specialist)
        stripped = [entry.strip() for entry in conditions or [] if entry.strip()]
        opinion.give(verdict, stripped, words.strip(), by=actor.account_id, giver=actor.name, now=uow.now)
        _count(uow, order)
        uow.audit(
            "evaluate/opinion",
            "order",
            order.id,
            department_id=order.department_id,
            after={"specialist": opinion.specialist, "verdict": verdict, "conditions": stripped, **marks(order)},
            reason=opinion.words or None,
        )
        say(
            uow,
            order,
            "Opinion of the specialist for {specialist}: {verdict}.",
            reason=opinion.words or None,
            specialist=opinion.specialist.value,
            verdict=verdict.value.replace("_", " "),
        )
        return uow.answer(opinion)


def withdraw(
    ctx: Context,
    request: Request,
    order_id: UUID,
    *,
    specialist: Specialist | None = None,
    reason: str | None = None,
) -> Opinion:
    """Takes an answer back, until the decision; approval then waits for another."""
    request.actor.require(Permission.OPINIONS_WRITE)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, None)
        opinion = _own_opinion(uow, order, specialist)
        before: dict[str, object] = {"specialist": opinion.specialist, "verdict": opinion.verdict}
        opinion.withdraw()
        _count(uow, order)
        uow.audit(
            "update/opinion-withdraw",
            "order",
            order.id,
            department_id=order.department_id,
            before=before,
            after={"specialist": opinion.specialist, **marks(order)},
            reason=reason,
        )
        say(
            uow,
            order,
            "The specialist for {specialist} has taken the opinion back.",
            reason=reason,
            specialist=opinion.specialist.value,
        )
        return uow.answer(opinion)


def ask(
    ctx: Context, request: Request, order_id: UUID, *, specialist: Specialist, reason: str | None = None
) -> Opinion:
    """The office asks one more specialist, whom policies do not name or name only now."""
    request.actor.require(Permission.ORDERS_REVIEW)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, None)
        duties.decide(request.actor, order)
        _refuse_unless_in_review(order)
        if specialist in {opinion.specialist for opinion in current(uow, order)}:
            raise Conflict(
                "The specialist for {specialist} has been asked already.",
                field="specialist",
                way_out="Wait for the answer.",
                specialist=specialist.value,
            )
        (opinion,) = ask_all(uow, order, [specialist.value], reason)
        return uow.answer(opinion)


def ask_all(uow: UnitOfWork, order: Order, names: Iterable[str], reason: str | None = None) -> list[Opinion]:
    """Asks specialists side by side, under one deadline, and tells them."""
    wanted = set(names)
    due = working_days_from_now(uow, WORKING_DAYS)
    asked = [
        Opinion(
            order_id=order.id,
            department_id=order.department_id,
            specialist=specialist,
            asked_at=uow.now,
            due_at=end_of_day(due.day),
        )
        for specialist in Specialist
        if specialist.value in wanted
    ]
    for opinion in asked:
        uow.opinions.add(opinion)
        uow.audit(
            "start/opinion",
            "order",
            order.id,
            department_id=order.department_id,
            after={"specialist": opinion.specialist, "due_at": opinion.due_at, **marks(order)},
            reason=reason,
        )
    if asked:
        limits.keep(uow, order, Step.OPINIONS, waiting=True)
        tell_roles(uow, order, "opinion_asked", tuple(opinion.specialist.role for opinion in asked), reason)
    return asked


def _count(uow: UnitOfWork, order: Order) -> None:
    """The clock of the opinions runs while one of them is waited for."""
    waiting = any(opinion.state != "given" for opinion in current(uow, order))
    limits.keep(uow, order, Step.OPINIONS, waiting=waiting)


def current(uow: UnitOfWork, order: Order) -> list[Opinion]:
    """The opinions that count now."""
    return [opinion for opinion in uow.opinions.of_order(order.id) if opinion.state != "void"]


def weigh(uow: UnitOfWork, order: Order, ruling: Ruling, reason: str | None) -> None:
    """What the opinions mean for an approval: all are in, objections are answered, conditions go onto the order.

    Raises Conflict naming who is missing. Who approves over an objection gives the reason (Invalid), and over an
    objection of security needs `orders:override` as well (Forbidden): what security objects to is the head's to answer.
    """
    opinions = current(uow, order)
    absent = missing(opinions, ruling.specialists)
    if absent:
        raise Conflict(
            "Opinions are missing: {specialists}.",
            way_out="Accept the order so that they are asked; then wait for their answers.",
            specialists=", ".join(absent),
        )
    against = objecting(opinions)
    if against:
        _overrule(uow, order, against, reason)
    order.conditions = conditions(opinions)


def _overrule(uow: UnitOfWork, order: Order, against: list[Specialist], reason: str | None) -> None:
    if not (reason or "").strip():
        raise Invalid(
            "{specialists} object: an approval needs a reason.",
            field="reason",
            way_out="Say why it is approved all the same; or return or reject it.",
            specialists=", ".join(against),
        )
    if Specialist.SECURITY in against:
        uow.actor.require(Permission.ORDERS_OVERRIDE)
    uow.audit(
        "allow/overrule",
        "order",
        order.id,
        department_id=order.department_id,
        after={"specialists": against, **marks(order)},
        reason=reason,
    )


def _own_opinion(uow: UnitOfWork, order: Order, specialist: Specialist | None) -> Opinion:
    """The opinion that the actor may speak; raises what stands against it."""
    _refuse_unless_in_review(order)
    asked = {opinion.specialist: opinion for opinion in current(uow, order)}
    spoken = _spoken_for(uow.actor, specialist, asked)
    if spoken not in asked:
        raise Conflict(
            "The specialist for {specialist} was not asked about this order.",
            field="specialist",
            way_out="Ask the reviewer to ask you: cloudctl opinions ask.",
            specialist=spoken.value,
        )
    return asked[spoken]


def _spoken_for(actor: Actor, named: Specialist | None, asked: Iterable[Specialist]) -> Specialist:
    """The field that the actor speaks for."""
    mine = [specialist for specialist in Specialist if specialist.role in actor.roles]
    if named is None:
        possible = [specialist for specialist in mine if specialist in set(asked)] or mine
        if len(possible) != 1:
            raise Invalid("Say for which field you speak.", field="specialist", way_out="Name the specialist.")
        return possible[0]
    if named not in mine:
        raise Forbidden(
            "You do not speak for {specialist}.",
            way_out="Leave it to somebody who holds that role.",
            specialist=named.value,
        )
    return named


def _refuse_unless_in_review(order: Order) -> None:
    if order.state != "in_review":
        raise Conflict(
            "An order in state {state} takes no opinions: they are given between acceptance and decision.",
            way_out="Look at the order; once it is decided, an opinion can no longer change it.",
            state=order.state,
        )
