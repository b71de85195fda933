"""What room the clouds have: `/v1/capacity`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.capacities import Capacity

router = APIRouter(tags=["quotas"])


@router.get("/v1/capacity", **answering(Capacity, many=True, needs=Permission.QUOTAS_READ))
def get_capacity(request: Request, cloud: str | None = None, zone: str | None = None) -> Response:
    """What each cloud has in each zone: total, held, committed, in use, free, and for how long the rest will do."""
    caller = Caller(request)
    caller.actor.require(Permission.QUOTAS_READ)
    return plain(caller.ctx.queries.capacity(cloud, zone))
