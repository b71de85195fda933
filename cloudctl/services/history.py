"""How a step of an order is put on record: state, progress line, audit event and notices, together."""

from __future__ import annotations

from cloudctl.domain.accounts import Role
from cloudctl.domain.notices import Notice
from cloudctl.domain.orders import Order
from cloudctl.domain.progress import ProgressLine
from cloudctl.ports.unit_of_work import UnitOfWork

# Which transition is told to whom, and by which template. The department's two roles, or the office's reviewers.
TOLD: dict[str, tuple[str, tuple[Role, ...]]] = {
    "submit": ("order_submitted", (Role.DEPARTMENT_HEAD,)),
    "sign_off": ("order_signed_off", (Role.OFFICE_REVIEWER,)),
    "return": ("order_returned", (Role.DEPARTMENT_OFFICER,)),
    "approve": ("order_approved", (Role.DEPARTMENT_OFFICER,)),
    "auto_approve": ("order_approved", (Role.DEPARTMENT_OFFICER,)),
    "reject": ("order_rejected", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
    "deliver": ("order_delivered", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
    "fail": ("order_failed", (Role.DEPARTMENT_OFFICER, Role.OFFICE_REVIEWER)),
    "park": ("order_attention", (Role.OPERATOR,)),
    "cancel": ("order_cancelled", (Role.DEPARTMENT_HEAD,)),
    "expire": ("order_cancelled", (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD)),
}

# The CADF action of each transition, and the line that people read.
SAID: dict[str, tuple[str, str]] = {
    "submit": ("update/submit", "Handed in."),
    "sign_off": ("allow/sign-off", "Signed off by the department head."),
    "review": ("evaluate/review", "Taken up for review."),
    "auto_approve": ("allow/auto-approve", "Approved by policy: a small request."),
    "approve": ("allow/approve", "Approved; the build is queued."),
    "return": ("deny/return", "Returned for correction."),
    "reject": ("deny/reject", "Rejected."),
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
    action, line = SAID[event]
    uow.audit(
        action,
        "order",
        order.id,
        department_id=order.department_id,
        before={"state": before},
        after={"state": order.state, "number": order.number},
        reason=reason,
    )
    say(uow, order, line, reason=reason)
    _tell(uow, order, event, reason)


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


def _tell(uow: UnitOfWork, order: Order, event: str, reason: str | None) -> None:
    if event not in TOLD:
        return
    template, roles = TOLD[event]
    params = {"number": order.number, "title": order.title, "reason": reason or ""}
    department_roles = {Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD}
    recipients = {
        account.email
        for role in roles
        for account in uow.accounts.with_role(role, order.department_id if role in department_roles else None)
        if account.email
    }
    for recipient in sorted(recipients):
        uow.notices.add(
            Notice(
                recipient=recipient,
                template=template,
                params=params,
                order_id=order.id,
                due_at=uow.now,
                created_at=uow.now,
            )
        )
