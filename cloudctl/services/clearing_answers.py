"""What owners answer: kept, released, whose it is instead, or later; logged in, or by the signed link of a notice.

    clearing_answers.answer(ctx, request, clearing_id, answer=Answer.KEEP, reason="决算要用", until=day)
    clearing_answers.by_link(ctx, token, request_id, answer=Answer.RELEASE, reason="")

Reading by a link changes nothing, so whatever opens links by itself does no harm; the act is a second request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cloudctl.domain.accounts import Account, Actor, Permission
from cloudctl.domain.answer_links import AnswerLink
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.campaigns import Campaign
from cloudctl.domain.clearings import Answer, Clearing, Given
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.lifecycle_clearings import CLEARINGS
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.answer_links import none, opened
from cloudctl.services.calendars import calendar_of
from cloudctl.services.clearing_notices import tell_office

API, LINK = "api", "link"
ANSWERABLE = frozenset({"notified", "snoozed", "due", "released"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the page behind a link shows: the case, its system, and until when it can be answered."""

    clearing: Clearing
    system: System
    campaign: Campaign
    account: Account
    usable: bool


def answer(
    ctx: Context,
    request: Request,
    clearing_id: UUID,
    *,
    answer: Answer,
    reason: str = "",
    until: date | None = None,
    to_department_id: UUID | None = None,
    expected_version: int | None = None,
) -> Clearing:
    """The owner's answer; raises Refused once nothing is asked any more, naming what is possible instead."""
    request.actor.require(Permission.CLEARINGS_ANSWER)
    refuse_secret(None, {"reason": reason})
    with ctx.unit_of_work(request) as uow:
        clearing = uow.clearings.lock(clearing_id)
        request.actor.require_sight(clearing.department_id, "clearing", clearing_id)
        uow.check_version(clearing, expected_version)
        given = Given(
            answer=answer,
            by=_person(request),
            for_account_id=request.actor.for_account_id,
            via=API,
            at=uow.now,
            reason=reason.strip(),
            until=until,
            to_department_id=to_department_id,
        )
        _take(uow, clearing, given)
        return uow.answer(clearing)


def look(ctx: Context, token: str, request_id: str) -> Asked:
    """What a link is about; raises NotFound for one that is none. Changes nothing."""
    link_id = opened(ctx, token)
    with ctx.unit_of_work(_reading(request_id)) as uow:
        link, clearing, account = _linked(uow, link_id, lock=False)
        usable = link.usable(uow.now) and clearing.state in ANSWERABLE
        return Asked(
            clearing=clearing,
            system=uow.systems.get(clearing.system_id),
            campaign=uow.campaigns.get(clearing.campaign_id),
            account=account,
            usable=usable,
        )


def by_link(
    ctx: Context,
    token: str,
    request_id: str,
    *,
    answer: Answer,
    reason: str = "",
    until: date | None = None,
    department: str = "",
) -> Clearing:
    """The answer of whom the link was sent to; a link answers once. `department` is a code, for a transfer."""
    refuse_secret(None, {"reason": reason})
    link_id = opened(ctx, token)
    with ctx.unit_of_work(_reading(request_id)) as uow:
        _, _, account = _linked(uow, link_id, lock=False)
    request = Request(actor=_as(account), request_id=request_id)
    with ctx.unit_of_work(request) as uow:
        link, clearing, account = _linked(uow, link_id, lock=True)
        if not link.usable(uow.now):
            raise Conflict(
                "This link was used already, or its time is over.",
                way_out="Log in: `cloudctl zombies case answer`, or ask the office.",
            )
        given = Given(
            answer=answer,
            by=account.id,
            via=LINK,
            at=uow.now,
            reason=reason.strip(),
            until=until,
            to_department_id=_department(uow, department) if answer is Answer.TRANSFER else None,
        )
        _take(uow, clearing, given)
        link.used_at = uow.now
        return clearing


def _take(uow: UnitOfWork, clearing: Clearing, given: Given) -> None:
    campaign, today = uow.campaigns.get(clearing.campaign_id), today_for_people(uow.now)
    CLEARINGS.next(clearing.state, given.answer.value)
    if clearing.saga is not None and given.answer is not Answer.RELEASE:
        raise Conflict(
            "Case {number} is just being switched off.",
            way_out="Bring it back: `cloudctl zombies case restore {number}`.",
            number=clearing.number,
        )
    match given.answer:
        case Answer.KEEP:
            clearing.keep(given, today, campaign.policy.exemptions.most_days)
        case Answer.RELEASE:
            clearing.release(given)
        case Answer.TRANSFER:
            if given.to_department_id is not None:
                uow.departments.get(given.to_department_id)
            _refuse_circle(clearing, given)
            clearing.transfer(given)
        case Answer.SNOOZE:
            clearing.snooze(given, calendar_of(uow), today, campaign.policy.clock)
    after: dict[str, object] = {
        "number": clearing.number, "answer": given.answer.value, "via": given.via, "state": clearing.state,
        "until": given.until,
    }  # fmt: skip
    uow.audit(
        "update/clearing-answer", "clearing", clearing.id, department_id=clearing.department_id, after=after,
        reason=given.reason or None,
    )  # fmt: skip
    tell_office(uow, clearing, "clearing_answered", given.reason)


def _refuse_circle(clearing: Clearing, given: Given) -> None:
    """Two departments do not pass a case to and fro."""
    if any(one.to_department_id == given.to_department_id for one in clearing.answers):
        raise Conflict(
            "Case {number} was passed to that department already.", field="to_department_id",
            way_out="Keep or release it, or ask the office whose it is.", number=clearing.number,
        )  # fmt: skip


def _department(uow: UnitOfWork, code: str) -> UUID:
    found = uow.departments.by_code(code.strip())
    if found is None:
        raise Invalid("There is no department {code}.", field="department", way_out="Give its code.", code=code)
    return found.id


def _linked(uow: UnitOfWork, link_id: UUID, *, lock: bool) -> tuple[AnswerLink, Clearing, Account]:
    """A link with its case and person; NotFound when the case is another department's by now, or the person left."""
    link = uow.answer_links.lock(link_id) if lock else uow.answer_links.get(link_id)
    clearing = uow.clearings.lock(link.clearing_id) if lock else uow.clearings.get(link.clearing_id)
    account = uow.accounts.get(link.account_id)
    if not account.active or clearing.department_id != link.department_id:
        raise none()
    return link, clearing, account


def _as(account: Account) -> Actor:
    """The person of a link, who may do this one thing by it."""
    return Actor(
        account_id=account.id,
        name=account.login,
        department_id=account.department_id,
        roles=account.roles,
        permissions=frozenset({Permission.CLEARINGS_ANSWER}),
        locale=account.locale,
    )


def _reading(request_id: str) -> Request:
    nobody = Actor(account_id=None, name="link", department_id=None, roles=frozenset(), permissions=frozenset())
    return Request(actor=nobody, request_id=request_id)


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Forbidden("Owners answer as people.", way_out="Log in with an account.")
    return request.actor.account_id
