"""Policies: `/v1/policies`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from api.schemas.policies import PolicyOut
from cloudctl.domain.accounts import Permission

router = APIRouter(tags=["policies"])


@router.get("/v1/policies", **answering(PolicyOut, many=True, needs=Permission.POLICIES_READ))
def list_policies(request: Request) -> Response:
    """The policies that are loaded, with their conditions and reasons."""
    caller = Caller(request)
    caller.actor.require(Permission.POLICIES_READ)
    return plain(caller.ctx.rules.describe())
