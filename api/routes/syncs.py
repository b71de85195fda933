"""Syncs of the clouds: `/v1/syncs`, `/v1/clouds/{code}/sync`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.syncs import SyncIn, SyncOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import SyncRow
from cloudctl.services import syncs

router = APIRouter(tags=["inventory"])

add_list(router, "/v1/syncs", SyncRow, of=lambda queries: queries.syncs, needs=Permission.SYNCS_READ, name="list_syncs")


@router.get("/v1/syncs/{sync_id}", **answering(SyncOut, needs=Permission.SYNCS_READ))
def get_sync(request: Request, sync_id: UUID) -> Response:
    """One sync, as far as it has come."""
    return Caller(request).show(SyncOut.of, syncs.get, sync_id)


@router.post("/v1/clouds/{code}/sync", **answering(SyncOut, status=202, needs=Permission.SYNCS_WRITE))
def sync_cloud(act: Acting, code: str, body: SyncIn | None = None) -> Response:
    """Has a worker read a cloud now; one that waits already is answered."""
    return act.carry_out(SyncOut.of, syncs.ask, code, **(body or SyncIn()).fields())
