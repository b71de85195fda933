"""Exemptions: `/v1/exemptions`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Acting
from api.openapi import answering
from api.pagination import add_list
from api.schemas.exemptions import ExemptionIn, ExemptionOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import ExemptionRow
from cloudctl.services import exemptions

router = APIRouter(tags=["policies"])

add_list(
    router,
    "/v1/exemptions",
    ExemptionRow,
    of=lambda queries: queries.exemptions,
    needs=Permission.POLICIES_READ,
    name="list_exemptions",
)


@router.post("/v1/exemptions", **answering(ExemptionOut, status=201, needs=Permission.EXEMPTIONS_WRITE))
def grant_exemption(act: Acting, body: ExemptionIn) -> Response:
    """Lifts a rule for a department or one of its systems, for a time."""
    return act.carry_out(ExemptionOut.of, exemptions.grant, **body.fields())


@router.delete("/v1/exemptions/{exemption_id}", **answering(ExemptionOut, needs=Permission.EXEMPTIONS_WRITE))
def revoke_exemption(act: Acting, exemption_id: UUID, reason: str | None = None) -> Response:
    """Ends an exemption now; doing it again changes nothing."""
    return act.carry_out(ExemptionOut.of, exemptions.revoke, exemption_id, reason)
