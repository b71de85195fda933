"""The inventory: `/v1/inventory`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Caller
from api.openapi import answering
from api.pagination import add_list, asked, page_parameters, paged
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import InventoryChangeRow, InventoryRow
from cloudctl.services import inventory

router = APIRouter(tags=["inventory"])
PATH = "/v1/inventory"

add_list(
    router,
    PATH,
    InventoryRow,
    of=lambda queries: queries.inventory,
    needs=Permission.INVENTORY_READ,
    name="list_inventory",
    order="by name",
)


@router.get(PATH + "/{object_id}", **answering(InventoryRow, needs=Permission.INVENTORY_READ))
def get_inventory_object(request: Request, object_id: UUID) -> Response:
    """One object of a cloud."""
    return Caller(request).show(lambda row: row, inventory.get, object_id)


@router.get(
    PATH + "/{object_id}/changes",
    **answering(
        InventoryChangeRow,
        page=True,
        needs=Permission.INVENTORY_READ,
        parameters=page_parameters(InventoryChangeRow, "object_id"),
    ),
)
def list_inventory_changes(request: Request, object_id: UUID) -> Response:
    """What changed of an object, when and through whom, newest first."""
    caller = Caller(request)
    ask, filters = asked(request.query_params)
    return paged(request, inventory.changes(caller.ctx, caller.request, object_id, filters, ask))
