"""Attachments: files that a department hands in with an order.

The file goes into the store first and the record into a transaction afterwards, so a record never names a file that
is not there; a file that got no record is swept away after a day.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.attachments import LARGEST_BYTES, MOST_OF_AN_ORDER, Attachment, check_labels, kind_of
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.orders import Order
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.orders import own
from cloudctl.services.replays import replay

UNNAMED_FOR = timedelta(days=1)
SWEPT_AT_ONCE = 500


def add(
    ctx: Context,
    request: Request,
    order_id: UUID,
    *,
    name: str,
    content: bytes,
    document_number: str = "",
    stamped_by: str = "",
) -> Attachment:
    """Puts a file with an order that is still open; raises Invalid for what is not taken, and keeps nothing then."""
    request.actor.require(Permission.ORDERS_WRITE)
    refuse_secret(None, {"name": name, "document_number": document_number, "stamped_by": stamped_by})
    check_labels(name, document_number, stamped_by)
    if not 0 < len(content) <= LARGEST_BYTES:
        raise Invalid(
            "A file has 1 to {most} bytes.",
            field="file",
            way_out="Scan it in a lower resolution, or split it.",
            most=LARGEST_BYTES,
        )
    media_type = kind_of(content, name)
    with ctx.unit_of_work(replay(ctx, request)) as uow:  # refuses before the file is kept
        _check_open(own(uow, request, order_id, None))
    kept = ctx.files.put(content)
    with ctx.unit_of_work(request) as uow:
        order = own(uow, request, order_id, None)
        _check_open(order)
        _check_new(uow, order, kept.digest)
        attachment = Attachment(
            order_id=order.id,
            department_id=order.department_id,
            name=name,
            media_type=media_type,
            size_bytes=kept.size_bytes,
            digest=kept.digest,
            document_number=document_number,
            stamped_by=stamped_by,
            added_by=_person(request),
            created_at=uow.now,
        )
        uow.attachments.add(attachment)
        uow.audit(
            "create/attachment",
            "attachment",
            attachment.id,
            department_id=order.department_id,
            after={
                "order": order.number,
                "name": name,
                "digest": kept.digest,
                "document_number": document_number,
                "stamped_by": stamped_by,
            },
        )
        return uow.answer(attachment)


def get(ctx: Context, request: Request, attachment_id: UUID) -> Attachment:
    """One attachment's record."""
    request.actor.require(Permission.ORDERS_READ)
    with ctx.unit_of_work(request) as uow:
        attachment = uow.attachments.get(attachment_id)
    request.actor.require_sight(attachment.department_id, "attachment", attachment_id)
    return attachment


def read(ctx: Context, request: Request, attachment_id: UUID) -> tuple[Attachment, bytes]:
    """An attachment and its bytes, as they were handed in."""
    attachment = get(ctx, request, attachment_id)
    return attachment, ctx.files.get(attachment.digest)


def remove(ctx: Context, request: Request, attachment_id: UUID, reason: str | None = None) -> Attachment:
    """Takes an attachment off an order that the applicant is still writing."""
    request.actor.require(Permission.ORDERS_WRITE)
    with ctx.unit_of_work(request) as uow:
        attachment = uow.attachments.get(attachment_id)
        request.actor.require_sight(attachment.department_id, "attachment", attachment_id)
        order = own(uow, request, attachment.order_id, None)
        if order.state not in {"draft", "returned"}:
            raise Conflict(
                "What was handed in with an order stays with it.",
                way_out="Add the right file; after a return the wrong one can be taken off.",
            )
        uow.attachments.remove(attachment)
        uow.audit(
            "delete/attachment",
            "attachment",
            attachment.id,
            department_id=order.department_id,
            before={"order": order.number, "name": attachment.name, "digest": attachment.digest},
            reason=reason,
        )
        return attachment


def sweep(ctx: Context, request: Request) -> int:
    """Removes files that no attachment names, a day after they were put; answers how many."""
    removed = 0
    old = ctx.files.older_than(ctx.clock.now() - UNNAMED_FOR)
    while digests := list(islice(old, SWEPT_AT_ONCE)):
        with ctx.unit_of_work(request) as uow:
            named = uow.attachments.named(digests)
        for digest in digests:
            if digest not in named:
                ctx.files.delete(digest)
                removed += 1
    return removed


def _check_open(order: Order) -> None:
    """An emergency is built before its form is signed: the scan comes after the delivery."""
    if not order.open and not (order.emergency and order.state == "delivered"):
        raise Conflict("The order has ended; nothing is added to it.", way_out="Write another order.")


def _check_new(uow: UnitOfWork, order: Order, digest: str) -> None:
    earlier = uow.attachments.of_order(order.id)
    if any(one.digest == digest for one in earlier):
        raise Conflict("The order has this very file already.", field="file", way_out="Nothing needs to be done.")
    if len(earlier) >= MOST_OF_AN_ORDER:
        raise Conflict(
            "An order has at most {most} attachments.",
            field="file",
            way_out="Put several pages into one file.",
            most=MOST_OF_AN_ORDER,
        )


def _person(request: Request) -> UUID:
    if request.actor.account_id is None:
        raise Forbidden("A file is handed in by a person.", way_out="Log in as the department.")
    return request.actor.account_id
