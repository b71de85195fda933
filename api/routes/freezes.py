"""Freeze windows: `/v1/freezes`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Acting
from api.openapi import answering
from api.pagination import add_list
from api.schemas.freezes import FreezeIn, FreezeOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries import FreezeRow
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


@router.delete("/v1/freezes/{freeze_id}", **answering(FreezeOut, needs=Permission.CALENDARS_WRITE))
def cancel_freeze(act: Acting, freeze_id: UUID, reason: str | None = None) -> Response:
    """Ends a window now, or takes back one to come; doing it again changes nothing."""
    return act.carry_out(FreezeOut.of, freezes.cancel, freeze_id, reason)
