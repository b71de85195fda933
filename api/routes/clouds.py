"""Clouds: `/v1/clouds`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.clouds import CloudChanges, CloudIn, CloudOut, ReserveIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import CloudRow
from cloudctl.services import clouds

router = APIRouter(tags=["clouds"])

add_list(
    router,
    "/v1/clouds",
    CloudRow,
    of=lambda queries: queries.clouds,
    needs=Permission.CATALOGUE_READ,
    name="list_clouds",
)


@router.post("/v1/clouds", **answering(CloudOut, status=201, needs=Permission.CATALOGUE_WRITE))
def register_cloud(act: Acting, body: CloudIn) -> Response:
    """Puts a cloud on record; its credentials stay outside."""
    return act.carry_out(CloudOut.of, clouds.register, **body.fields())


@router.get("/v1/clouds/{cloud_id}", **answering(CloudRow, needs=Permission.CATALOGUE_READ))
def get_cloud(request: Request, cloud_id: UUID) -> Response:
    """One cloud, with its health and the age of its figures."""
    return Caller(request).show(lambda row: row, clouds.get, cloud_id)


@router.patch("/v1/clouds/{cloud_id}", **answering(CloudOut, needs=Permission.CATALOGUE_WRITE, versioned=True))
def update_cloud(act: Acting, cloud_id: UUID, body: CloudChanges) -> Response:
    """Changes what is sent of a cloud."""
    return act.carry_out(CloudOut.of, clouds.update, cloud_id, body.changes(), expected_version=act.expected_version)


@router.put(
    "/v1/clouds/{cloud_id}/reserves/{zone}", **answering(CloudOut, needs=Permission.CATALOGUE_WRITE, versioned=True)
)
def reserve_capacity(act: Acting, cloud_id: UUID, zone: str, body: ReserveIn) -> Response:
    """Keeps capacity free for the emergencies of a zone: ordinary orders cannot take it."""
    return act.carry_out(
        CloudOut.of, clouds.reserve, cloud_id, zone, body.amounts, expected_version=act.expected_version
    )
