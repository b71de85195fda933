"""Network accesses: `/v1/accesses`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import histories
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.accesses import AccessChanges, AccessIn, AccessOut
from api.schemas.emergencies import RemarkIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import AccessRow
from cloudctl.services import accesses, fittings

router = APIRouter(tags=["accesses"])
PATH = "/v1/accesses"

add_list(
    router, PATH, AccessRow, of=lambda queries: queries.accesses, needs=Permission.ROOMS_READ, name="list_accesses"
)  # fmt: skip


@router.post(PATH, **answering(AccessOut, status=201, needs=Permission.ROOMS_WRITE))
def record_access(act: Acting, body: AccessIn) -> Response:
    """Puts an access from before the platform on record; what is new is ordered."""
    return act.carry_out(AccessOut.of, accesses.record, **body.fields())


@router.get(PATH + "/{access_id}", **answering(AccessOut, needs=Permission.ROOMS_READ))
def get_access(request: Request, access_id: UUID) -> Response:
    """One network access."""
    return Caller(request).show(AccessOut.of, accesses.get, access_id)


@router.patch(PATH + "/{access_id}", **answering(AccessOut, needs=Permission.ROOMS_WRITE, versioned=True))
def update_access(act: Acting, access_id: UUID, body: AccessChanges) -> Response:
    """Corrects the record of an access from before the platform."""
    return act.carry_out(
        AccessOut.of, accesses.update, access_id, body.changes(), expected_version=act.expected_version
    )


@router.get(PATH + "/{access_id}/history", **histories.answering(Permission.ROOMS_READ))
def list_access_history(request: Request, access_id: UUID) -> Response:
    """How an access became what it is: who changed which field when, newest first."""
    return histories.paged(request, accesses.history, access_id)


@router.post(PATH + "/{access_id}/connect", **answering(AccessOut, needs=Permission.FITTINGS_WRITE, versioned=True))
def connect_access(act: Acting, access_id: UUID) -> Response:
    """Operations have connected it."""
    return act.carry_out(AccessOut.of, accesses.connect, access_id, expected_version=act.expected_version)


@router.post(PATH + "/{access_id}/release", **answering(AccessOut, needs=Permission.ORDERS_WRITE))
def release_access(act: Acting, access_id: UUID, body: RemarkIn | None = None) -> Response:
    """Gives it back; operations disconnect it."""
    return act.carry_out(AccessOut.of, fittings.release, "accesses", access_id, body.reason if body else None)


@router.post(PATH + "/{access_id}/keep", **answering(AccessOut, needs=Permission.ORDERS_WRITE))
def keep_access(act: Acting, access_id: UUID, body: RemarkIn | None = None) -> Response:
    """Takes a release back before it is disconnected."""
    return act.carry_out(AccessOut.of, fittings.keep, "accesses", access_id, body.reason if body else None)


@router.post(PATH + "/{access_id}/disconnect", **answering(AccessOut, needs=Permission.FITTINGS_WRITE, versioned=True))
def disconnect_access(act: Acting, access_id: UUID, body: RemarkIn | None = None) -> Response:
    """Operations have disconnected it; its bandwidth is free."""
    return act.carry_out(
        AccessOut.of,
        accesses.disconnect,
        access_id,
        reason=body.reason if body else None,
        expected_version=act.expected_version,
    )
