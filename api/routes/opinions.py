"""Opinions (并联意见): `/v1/opinions`, and those of an order."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.opinions import AskIn, OpinionIn, OpinionOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.opinions import Specialist
from cloudctl.ports.queries.rows import OpinionRow
from cloudctl.services import opinions

router = APIRouter(tags=["opinions"])

add_list(
    router,
    "/v1/opinions",
    OpinionRow,
    of=lambda queries: queries.opinions,
    needs=Permission.ORDERS_READ,
    name="list_opinions",
)


@router.get("/v1/orders/{order_id}/opinions", **answering(OpinionOut, many=True, needs=Permission.ORDERS_READ))
def list_order_opinions(request: Request, order_id: UUID) -> Response:
    """The opinions on an order in the specialists' order; void ones are those of an earlier round."""
    caller = Caller(request)
    return plain([OpinionOut.of(opinion) for opinion in opinions.of_order(caller.ctx, caller.request, order_id)])


@router.post("/v1/orders/{order_id}/opinions", **answering(OpinionOut, needs=Permission.OPINIONS_WRITE))
def give_opinion(act: Acting, order_id: UUID, body: OpinionIn) -> Response:
    """Gives an opinion on an accepted order; possible until the decision."""
    return act.carry_out(OpinionOut.of, opinions.give, order_id, **body.fields())


@router.delete("/v1/orders/{order_id}/opinions/{specialist}", **answering(OpinionOut, needs=Permission.OPINIONS_WRITE))
def withdraw_opinion(act: Acting, order_id: UUID, specialist: Specialist, reason: str | None = None) -> Response:
    """Takes an opinion back until the decision; approval then waits for another."""
    return act.carry_out(OpinionOut.of, opinions.withdraw, order_id, specialist=specialist, reason=reason)


@router.post("/v1/orders/{order_id}/opinions/ask", **answering(OpinionOut, needs=Permission.ORDERS_REVIEW))
def ask_opinion(act: Acting, order_id: UUID, body: AskIn) -> Response:
    """Asks one more specialist about an accepted order."""
    return act.carry_out(OpinionOut.of, opinions.ask, order_id, **body.fields())
