"""Devices: `/v1/devices`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api import histories
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.devices import DeviceChanges, DeviceIn, DeviceOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import DeviceRow
from cloudctl.services import devices

router = APIRouter(tags=["devices"])
PATH = "/v1/devices"

add_list(
    router, PATH, DeviceRow, of=lambda queries: queries.devices, needs=Permission.ROOMS_READ, name="list_devices"
)  # fmt: skip


@router.post(PATH, **answering(DeviceOut, status=201, needs=Permission.ROOMS_WRITE))
def create_device(act: Acting, body: DeviceIn) -> Response:
    """Puts a device on record."""
    return act.carry_out(DeviceOut.of, devices.create, **body.fields())


@router.get(PATH + "/{device_id}", **answering(DeviceOut, needs=Permission.ROOMS_READ))
def get_device(request: Request, device_id: UUID) -> Response:
    """One device."""
    return Caller(request).show(DeviceOut.of, devices.get, device_id)


@router.patch(PATH + "/{device_id}", **answering(DeviceOut, needs=Permission.ROOMS_WRITE, versioned=True))
def update_device(act: Acting, device_id: UUID, body: DeviceChanges) -> Response:
    """Changes what is sent of a device."""
    return act.carry_out(DeviceOut.of, devices.update, device_id, body.changes(), expected_version=act.expected_version)


@router.get(PATH + "/{device_id}/history", **histories.answering(Permission.ROOMS_READ))
def list_device_history(request: Request, device_id: UUID) -> Response:
    """How a device became what it is: who changed which field when, newest first."""
    return histories.paged(request, devices.history, device_id)
