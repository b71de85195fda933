"""Claimed beside verified: `/v1/consolidation/status`, `/v1/consolidation/ranking`, and why, of one system or room."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from api.routes.indicators import Day, Scope
from api.schemas.standings import RankedOut, StandingOut, StatusOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import explanations, standings

router = APIRouter(tags=["consolidation"])


@router.get("/v1/consolidation/status", **answering(StatusOut, needs=Permission.SYSTEMS_READ))
def get_consolidation_status(request: Request, date: Day = None, scope: Scope = None) -> Response:
    """Where consolidation stands for a scope: claimed beside verified, the burn-down, what should be looked at."""
    caller = Caller(request)
    return plain(StatusOut.told(standings.status(caller.ctx, caller.request, day=date, scope=scope)))


@router.get("/v1/consolidation/ranking", **answering(RankedOut, many=True, needs=Permission.CASES_READ))
def list_consolidation_ranking(request: Request, date: Day = None, scope: Scope = None) -> Response:
    """The departments from the best down, by the open formula of `policies/ranking.yaml`, each part shown."""
    caller = Caller(request)
    ranked = standings.ranking(caller.ctx, caller.request, day=date, scope=scope)
    return plain([RankedOut.told(one) for one in ranked])


@router.get("/v1/systems/{system_id}/standing", **answering(StandingOut, needs=Permission.SYSTEMS_READ))
def get_system_standing(request: Request, system_id: UUID, date: Day = None) -> Response:
    """What is proven of a system on a day, and what speaks for and against it."""
    caller = Caller(request)
    return plain(StandingOut.told(explanations.explain_system(caller.ctx, caller.request, system_id, date)))


@router.get("/v1/rooms/{room_id}/standing", **answering(StandingOut, needs=Permission.ROOMS_READ))
def get_room_standing(request: Request, room_id: UUID, date: Day = None) -> Response:
    """What is proven of a room on a day, and what speaks for and against it."""
    caller = Caller(request)
    return plain(StandingOut.told(explanations.explain_room(caller.ctx, caller.request, room_id, date)))
