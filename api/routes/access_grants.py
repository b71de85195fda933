"""Access grants (访问授权): `/v1/access-grants`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.access_grants import (
    AccessGrantIn,
    AccessGrantOut,
    GrantDecisionIn,
    GrantEndIn,
    SignedOut,
    SigningIn,
)
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import AccessGrantRow
from cloudctl.services import access_grants

router = APIRouter(tags=["hosts"])
PATH = "/v1/access-grants"

add_list(
    router, PATH, AccessGrantRow, of=lambda queries: queries.access_grants, needs=Permission.GRANTS_READ,
    name="list_access_grants",
)  # fmt: skip


@router.post(PATH, **answering(AccessGrantOut, status=201, needs=Permission.GRANTS_WRITE))
def ask_access_grant(act: Acting, body: AccessGrantIn) -> Response:
    """Asks that somebody may enter servers of a system; somebody else of the office approves."""
    return act.carry_out(AccessGrantOut.of, access_grants.ask, **body.fields())


@router.get(PATH + "/{grant_id}", **answering(AccessGrantOut, needs=Permission.GRANTS_READ))
def get_access_grant(request: Request, grant_id: UUID) -> Response:
    """One access grant."""
    return Caller(request).show(AccessGrantOut.of, access_grants.get, grant_id)


@router.post(PATH + "/{grant_id}/decide", **answering(AccessGrantOut, needs=Permission.GRANTS_APPROVE, versioned=True))
def decide_access_grant(act: Acting, grant_id: UUID, body: GrantDecisionIn) -> Response:
    """Approves or refuses what somebody else asked for."""
    return act.carry_out(
        AccessGrantOut.of,
        access_grants.decide,
        grant_id,
        body.decision,
        answer=body.answer,
        expected_version=act.expected_version,
    )


@router.post(PATH + "/{grant_id}/revoke", **answering(AccessGrantOut, needs=Permission.GRANTS_WRITE, versioned=True))
def revoke_access_grant(act: Acting, grant_id: UUID, body: GrantEndIn) -> Response:
    """Takes it back; what was signed under it ends within hours."""
    return act.carry_out(
        AccessGrantOut.of, access_grants.revoke, grant_id, reason=body.reason, expected_version=act.expected_version
    )


@router.post(PATH + "/{grant_id}/sign", **answering(SignedOut, needs=Permission.GRANTS_READ))
def sign_access_grant(act: Acting, grant_id: UUID, body: SigningIn) -> Response:
    """Signs the holder's public key for some hours; it opens the grant's hosts from the grant's networks alone."""
    return act.show_once(SignedOut.of, access_grants.sign, grant_id, **body.fields())
