"""The savings ledger (节约台账): `/v1/savings`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from api.routes.indicators import Scope
from api.schemas.reclaims import ReclaimLedgerOut
from api.schemas.savings import SavingsOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import reclaims, savings

router = APIRouter(tags=["consolidation"])
First = Annotated[date | None, Query(alias="from", description="The first day; without it, the year's first.")]
Last = Annotated[date | None, Query(alias="to", description="The last day; without it, today.")]


@router.get("/v1/savings", **answering(SavingsOut, needs=Permission.SYSTEMS_READ))
def get_savings(request: Request, first: First = None, last: Last = None, scope: Scope = None) -> Response:
    """What the platform saves against every department building alone: gross, net, once and yearly, line by line."""
    caller = Caller(request)
    found = savings.account(caller.ctx, caller.request, first=first, last=last, scope=scope)
    return plain(SavingsOut.told(found))


@router.get("/v1/savings/reclaimed", **answering(ReclaimLedgerOut, needs=Permission.RESOURCES_READ))
def get_reclaimed(request: Request, first: First = None, last: Last = None, scope: Scope = None) -> Response:
    """What capacity came back over a time, by what, what a year of it is worth, and which orders it served."""
    caller = Caller(request)
    found = reclaims.reclaimed(caller.ctx, caller.request, first=first, last=last, scope=scope)
    return plain(ReclaimLedgerOut.told(found))
