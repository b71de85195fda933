"""Indicators (指标): `/v1/indicators`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from api.schemas.indicators import FigureOut, IndicatorDayOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.services import indicators

router = APIRouter(tags=["consolidation"])
Day = Annotated[date | None, Query(alias="date", description="The end of that day; without it, now.")]
Scope = Annotated[
    str | None, Query(max_length=64, description="`all` (全市), `city_departments` (市直), or a department's code.")
]
BACK = timedelta(days=90)


@router.get("/v1/indicators", **answering(FigureOut, many=True, needs=Permission.SYSTEMS_READ))
def list_indicators(request: Request, date: Day = None, scope: Scope = None) -> Response:
    """Every indicator for a day and scope, recomputed from the register and the evidence of then."""
    caller = Caller(request)
    lines = indicators.figures(caller.ctx, caller.request, day=date, scope=scope)
    return plain([FigureOut.told(line) for line in lines if line.in_force])


@router.get("/v1/indicators/{name}", **answering(FigureOut, many=True, needs=Permission.SYSTEMS_READ))
def get_indicator(request: Request, name: str, date: Day = None, scope: Scope = None) -> Response:
    """One indicator, by every version of its definition."""
    caller = Caller(request)
    lines = indicators.figures(caller.ctx, caller.request, day=date, scope=scope, name=name)
    return plain([FigureOut.told(line) for line in lines])


@router.get("/v1/indicators/{name}/days", **answering(IndicatorDayOut, many=True, needs=Permission.SYSTEMS_READ))
def list_indicator_days(
    request: Request, name: str, scope: Scope = None, first: date | None = None, last: date | None = None
) -> Response:
    """What was kept of an indicator for the end of each day, every version beside the others."""
    caller = Caller(request)
    until = last or today_for_people(caller.ctx.clock.now())
    since = first or until - BACK
    kept = indicators.snapshots(caller.ctx, caller.request, name=name, first=since, last=until, scope=scope)
    return plain([IndicatorDayOut.kept(one) for one in kept])
