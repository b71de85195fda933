"""Systems that may be one under two names: `/v1/systems/duplicates`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from api.schemas.duplicates import DuplicateOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import duplicates
from cloudctl.services.duplicates import USUALLY

router = APIRouter(tags=["systems"])

Least = Annotated[int, Query(ge=1, le=100, description="Only pairs with at least so many points.")]


@router.get("/v1/systems/duplicates", **answering(DuplicateOut, many=True, needs=Permission.SYSTEMS_READ))
def list_duplicates(request: Request, least: Least = USUALLY) -> Response:
    """The pairs of systems that may be one, the surest first, at most 500, each with the signs that speak for it."""
    caller = Caller(request)
    found = duplicates.suspected(caller.ctx, caller.request, least=least)
    return plain([DuplicateOut.told(pair, caller.locale) for pair in found])
