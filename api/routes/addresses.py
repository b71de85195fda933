"""Floating addresses and the address plan: `/v1/addresses`, `/v1/supernets`, `/v1/prefixes`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.routes.resources import add_resource
from api.schemas.addresses import AddressOut, SupernetIn, SupernetOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.addresses import Address
from cloudctl.ports.queries.rows import AddressRow, PrefixRow
from cloudctl.services import addresses

router = APIRouter(tags=["addresses"])

add_resource(router, Address, AddressRow, AddressOut, of=lambda queries: queries.addresses)
add_list(
    router,
    "/v1/prefixes",
    PrefixRow,
    of=lambda queries: queries.prefixes,
    needs=Permission.RESOURCES_READ,
    name="list_prefixes",
)


@router.get("/v1/supernets", **answering(SupernetOut, many=True, needs=Permission.CATALOGUE_READ))
def list_supernets(request: HttpRequest, zone: str | None = None) -> Response:
    """The blocks that prefixes are cut from."""
    caller = Caller(request)
    return plain([SupernetOut.of(block) for block in addresses.supernets(caller.ctx, caller.request, zone=zone)])


@router.post("/v1/supernets", **answering(SupernetOut, status=201, needs=Permission.CATALOGUE_WRITE))
def add_supernet(act: Acting, body: SupernetIn) -> Response:
    """Adds a block to a zone; blocks of all zones are disjoint."""
    return act.carry_out(SupernetOut.of, addresses.add_supernet, **body.fields())
