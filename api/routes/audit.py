"""The audit trail: `/v1/audit`, and its export as NDJSON."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import cast

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.deps import Caller
from api.openapi import answering
from api.pagination import add_list, asked, filter_parameters
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries import PageAsk, Queries, Scope
from cloudctl.ports.queries.rows import AuditRow

router = APIRouter(tags=["audit"])

_EXPORT_ROWS = 500

add_list(
    router, "/v1/audit", AuditRow, of=lambda queries: queries.audit, needs=Permission.AUDIT_READ, name="list_audit"
)


@router.get(
    "/v1/audit/export",
    **answering(media="application/x-ndjson", needs=Permission.AUDIT_READ, parameters=filter_parameters(AuditRow)),
)
def export_audit(request: Request) -> Response:
    """All events that the filters leave, newest first: one canonical record a line, as it is kept."""
    caller = Caller(request)
    caller.actor.require(Permission.AUDIT_READ)
    _, filters = asked(request.query_params)
    pages = _pages(caller.ctx.queries, caller.scope, filters)
    first = next(pages)  # a wrong filter is refused before the answer begins
    return StreamingResponse(chain([first], pages), media_type="application/x-ndjson")


def _pages(queries: Queries, scope: Scope, filters: dict[str, object]) -> Iterator[bytes]:
    """Page by page; between two pages no connection is held."""
    cursor = None
    while True:
        page = queries.audit.page(scope, filters, PageAsk(limit=_EXPORT_ROWS, cursor=cursor))
        yield b"".join(bytes(row.record) + b"\n" for row in cast("list[AuditRow]", page.items))
        cursor = page.next
        if cursor is None:
            return
