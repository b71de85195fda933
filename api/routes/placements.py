"""Where an order's items go: `/v1/orders/{order_id}/placements`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import encode
from api.deps import Caller
from api.openapi import answering
from api.schemas.placements import PlacementsOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import placements

router = APIRouter(tags=["orders"])


@router.get("/v1/orders/{order_id}/placements", **answering(PlacementsOut, needs=Permission.ORDERS_READ))
def explain_placements(request: Request, order_id: UUID) -> Response:
    """Which cloud serves which items of an order, and why; of a draft, as it would be if it were handed in now."""
    caller = Caller(request)
    found = placements.explain(caller.ctx, caller.request, order_id)
    return Response(encode(PlacementsOut.of(found)), media_type="application/json")
