"""Orders: written, handed in, withdrawn and closed; what is decided on them is `services/decisions.py`.

Each act is one transaction: state, quota, prefixes, claims, findings, progress, audit and notices change together or
not at all. The machine half, from the start of the build on, is `services/deliveries.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import FIELD, check_declared, refuse_secret
from cloudctl.domain.errors import Conflict, Invalid, NotFound, PolicyDenied
from cloudctl.domain.items import Item, ServerItem
from cloudctl.domain.materials import check_materials
from cloudctl.domain.orders import Backup, Order
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import evaluations, offices
from cloudctl.services.history import advance, marks, say
from cloudctl.services.mergers import standing

WRITABLE = frozenset({"draft", "returned"})
WORDS = ("title", "purpose", "users", "project_document", "ports", "contact_name", "contact_phone")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderForm:
    """The form's fields (申请表). `user_data` of server items comes in clear and is sealed before it is kept."""

    system_id: UUID
    title: str
    purpose: str
    zone: str
    users: str = ""
    project_document: str = ""
    ports: str = ""
    bandwidth_mbps: int | None = None
    backup: Backup = Backup.NONE
    go_live_on: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    no_state_secrets: bool | None = None
    items: list[Item] = field(default_factory=list)


def create(ctx: Context, request: Request, form: OrderForm, *, submit: bool = False) -> Order:
    """Writes a draft, and with `submit` hands it in in the same transaction.

    Raises Invalid, before anything of it is kept, unless it is declared that no state secrets are handled.
    """
    request.actor.require(Permission.ORDERS_WRITE)
    check_form(form)
    with ctx.unit_of_work(request) as uow:
        order = enter(ctx, uow, form)
        if submit:
            hand_in(ctx, uow, order)
        return uow.answer(order)


def check_form(form: OrderForm) -> None:
    """Raises Invalid, before a transaction sees anything of it, for what is not declared or carries a marking."""
    check_declared(form.no_state_secrets, _words_of(_values_of(form)))


def enter(
    ctx: Context, uow: UnitOfWork, form: OrderForm, *, applicant_id: UUID | None = None, emergency: bool = False
) -> Order:
    """Puts a draft on record in the caller's transaction; `applicant_id` is for whom the actor files it (代办)."""
    order = draft(ctx, uow, form, applicant_id=applicant_id)
    order.emergency = emergency
    uow.orders.add(order)
    uow.audit(
        "create/order",
        "order",
        order.id,
        department_id=order.department_id,
        after={"number": order.number, FIELD: True, "filed_by": order.filed_by, **marks(order)},
    )
    if order.filed_by is not None:
        name = uow.accounts.get(order.applicant_id).name
        say(uow, order, "Filed on behalf of the department (代办); the applicant is {applicant}.", applicant=name)
    return order


def check(ctx: Context, request: Request, form: OrderForm) -> evaluations.Evaluation:
    """What would happen to the form if it were handed in: findings, placement, quota, capacity. Writes nothing."""
    request.actor.require(Permission.ORDERS_WRITE)
    refuse_secret(form.no_state_secrets, _words_of(_values_of(form)))
    with ctx.unit_of_work(request) as uow:
        return evaluations.assess(ctx, uow, draft(ctx, uow, form, number="-"))


def update(
    ctx: Context, request: Request, order_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Order:
    """Changes fields of a draft or returned order; the names are those of OrderForm."""
    request.actor.require(Permission.ORDERS_WRITE)
    refuse_secret(changes.get(FIELD), _words_of(changes))
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        if order.state not in WRITABLE:
            raise Conflict(
                "An order in state {state} cannot be rewritten.",
                way_out="Withdraw it and write another, or ask the office to return it.",
                state=order.state,
            )
        for name, value in _checked(ctx, uow, changes).items():
            setattr(order, name, value)
        uow.audit(
            "update/order",
            "order",
            order.id,
            department_id=order.department_id,
            after={"fields": sorted(changes)},
        )
        return uow.answer(order)


def get(ctx: Context, request: Request, order_id: UUID) -> Order:
    """One order of what the actor sees."""
    request.actor.require(Permission.ORDERS_READ)
    with ctx.unit_of_work(request) as uow:
        order = uow.orders.get(order_id)
    request.actor.require_sight(order.department_id, "order", order_id)
    return order


def submit(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Hands a draft, or a corrected order, in: from here on quota, prefixes and claims are held."""
    request.actor.require(Permission.ORDERS_WRITE)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        hand_in(ctx, uow, order, reason)
        return uow.answer(order)


def cancel(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Withdraws an order. During the build it asks the saga to stop at the next step and undo."""
    request.actor.require(Permission.ORDERS_WRITE)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        if order.state == "provisioning":
            order.cancel_requested = True
            uow.audit("stop/cancel-request", "order", order.id, department_id=order.department_id, reason=reason)
        else:
            advance(uow, order, "cancel", reason)
            evaluations.let_go(uow, order)
        return uow.answer(order)


def close(
    ctx: Context, request: Request, order_id: UUID, *, reason: str | None = None, expected_version: int | None = None
) -> Order:
    """Closes the file of a delivered or failed order."""
    actor = request.actor
    actor.require(Permission.ORDERS_REVIEW if actor.holds(Permission.ORDERS_REVIEW) else Permission.ORDERS_WRITE)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, expected_version)
        advance(uow, order, "close", reason)
        return uow.answer(order)


def expire_corrections(ctx: Context, request: Request) -> int:
    """Cancels returned orders whose correction deadline has passed; answers how many."""
    with ctx.unit_of_work(request) as uow:
        overdue = list(uow.orders.due_for_correction(uow.now))
        for order in overdue:
            advance(uow, order, "expire")
            evaluations.let_go(uow, order)
    return len(overdue)


def draft(
    ctx: Context, uow: UnitOfWork, form: OrderForm, number: str | None = None, *, applicant_id: UUID | None = None
) -> Order:
    """An order in state draft out of a checked form, not on record yet."""
    actor = uow.actor
    if actor.department_id is not None:
        standing(uow, actor.department_id, "department")
    checked = _checked(ctx, uow, _values_of(form))
    system = _known_system(uow, form.system_id)
    standing(uow, system.department_id, "system_id")
    if actor.account_id is None:
        raise Invalid("An order is written by a person.", field="applicant", way_out="Log in as the department.")
    year = today_for_people(uow.now).year
    return Order(
        number=number or uow.orders.next_number(year),
        department_id=system.department_id,
        applicant_id=applicant_id or actor.account_id,
        filed_by=actor.account_id if applicant_id else None,
        applicant_for=actor.for_account_id,
        created_at=uow.now,
        **checked,
    )


def _checked(ctx: Context, uow: UnitOfWork, values: dict[str, Any]) -> dict[str, Any]:
    """The form's fields, materials checked and user data sealed; a declaration with who made it and when."""
    checked = dict(values)
    if checked.pop(FIELD, None):
        checked |= {"declared_by": uow.actor.name, "declared_at": uow.now}
    if "zone" in checked:
        evaluations.known_zone(uow, checked["zone"])
    if "system_id" in checked:
        _known_system(uow, checked["system_id"])
    if "items" in checked:
        check_materials(checked["items"])
        checked["items"] = [_sealed(ctx, item) for item in checked["items"]]
    return checked


def _known_system(uow: UnitOfWork, system_id: UUID) -> System:
    """The system of a form; raises NotFound naming the field for one that is absent or another department's."""
    try:
        system = uow.systems.get(system_id)
        uow.actor.require_sight(system.department_id, "system", system_id)
    except NotFound as error:
        error.field = "system_id"
        raise
    return system


def _values_of(form: OrderForm) -> dict[str, Any]:
    """The form's fields by name."""
    return {entry.name: getattr(form, entry.name) for entry in fields(form)}


def _words_of(values: dict[str, Any]) -> dict[str, str]:
    """What people wrote into the form, by field: where a marking of secrecy could stand."""
    words = {name: str(values.get(name) or "") for name in WORDS}
    for position, item in enumerate(values.get("items") or ()):
        words[f"items[{position}].name"] = getattr(item, "name", "")
        words[f"items[{position}].device"] = getattr(item, "device", "")
    return words


def _sealed(ctx: Context, item: Item) -> Item:
    if isinstance(item, ServerItem) and item.user_data is not None:
        return msgspec.structs.replace(item, user_data=ctx.secrets.seal(item.user_data))
    return item


def own(uow: UnitOfWork, request: Request, order_id: UUID, expected_version: int | None) -> Order:
    """The locked order, if the actor may see it and If-Match names its version."""
    order = uow.orders.lock(order_id)
    request.actor.require_sight(order.department_id, "order", order_id)
    uow.check_version(order, expected_version)
    return order


def hand_in(ctx: Context, uow: UnitOfWork, order: Order, reason: str | None = None) -> None:
    """Holds quota, prefixes and claims and lets policies judge; any refusal leaves no trace."""
    check_declared(order.no_state_secrets or None, {})
    if order.held:
        evaluations.let_go(uow, order)
    found = evaluations.assess(ctx, uow, order)
    if found.denials:
        raise PolicyDenied(
            "Policies deny this order: {rules}.",
            field=found.denials[0].field,
            findings=[msgspec.to_builtins(finding) for finding in found.ruling.findings],
            rules=", ".join(finding.rule for finding in found.denials),
        )
    evaluations.hold(uow, order, found)
    office = offices.responsible(uow, order) if order.submitted_at is None else None
    if office is not None:
        order.office_id = office.id
    order.submitted_at = uow.now
    order.correction_due = None
    order.signed_off_by = order.signed_off_for = None
    order.accepted_by = order.accepted_at = None
    order.conditions = []
    advance(uow, order, "submit", reason)
    if office is not None:
        say(uow, order, "Lies with the office of {office}.", office=office.name)
