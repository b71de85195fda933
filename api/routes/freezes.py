"""Freeze windows: `/v1/freezes`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.fields import Zone
from api.schemas.freezes import ClearanceOut, FreezeExceptionIn, FreezeIn, FreezeOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.freezes import Bound
from cloudctl.ports.queries.rows import FreezeRow
from cloudctl.services import freezes

router = APIRouter(tags=["calendars"])

add_list(
    router,
    "/v1/freezes",
    FreezeRow,
    of=lambda queries: queries.freezes,
    needs=Permission.CALENDARS_READ,
    name="list_freezes",
)


@router.post("/v1/freezes", **answering(FreezeOut, status=201, needs=Permission.CALENDARS_WRITE))
def create_freeze(act: Acting, body: FreezeIn) -> Response:
    """Puts a freeze window (封网期) on record."""
    return act.carry_out(FreezeOut.of, freezes.create, **body.fields())


@router.get("/v1/freezes/check", **answering(ClearanceOut, needs=Permission.CALENDARS_READ))
def check_freezes(
    request: Request, act: Bound, zone: Annotated[list[Zone] | None, Query(max_length=100)] = None
) -> Response:
    """Whether an act may begin now in all of these zones (none: everywhere): 409 where a window forbids it.

    For what is begun by hand, as patches are.
    """
    return Caller(request).show(ClearanceOut.of, freezes.check, act=act, zones=zone or ())


@router.post("/v1/freezes/exceptions", **answering(ClearanceOut, needs=Permission.WORKFLOWS_WRITE))
def except_from_freezes(act: Acting, body: FreezeExceptionIn) -> Response:
    """Lets an act begin in an emergency; every open window that it passes goes on the audit trail."""
    return act.carry_out(ClearanceOut.of, freezes.except_emergency, **body.fields())


@router.delete("/v1/freezes/{freeze_id}", **answering(FreezeOut, needs=Permission.CALENDARS_WRITE))
def cancel_freeze(act: Acting, freeze_id: UUID, reason: str | None = None) -> Response:
    """Ends a window now, or takes back one to come; doing it again changes nothing."""
    return act.carry_out(FreezeOut.of, freezes.cancel, freeze_id, reason)
