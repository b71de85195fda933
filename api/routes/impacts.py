"""Impact: `/v1/impact/{kind}/{name}`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Caller
from api.openapi import answering
from api.schemas.impacts import ImpactOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.impacts import ImpactKind
from cloudctl.services import impacts

router = APIRouter(tags=["checks"])


@router.get("/v1/impact/{impact_kind}/{impact_name}", **answering(ImpactOut, needs=Permission.INVENTORY_READ))
def get_impact(
    request: Request, impact_kind: ImpactKind, impact_name: Annotated[str, InPath(max_length=200)]
) -> Response:
    """Which systems, applications and departments depend on it and through what, with drafts of their notices."""
    return Caller(request).show(ImpactOut.of, impacts.of, impact_kind, impact_name)
