"""Quotas: `/v1/quotas`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.quotas import QuotaIn, QuotaOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.capacities import QuotaSum
from cloudctl.ports.queries.rows import QuotaRow
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


@router.get("/v1/quotas/summary", **answering(QuotaSum, many=True, needs=Permission.QUOTAS_READ))
def get_quota_summary(request: Request, department_id: UUID | None = None) -> Response:
    """Sums over everything that the caller sees, or over one department with all units below it."""
    caller = Caller(request)
    return plain(quotas.summary(caller.ctx, caller.request, department_id))


@router.put("/v1/quotas", **answering(QuotaOut, needs=Permission.QUOTAS_WRITE))
def set_quota(act: Acting, body: QuotaIn) -> Response:
    """Sets one limit; a limit below what is in use only stops growth. A district sets those of the units below it."""
    return act.carry_out(QuotaOut.of, quotas.set_limit, **body.fields())
