"""The register taken from NetBox: `/v1/register-imports/netbox`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Acting
from api.openapi import answering
from api.schemas.netbox import NetboxIn, NetboxOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import netbox

router = APIRouter(tags=["register"])


@router.post("/v1/register-imports/netbox", **answering(NetboxOut, status=201, needs=Permission.ROOMS_WRITE))
def import_netbox(act: Acting, body: NetboxIn) -> Response:
    """Reads sites, racks, devices and prefixes of a NetBox, and puts what passes on record; the rest is named.

    Known again by their codes, so that a second time changes nothing. `dry_run` does everything but keep it.
    """
    locale = act.locale
    response = act.carry_out(
        lambda receipt: NetboxOut.told(receipt, locale),
        netbox.take,
        url=body.url,
        token=body.token,
        department=body.department,
        rehearse=body.dry_run,
    )
    if body.dry_run:
        response.status_code = 200
    return response
