"""Policies: `/v1/policies`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import encode, plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.schemas.orders import EvaluationOut
from api.schemas.policies import ExplainIn, PolicyOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import policies

router = APIRouter(tags=["policies"])


@router.get("/v1/policies", **answering(PolicyOut, many=True, needs=Permission.POLICIES_READ))
def list_policies(request: Request) -> Response:
    """The policies that are loaded, with their conditions and reasons."""
    caller = Caller(request)
    caller.actor.require(Permission.POLICIES_READ)
    return plain([*caller.ctx.rules.describe(), *caller.ctx.room_rules.describe()])


@router.post("/v1/policies/explain", **answering(EvaluationOut, needs=Permission.POLICIES_READ))
def explain_order(act: Acting, body: ExplainIn) -> Response:
    """Judges an order as it stands now: every rule that speaks, placement, quota and capacity. Writes nothing."""
    found = policies.explain(act.ctx, act.request, body.order_id)
    return Response(encode(EvaluationOut.of(found)), media_type="application/json")
