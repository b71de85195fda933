"""Deputies: `/v1/deputies`. Whoever acts as one names the principal in the header `Act-For`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import Acting
from api.openapi import answering
from api.pagination import add_list
from api.schemas.deputies import DeputyIn, DeputyOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import DeputyRow
from cloudctl.services import deputies

router = APIRouter(tags=["deputies"])

add_list(
    router,
    "/v1/deputies",
    DeputyRow,
    of=lambda queries: queries.deputies,
    needs=Permission.DEPUTIES_READ,
    name="list_deputies",
)


@router.post("/v1/deputies", **answering(DeputyOut, status=201, needs=Permission.DEPUTIES_WRITE))
def appoint_deputy(act: Acting, body: DeputyIn) -> Response:
    """Appoints a deputy (AB岗) for oneself; for others with `accounts:write`."""
    return act.carry_out(DeputyOut.of, deputies.appoint, **body.fields())


@router.delete("/v1/deputies/{deputy_id}", **answering(DeputyOut, needs=Permission.DEPUTIES_WRITE))
def revoke_deputy(act: Acting, deputy_id: UUID, reason: str | None = None) -> Response:
    """Ends an appointment now; doing it again changes nothing. What the deputy has under way is refused."""
    return act.carry_out(DeputyOut.of, deputies.revoke, deputy_id, reason)
