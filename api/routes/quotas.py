"""Quotas: `/v1/quotas`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Acting
from api.openapi import answering
from api.pagination import add_list
from api.schemas.quotas import QuotaIn, QuotaOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries import QuotaRow
from cloudctl.services import quotas

router = APIRouter(tags=["quotas"])

add_list(
    router,
    "/v1/quotas",
    QuotaRow,
    of=lambda queries: queries.quotas,
    needs=Permission.QUOTAS_READ,
    name="list_quotas",
)


@router.put("/v1/quotas", **answering(QuotaOut, needs=Permission.QUOTAS_WRITE))
def set_quota(act: Acting, body: QuotaIn) -> Response:
    """Sets one limit; a limit below what is in use only stops growth."""
    return act.carry_out(QuotaOut.of, quotas.set_limit, **body.fields())
