"""The consolidation as a whole: `/v1/consolidation/plan`, `/v1/consolidation/forecast`, and why, system by system."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.schemas.consolidation import ExplanationOut, ForecastOut
from api.schemas.waves import PlanIn, PlanOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import consolidation, waves

router = APIRouter(tags=["consolidation"])


@router.post("/v1/consolidation/plan", **answering(PlanOut, needs=Permission.CONSOLIDATION_READ))
def plan_consolidation(act: Acting, body: PlanIn) -> Response:
    """Plans the waves that have not begun; a dry run keeps nothing, a kept plan needs `consolidation:write`."""
    return act.carry_out(PlanOut.of, waves.plan, **body.fields())


@router.get("/v1/consolidation/forecast", **answering(ForecastOut, needs=Permission.CONSOLIDATION_READ))
def get_forecast(request: Request) -> Response:
    """When the last system will have moved, with the spread, from the pace so far."""
    return Caller(request).show(ForecastOut.of, consolidation.outlook)


@router.get("/v1/systems/{system_id}/explanation", **answering(ExplanationOut, needs=Permission.CONSOLIDATION_READ))
def explain_system(request: Request, system_id: UUID) -> Response:
    """Why a system is in its wave, and what blocks it."""
    return Caller(request).show(ExplanationOut.of, consolidation.explain, system_id)
