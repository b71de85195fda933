"""Blueprints: `/v1/blueprints`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from api.schemas.blueprints import BlueprintOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import blueprints

router = APIRouter(tags=["blueprints"])


@router.get("/v1/blueprints", **answering(BlueprintOut, many=True, needs=Permission.CATALOGUE_READ))
def list_blueprints(request: Request) -> Response:
    """The applications that can be deployed, with the form that each takes."""
    caller = Caller(request)
    return plain([BlueprintOut.of(one) for one in blueprints.listed(caller.ctx, caller.request)])


@router.get("/v1/blueprints/{name}", **answering(BlueprintOut, needs=Permission.CATALOGUE_READ))
def get_blueprint(request: Request, name: str) -> Response:
    """One of them."""
    return Caller(request).show(BlueprintOut.of, blueprints.get, name)
