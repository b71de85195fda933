"""Policies about zombie systems replayed over the platform's own past: `/v1/zombies/backtest`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Caller
from api.openapi import answering
from api.schemas.backtests import BacktestOut
from api.schemas.fields import Code
from cloudctl.domain.accounts import Permission
from cloudctl.services import backtests
from cloudctl.services.zombies import DEFAULT

router = APIRouter(tags=["zombies"])
Policy = Annotated[Code, Query(description="The policy that is replayed.")]
Since = Annotated[date | None, Query(description="The campaign begins on this day; the days before are known to it.")]


@router.get("/v1/zombies/backtest", **answering(BacktestOut, needs=Permission.ZOMBIES_WRITE))
def backtest_zombies(request: Request, policy: Policy = DEFAULT, since: Since = None) -> Response:
    """Replays a policy day by day: who would have been hit, who came back later, what owners had answered."""
    return Caller(request).show(BacktestOut.told, backtests.backtest, policy=policy, since=since)
