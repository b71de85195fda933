"""How a step of an order is put on record: state, progress line, audit event and notices, together."""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.accounts import DEPARTMENT_ROLES, Role
from cloudctl.domain.orders import Order
from cloudctl.domain.progress import ProgressLine
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import letters, limits
from cloudctl.services.notices import tell

# Which transition is told to whom, and by which template. The department's two roles, or the office's reviewers.
TOLD: dict[str, tuple[str, tuple[Role, ...]]] = {
    "submit": ("order_submitted", (Role.DEPARTMENT_HEAD,)),
    "sign_off": ("order_signed_off", (Role.OFFICE_REVIEWER,)),
    "accept": ("order_accepted", (Role.DEPARTMENT_OFFICER,)),
    "refuse": ("order_refused", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
    "return": ("order_returned", (Role.DEPARTMENT_OFFICER,)),
    "approve": ("order_approved", (Role.DEPARTMENT_OFFICER,)),
    "auto_approve": ("order_approved", (Role.DEPARTMENT_OFFICER,)),
    "approve_emergency": ("order_emergency", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
    "recall": ("order_recalled", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
    "reject": ("order_rejected", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
    "deliver": ("order_delivered", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
    "fail": ("order_failed", (Role.DEPARTMENT_OFFICER, Role.OFFICE_REVIEWER)),
    "park": ("order_attention", (Role.OPERATOR,)),
    "cancel": ("order_cancelled", (Role.DEPARTMENT_HEAD,)),
    "expire": ("order_cancelled", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
}

# Which opinions count no longer after a transition, by the state that it leaves. What was said to a returned order can
# be read until the correction is handed in; then everybody is asked anew.
_UNANSWERED = frozenset({"asked", "withdrawn"})
_ALL = frozenset({"asked", "withdrawn", "given"})
VOIDED: dict[tuple[str, str], frozenset[str]] = {
    ("in_review", "return"): _UNANSWERED,
    ("in_review", "reject"): _UNANSWERED,
    ("in_review", "cancel"): _UNANSWERED,
    ("returned", "submit"): _ALL,
    ("returned", "cancel"): _ALL,
    ("returned", "expire"): _ALL,
}

# The CADF action of each transition, and the line that people read.
SAID: dict[str, tuple[str, str]] = {
    "submit": ("update/submit", "Handed in."),
    "sign_off": ("allow/sign-off", "Signed off by the department head."),
    "accept": ("allow/accept", "Accepted by the office."),
    "refuse": ("deny/refuse", "Not accepted by the office."),
    "auto_approve": ("allow/auto-approve", "Approved by policy: a small request."),
    "approve": ("allow/approve", "Approved; the build is queued."),
    "approve_emergency": ("allow/approve-emergency", "Approved by telephone as an emergency; the build is queued."),
    "return": ("deny/return", "Returned for correction."),
    "reject": ("deny/reject", "Rejected."),
    "recall": ("deny/recall", "The approval was taken back; nothing had been built."),
    "cancel": ("update/cancel", "Withdrawn."),
    "expire": ("update/expire", "Not corrected in time."),
    "provision": ("start/provision", "The build has started."),
    "deliver": ("update/deliver", "Delivered."),
    "park": ("stop/park", "Parked for an operator."),
    "fail": ("stop/fail", "Could not be built; everything was undone."),
    "retry": ("start/retry", "An operator lets the build go on."),
    "roll_back": ("start/roll-back", "An operator has it undone."),
    "close": ("update/close", "Closed."),
}


def advance(uow: UnitOfWork, order: Order, event: str, reason: str | None = None) -> None:
    """Moves the order and tells everybody: one transition, one audit event, one progress line, its notices."""
    before = order.state
    order.advance(event)
    limits.turn(uow, order)
    action, line = SAID[event]
    uow.audit(
        action,
        "order",
        order.id,
        department_id=order.department_id,
        before={"state": before},
        after={"state": order.state, "number": order.number, **marks(order)},
        reason=reason,
    )
    say(uow, order, line, reason=reason)
    _void_opinions(uow, order, before, event)
    letters.issue(uow, order, before, event, reason)
    if event in TOLD:
        tell_roles(uow, order, *TOLD[event], reason)


def _void_opinions(uow: UnitOfWork, order: Order, before: str, event: str) -> None:
    voided = VOIDED.get((before, event))
    if voided is None:
        return
    for opinion in uow.opinions.of_order(order.id):
        if opinion.state in voided:
            opinion.void()
            after: dict[str, object] = {"specialist": opinion.specialist, **marks(order)}
            uow.audit("stop/opinion", "order", order.id, department_id=order.department_id, after=after)


def marks(order: Order) -> dict[str, object]:
    """What an audit event of an order says besides: each step of an emergency is found by it."""
    return {"emergency": True} if order.emergency else {}


def say(uow: UnitOfWork, order: Order, message: str, *, reason: str | None = None, **params: object) -> None:
    """A progress line; `message` is a catalogue id that `params` fill."""
    uow.progress(
        ProgressLine(
            order_id=order.id,
            department_id=order.department_id,
            at=uow.now,
            state=order.state,
            actor=uow.actor.name,
            message=message,
            params={name: str(value) for name, value in params.items()},
            reason=reason,
        )
    )


def tell_roles(
    uow: UnitOfWork, order: Order, template: str, roles: tuple[Role, ...], reason: str | None = None
) -> None:
    """Tells everybody who holds one of the roles, in the order's department or in the office, what happened to it."""
    params = {"number": order.number, "title": order.title, "reason": reason or ""}
    people = [account for role in roles for account in uow.accounts.with_role(*_holders(role, order))]
    tell(uow, people, template, params, event=f"{order.id}/{template}/{order.version}", order_id=order.id)


def _holders(role: Role, order: Order) -> tuple[Role, UUID | None]:
    """Who is meant by a role of `TOLD`, and where: the department's people, or those of the office it lies with."""
    if role in DEPARTMENT_ROLES:
        return role, order.department_id
    if role is Role.OFFICE_REVIEWER and order.office_id is not None:
        return Role.DISTRICT_REVIEWER, order.office_id
    return role, None
