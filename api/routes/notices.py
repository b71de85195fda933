"""Notices: `/v1/notices`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.notices import NoticeOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import NoticeRow
from cloudctl.services import notices

router = APIRouter(tags=["notices"])

add_list(
    router,
    "/v1/notices",
    NoticeRow,
    of=lambda queries: queries.notices,
    needs=Permission.AUDIT_READ,
    name="list_notices",
)


@router.get("/v1/notices/{notice_id}", **answering(NoticeOut, needs=Permission.AUDIT_READ))
def get_notice(request: Request, notice_id: UUID) -> Response:
    """A notice with every attempt to send it."""
    return Caller(request).show(NoticeOut.of, notices.get, notice_id)


@router.post("/v1/notices/{notice_id}/retry", **answering(NoticeOut, needs=Permission.NOTICES_WRITE))
def retry_notice(act: Acting, notice_id: UUID) -> Response:
    """Has a notice sent again that was given up."""
    return act.carry_out(NoticeOut.of, notices.retry, notice_id)
