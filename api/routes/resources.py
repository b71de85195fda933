"""What the four kinds of resource have in common: a list, one of them, and its restoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.emergencies import RemarkIn
from api.schemas.resources import ResourceOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.resources import Resource
from cloudctl.ports.queries import Listing, Queries
from cloudctl.ports.queries.rows import ResourceRow
from cloudctl.services import resources

router = APIRouter(tags=["resources"])

PLURALS = {"server": "servers", "volume": "volumes", "network": "networks", "address": "addresses"}


def add_resource(
    router: APIRouter,
    kind: type[Resource],
    row: type[ResourceRow],
    shape: type[ResourceOut],
    *,
    of: Callable[[Queries], Listing],
) -> None:
    """The routes `GET /v1/<kinds>`, `GET /v1/<kinds>/{id}` and `POST /v1/<kinds>/{id}/restore`."""
    one = kind.KIND.value
    path = f"/v1/{PLURALS[one]}"

    def get(request: Request, resource_id: UUID) -> Response:
        return Caller(request).show(shape.of, resources.get, kind, resource_id)

    def restore(act: Acting, resource_id: UUID) -> Response:
        resources.get(act.ctx, act.request, kind, resource_id)  # an id of another kind is not found here
        return act.carry_out(shape.of, resources.restore, resource_id)

    declared: dict[str, Any] = {"needs": Permission.RESOURCES_READ}
    add_list(router, path, row, of=of, name=f"list_{PLURALS[one]}", **declared)
    router.add_api_route(
        f"{path}/{{resource_id}}",
        get,
        methods=["GET"],
        name=f"get_{one}",
        summary=f"One {one}",
        **answering(shape, **declared),
    )
    router.add_api_route(
        f"{path}/{{resource_id}}/restore",
        restore,
        methods=["POST"],
        name=f"restore_{one}",
        summary=f"Restore a retained {one} within its retention",
        **answering(shape, status=202, needs=Permission.ORDERS_WRITE),
    )


@router.get("/v1/resources/{resource_id}", **answering(ResourceOut, needs=Permission.RESOURCES_READ))
def get_resource(request: Request, resource_id: UUID) -> Response:
    """One resource of whatever kind: what all kinds have in common."""
    return Caller(request).show(ResourceOut.of, resources.get, Resource, resource_id)


@router.post("/v1/resources/{resource_id}/restore", **answering(ResourceOut, status=202, needs=Permission.ORDERS_WRITE))
def restore_resource(act: Acting, resource_id: UUID) -> Response:
    """Restores what was released, of whatever kind, within its retention: the same disks, the same addresses."""
    return act.carry_out(ResourceOut.of, resources.restore, resource_id)


@router.post("/v1/resources/{resource_id}/protect", **answering(ResourceOut, needs=Permission.ORDERS_WRITE))
def protect_resource(act: Acting, resource_id: UUID) -> Response:
    """Refuses every release of the resource from now on."""
    return act.carry_out(ResourceOut.of, resources.protect, resource_id)


@router.post("/v1/resources/{resource_id}/unprotect", **answering(ResourceOut, needs=Permission.ORDERS_SIGN_OFF))
def unprotect_resource(act: Acting, resource_id: UUID, body: RemarkIn | None = None) -> Response:
    """Takes the protection off, as the department head."""
    return act.carry_out(ResourceOut.of, resources.unprotect, resource_id, reason=body.reason if body else None)
