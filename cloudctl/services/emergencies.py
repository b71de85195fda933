"""Emergencies: approved by telephone, built at once, the signed form handed in after the fact.

    made = create(ctx, request, form, approver="王市长", approved_at=..., note="...")    # the build is queued
    made = create(ctx, request, form, ..., app=AppForm(...))                             # and what is to run there
    complete(ctx, head, made.id, document_number="应急〔2026〕3号")                      # the head's signature
    close(ctx, reviewer, made.id)                                                        # by somebody else

What policies deny stays denied, and quota binds: only who may set quotas can raise them with the order, on record.
Freeze windows are passed. The form's limit is a step of its own (policies/limits.yaml), whose clock gives the cards.
Every audit event of all this says `"emergency": true`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission, Role
from cloudctl.domain.calendars import end_of_day, today_for_people
from cloudctl.domain.emergencies import LONGEST_DAYS_SINCE_CALL, PAPER_WORKING_DAYS, Emergency
from cloudctl.domain.errors import Forbidden, Invalid, PolicyDenied
from cloudctl.domain.limits import Step
from cloudctl.domain.orders import Order
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import apps, decisions, evaluations, limits, orders
from cloudctl.services.app_forms import AppForm, check_words
from cloudctl.services.calendars import working_days_from_now
from cloudctl.services.notices import tell
from cloudctl.services.orders import OrderForm


def create(
    ctx: Context,
    request: Request,
    form: OrderForm,
    *,
    approver: str,
    approved_at: datetime,
    note: str,
    raise_quota: bool = False,
    app: AppForm | None = None,
) -> Emergency:
    """Order, telephone note, hold and build in one transaction; any refusal leaves no trace.

    `app` is deployed on the servers once they are there; its zone, system and order are those of the order.
    """
    actor = request.actor
    actor.require(Permission.EMERGENCIES_WRITE)
    if raise_quota:
        actor.require(Permission.QUOTAS_WRITE)
    orders.check_form(form)
    if app is not None:
        actor.require(Permission.APPS_WRITE)
        app = replace(
            app, zone=form.zone, system_id=form.system_id, own=True, cloud=None, exposed=False,
            no_state_secrets=form.no_state_secrets,
        )  # fmt: skip
        check_words(app)
    with ctx.unit_of_work(request) as uow:
        _check_call(uow, approver, approved_at, note)
        order = orders.enter(ctx, uow, form, emergency=True)
        found = evaluations.assess(ctx, uow, order)
        if raise_quota:
            _raise_limits(uow, order, found)
            found = evaluations.assess(ctx, uow, order)
        if found.denials:
            raise PolicyDenied(
                "Policies deny this order: {rules}.",
                field=found.denials[0].field,
                findings=[msgspec.to_builtins(finding) for finding in found.ruling.findings],
                rules=", ".join(finding.rule for finding in found.denials),
            )
        evaluations.hold(uow, order, found)
        order.submitted_at = uow.now
        emergency = Emergency(
            number=uow.emergencies.next_number(today_for_people(uow.now).year),
            order_id=order.id,
            department_id=order.department_id,
            approver=approver.strip(),
            approved_at=approved_at,
            noted_by=order.applicant_id,
            note=note.strip(),
            due_at=_owed(uow, order),
            created_at=uow.now,
        )
        uow.emergencies.add(emergency)
        _audit(
            uow,
            "allow/emergency",
            emergency,
            order=order.number,
            approver=emergency.approver,
            approved_at=approved_at,
            due_at=emergency.due_at,
            reason=emergency.note,
        )
        decisions.queue(uow, order, found, "approve_emergency", emergency.note)
        if app is not None:
            apps.deploy_at_once(ctx, uow, replace(app, order_id=order.id), uow.departments.get(order.department_id))
        return uow.answer(emergency)


def get(ctx: Context, request: Request, emergency_id: UUID) -> Emergency:
    """One record of what the actor sees."""
    request.actor.require(Permission.EMERGENCIES_READ)
    with ctx.unit_of_work(request) as uow:
        emergency = uow.emergencies.get(emergency_id)
    request.actor.require_sight(emergency.department_id, "emergency", emergency_id)
    return emergency


def complete(
    ctx: Context, request: Request, emergency_id: UUID, *, document_number: str, expected_version: int | None = None
) -> Emergency:
    """The department head signs after the fact and hands the form in under its document number (文号)."""
    request.actor.require(Permission.ORDERS_SIGN_OFF)
    if not document_number.strip():
        raise Invalid(
            "The form has a document number.",
            field="document_number",
            way_out="Give the number that it was filed under.",
        )
    with ctx.unit_of_work(request) as uow:
        emergency = _own(uow, request, emergency_id, expected_version)
        order = uow.orders.lock(emergency.order_id)
        emergency.advance("hand_in")
        emergency.document_number = document_number.strip()
        emergency.signed_by, emergency.signed_at = request.actor.account_id, uow.now
        order.signed_off_by, order.signed_off_for = request.actor.account_id, request.actor.for_account_id
        limits.end(uow, order, Step.PAPER)
        _audit(uow, "allow/sign-off", emergency, order=order.number, document_number=emergency.document_number)
        return uow.answer(emergency)


def send_back(
    ctx: Context, request: Request, emergency_id: UUID, *, reason: str, expected_version: int | None = None
) -> Emergency:
    """The form is not in order: it is owed again, within a new limit."""
    request.actor.require(Permission.EMERGENCIES_WRITE)
    if not reason.strip():
        raise Invalid("A return needs a reason.", field="reason", way_out="Say what is wrong with the form.")
    with ctx.unit_of_work(request) as uow:
        emergency = _own(uow, request, emergency_id, expected_version)
        order = uow.orders.lock(emergency.order_id)
        emergency.advance("send_back")
        emergency.document_number = emergency.signed_by = emergency.signed_at = None
        order.signed_off_by = order.signed_off_for = None
        emergency.due_at = _owed(uow, order)
        _audit(uow, "deny/return", emergency, order=order.number, reason=reason.strip())
        return uow.answer(emergency)


def close(
    ctx: Context,
    request: Request,
    emergency_id: UUID,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
) -> Emergency:
    """Somebody else of the office has checked the form: the record is closed."""
    actor = request.actor
    actor.require(Permission.EMERGENCIES_WRITE)
    with ctx.unit_of_work(request) as uow:
        emergency = _own(uow, request, emergency_id, expected_version)
        if emergency.noted_by in actor.persons:
            raise Forbidden("Who entered an emergency does not close it.", way_out="Another person has to check it.")
        emergency.advance("close")
        emergency.closed_by, emergency.closed_at = actor.account_id, uow.now
        _audit(uow, "update/close", emergency, late=emergency.late, reason=reason)
        return uow.answer(emergency)


def lapse(ctx: Context, request: Request) -> int:
    """Marks open records whose form was due, and tells the department and the office; answers how many."""
    with ctx.unit_of_work(request) as uow:
        overdue = list(uow.emergencies.overdue(uow.now))
        for emergency in overdue:
            order = uow.orders.get(emergency.order_id)
            emergency.advance("lapse")
            emergency.late = True
            _audit(uow, "evaluate/lapse", emergency, order=order.number, due_at=emergency.due_at)
            _remind(uow, emergency, order)
    return len(overdue)


def _remind(uow: UnitOfWork, emergency: Emergency, order: Order) -> None:
    people = [
        account
        for role, home in (
            (Role.DEPARTMENT_HEAD, emergency.department_id),
            (Role.DEPARTMENT_OFFICER, emergency.department_id),
            (Role.OFFICE_ADMIN, None),
        )
        for account in uow.accounts.with_role(role, home)
    ]
    params = {"number": emergency.number, "title": order.title}
    event = f"{emergency.id}/{emergency.version}"
    tell(uow, people, "emergency_overdue", params, event=event, order_id=order.id)


def _owed(uow: UnitOfWork, order: Order) -> datetime:
    """Starts the clock of the signed form, which gives the cards, and answers when the form is due."""
    clock = limits.start(uow, order, Step.PAPER)
    day = working_days_from_now(uow, PAPER_WORKING_DAYS).day if clock is None else clock.statutory_on
    return end_of_day(day)


def _check_call(uow: UnitOfWork, approver: str, approved_at: datetime, note: str) -> None:
    """Who gave the word, when and what was said: without it there is no emergency."""
    if not approver.strip():
        raise Invalid("An emergency is approved by a person.", field="approver", way_out="Name who gave the word.")
    if approver.strip() in {uow.actor.name, uow.actor.for_name}:
        raise Invalid(
            "Nobody approves what they enter themselves.", field="approver", way_out="Name the person who was called."
        )
    if not note.strip():
        raise Invalid("A telephone approval is noted down.", field="note", way_out="Write down what was said.")
    if approved_at.tzinfo is None:
        raise Invalid("The time has no zone.", field="approved_at", way_out="Write it as 2026-11-21T09:30:00+08:00.")
    if not uow.now - timedelta(days=LONGEST_DAYS_SINCE_CALL) <= approved_at <= uow.now:
        raise Invalid(
            "The telephone approval was given within the last {days} days.",
            field="approved_at",
            way_out="Check the time; what is older goes the ordinary way.",
            days=LONGEST_DAYS_SINCE_CALL,
        )


def _raise_limits(uow: UnitOfWork, order: Order, found: evaluations.Evaluation) -> None:
    """Raises the department's limits to what the order needs, cloud by cloud and by dimension, on record."""
    for cloud, dimension, amount in (
        (cloud, dimension, amount) for cloud, growth in found.growth.items() for dimension, amount in growth.items()
    ):
        quota = found.quota[cloud].get(dimension)
        left = quota.left if quota else 0
        if amount > left:
            limit = (quota.limit if quota else 0) + amount - left
            raised = uow.quotas.set_limit(order.department_id, cloud, order.zone, dimension, limit)
            uow.audit(
                "update/quota",
                "quota",
                raised.id,
                department_id=order.department_id,
                before={"limit": limit - amount + left},
                after={
                    "cloud": cloud, "zone": order.zone, "dimension": dimension.value, "limit": limit,
                    "order": order.number, "emergency": True,
                },
            )  # fmt: skip


def _own(uow: UnitOfWork, request: Request, emergency_id: UUID, expected_version: int | None) -> Emergency:
    emergency = uow.emergencies.lock(emergency_id)
    request.actor.require_sight(emergency.department_id, "emergency", emergency_id)
    uow.check_version(emergency, expected_version)
    return emergency


def _audit(uow: UnitOfWork, action: str, emergency: Emergency, *, reason: str | None = None, **told: object) -> None:
    uow.audit(
        action,
        "emergency",
        emergency.id,
        department_id=emergency.department_id,
        after={"number": emergency.number, "state": emergency.state, "emergency": True, **told},
        reason=reason,
    )
