"""Orders: `/v1/orders`, their decisions, and the check before."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import encode, plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.batches import BatchIn, BatchOut
from api.schemas.orders import DecisionIn, EvaluationOut, OrderChanges, OrderIn, OrderOut
from api.schemas.returns import ReturnIn, ReturnOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.orders import Order
from cloudctl.ports.queries.rows import OrderRow
from cloudctl.services import acceptances, batches, decisions, orders, takeovers

router = APIRouter(tags=["orders"])

add_list(
    router, "/v1/orders", OrderRow, of=lambda queries: queries.orders, needs=Permission.ORDERS_READ, name="list_orders"
)


@router.post("/v1/orders", **answering(OrderOut, status=201, needs=Permission.ORDERS_WRITE))
def create_order(act: Acting, body: OrderIn, *, submit: bool = False) -> Response:
    """Writes a draft; with `submit=true` hands it in at once."""
    return act.carry_out(OrderOut.of, orders.create, body.form(), submit=submit)


@router.post("/v1/orders/check", **answering(EvaluationOut, needs=Permission.ORDERS_WRITE))
def check_order(act: Acting, body: OrderIn) -> Response:
    """What would happen if the form were handed in: findings, placement, quota, capacity. Writes nothing."""
    found = orders.check(act.ctx, act.request, body.form())
    return Response(encode(EvaluationOut.of(found)), media_type="application/json")


@router.post("/v1/orders/decisions", **answering(BatchOut, needs=Permission.ORDERS_REVIEW))
def decide_orders(act: Acting, body: BatchIn) -> Response:
    """Decides on many orders at once: a result a row, and nothing half done for a row. A dry run keeps nothing."""
    locale, request_id = act.locale, act.request.request_id
    return act.carry_out(
        lambda report: BatchOut.told(report, locale, request_id),
        batches.decide,
        body.verb,
        body.asked(),
        dry_run=body.dry_run,
    )


@router.get("/v1/orders/{order_id}", **answering(OrderOut, needs=Permission.ORDERS_READ))
def get_order(request: Request, order_id: UUID) -> Response:
    """One order with its items and findings."""
    return Caller(request).show(OrderOut.of, orders.get, order_id)


@router.patch("/v1/orders/{order_id}", **answering(OrderOut, needs=Permission.ORDERS_WRITE, versioned=True))
def update_order(act: Acting, order_id: UUID, body: OrderChanges) -> Response:
    """Rewrites fields of a draft or a returned order."""
    return act.carry_out(OrderOut.of, orders.update, order_id, body.changes(), expected_version=act.expected_version)


@router.post("/v1/orders/{order_id}/return", **answering(OrderOut, versioned=True))
def return_order(act: Acting, order_id: UUID, body: ReturnIn) -> Response:
    """Sends an order back for correction with everything that is missing (补正, 一次性告知)."""
    return act.carry_out(
        OrderOut.of,
        decisions.send_back,
        order_id,
        reason=body.reason,
        missing=body.missing,
        defects=[entry.defect() for entry in body.defects],
        expected_version=act.expected_version,
    )


@router.get("/v1/orders/{order_id}/returns", **answering(ReturnOut, many=True, needs=Permission.ORDERS_READ))
def list_returns(request: Request, order_id: UUID) -> Response:
    """The returns of an order by round, each with every defect that was told."""
    caller = Caller(request)
    return plain([ReturnOut.of(entry) for entry in acceptances.returns(caller.ctx, caller.request, order_id)])


Decision = Callable[..., Order]

DECISIONS: dict[str, tuple[Decision, int, Permission, str]] = {
    "submit": (orders.submit, 200, Permission.ORDERS_WRITE, "Hand a draft or a corrected order in"),
    "sign-off": (
        decisions.sign_off,
        200,
        Permission.ORDERS_SIGN_OFF,
        "Sign an order off for the department (单位审签)",
    ),
    "accept": (acceptances.accept, 200, Permission.ORDERS_REVIEW, "Accept an order (受理); specialists are asked"),
    "refuse": (acceptances.refuse, 200, Permission.ORDERS_REVIEW, "Refuse to accept an order (不予受理): say why"),
    "approve": (decisions.approve, 202, Permission.ORDERS_REVIEW, "Approve an order; its build is queued"),
    "recall": (
        decisions.recall,
        200,
        Permission.ORDERS_REVIEW,
        "Take an approval back until the build starts, with the reason",
    ),
    "take-over": (
        takeovers.take_over,
        200,
        Permission.ORDERS_TAKE_OVER,
        "Take an order over from its district's office, with the reason (提级办理)",
    ),
    "reject": (decisions.reject, 200, Permission.ORDERS_REVIEW, "Reject an order, with the reason"),
    "cancel": (orders.cancel, 200, Permission.ORDERS_WRITE, "Withdraw an order"),
    "close": (orders.close, 200, Permission.ORDERS_WRITE, "Close the file of an order"),
}


def _add_decision(name: str, decide: Decision, status: int, needs: Permission, summary: str) -> None:
    def endpoint(act: Acting, order_id: UUID, body: DecisionIn | None = None) -> Response:
        return act.carry_out(
            OrderOut.of,
            decide,
            order_id,
            reason=None if body is None else body.reason,
            expected_version=act.expected_version,
        )

    router.add_api_route(
        f"/v1/orders/{{order_id}}/{name}",
        endpoint,
        methods=["POST"],
        name=f"{name.replace('-', '_')}_order",
        summary=summary,
        **answering(OrderOut, status=status, needs=needs, versioned=True),
    )


for _name, _row in DECISIONS.items():
    _add_decision(_name, *_row)
