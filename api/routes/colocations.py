"""Colocations: `/v1/colocations`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import histories
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.colocations import ColocationIn, ColocationOut, InstallIn
from api.schemas.emergencies import RemarkIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import ColocationRow
from cloudctl.services import colocations, fittings

router = APIRouter(tags=["colocations"])
PATH = "/v1/colocations"

add_list(
    router,
    PATH,
    ColocationRow,
    of=lambda queries: queries.colocations,
    needs=Permission.ROOMS_READ,
    name="list_colocations",
)


@router.post(PATH, **answering(ColocationOut, status=201, needs=Permission.ROOMS_WRITE))
def record_colocation(act: Acting, body: ColocationIn) -> Response:
    """Puts a contract from before the platform on record; what is new is ordered."""
    return act.carry_out(ColocationOut.of, colocations.record, **body.fields())


@router.get(PATH + "/{colocation_id}", **answering(ColocationOut, needs=Permission.ROOMS_READ))
def get_colocation(request: Request, colocation_id: UUID) -> Response:
    """One colocation."""
    return Caller(request).show(ColocationOut.of, colocations.get, colocation_id)


@router.get(PATH + "/{colocation_id}/history", **histories.answering(Permission.ROOMS_READ))
def list_colocation_history(request: Request, colocation_id: UUID) -> Response:
    """How a colocation became what it is: who changed which field when, newest first."""
    return histories.paged(request, colocations.history, colocation_id)


@router.post(
    PATH + "/{colocation_id}/install", **answering(ColocationOut, needs=Permission.FITTINGS_WRITE, versioned=True)
)
def install_colocation(act: Acting, colocation_id: UUID, body: InstallIn | None = None) -> Response:
    """Operations have installed it, where it was planned or elsewhere in the shared room."""
    return act.carry_out(
        ColocationOut.of,
        colocations.install,
        colocation_id,
        **(body.fields() if body else {}),
        expected_version=act.expected_version,
    )


@router.post(PATH + "/{colocation_id}/release", **answering(ColocationOut, needs=Permission.ORDERS_WRITE))
def release_colocation(act: Acting, colocation_id: UUID, body: RemarkIn | None = None) -> Response:
    """Gives it back; operations take it out."""
    return act.carry_out(
        ColocationOut.of, fittings.release, "colocations", colocation_id, body.reason if body else None
    )


@router.post(PATH + "/{colocation_id}/keep", **answering(ColocationOut, needs=Permission.ORDERS_WRITE))
def keep_colocation(act: Acting, colocation_id: UUID, body: RemarkIn | None = None) -> Response:
    """Takes a release back before it is taken out."""
    return act.carry_out(ColocationOut.of, fittings.keep, "colocations", colocation_id, body.reason if body else None)


@router.post(
    PATH + "/{colocation_id}/remove", **answering(ColocationOut, needs=Permission.FITTINGS_WRITE, versioned=True)
)
def remove_colocation(act: Acting, colocation_id: UUID, body: RemarkIn | None = None) -> Response:
    """Operations have taken it out; its units are free."""
    return act.carry_out(
        ColocationOut.of,
        colocations.remove,
        colocation_id,
        reason=body.reason if body else None,
        expected_version=act.expected_version,
    )
