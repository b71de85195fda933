"""Attachments: `/v1/attachments`, and `/v1/orders/{id}/attachments` to hand one in.

POST /v1/orders/{id}/attachments?name=批复.pdf&document_number=青发改〔2026〕12号&stamped_by=市发改委
Content-Type: application/pdf
<the file>
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.attachments import AttachmentOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.attachments import KINDS
from cloudctl.ports.queries.rows import AttachmentRow
from cloudctl.services import attachments

router = APIRouter(tags=["orders"])

add_list(
    router,
    "/v1/attachments",
    AttachmentRow,
    of=lambda queries: queries.attachments,
    needs=Permission.ORDERS_READ,
    name="list_attachments",
)

_HANDED_IN = answering(AttachmentOut, status=201, needs=Permission.ORDERS_WRITE)
_HANDED_IN["openapi_extra"]["requestBody"] = {
    "required": True,
    "description": "The file itself; what it is, is read from its first bytes.",
    "content": {kind.media_type: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
}


@router.post("/v1/orders/{order_id}/attachments", **_HANDED_IN)
def add_attachment(
    act: Acting,
    order_id: UUID,
    name: str,
    document_number: Annotated[str, Query(max_length=200)] = "",
    stamped_by: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Hands a file in with an order: PDF, OFD, PNG, JPEG or TIFF of at most 20 MiB."""
    return act.carry_out(
        AttachmentOut.of,
        attachments.add,
        order_id,
        name=name.strip(),
        content=act.body,
        document_number=document_number.strip(),
        stamped_by=stamped_by.strip(),
    )


@router.get("/v1/attachments/{attachment_id}", **answering(AttachmentOut, needs=Permission.ORDERS_READ))
def get_attachment(request: Request, attachment_id: UUID) -> Response:
    """One attachment's record."""
    return Caller(request).show(AttachmentOut.of, attachments.get, attachment_id)


@router.get(
    "/v1/attachments/{attachment_id}/content",
    **answering(media="application/octet-stream", needs=Permission.ORDERS_READ),
)
def get_attachment_content(request: Request, attachment_id: UUID) -> Response:
    """The file, as it was handed in."""
    caller = Caller(request)
    attachment, content = attachments.read(caller.ctx, caller.request, attachment_id)
    return download(content, attachment.name, attachment.media_type)


@router.delete("/v1/attachments/{attachment_id}", **answering(AttachmentOut, needs=Permission.ORDERS_WRITE))
def remove_attachment(act: Acting, attachment_id: UUID, reason: str | None = None) -> Response:
    """Takes a file off an order that is still being written."""
    return act.carry_out(AttachmentOut.of, attachments.remove, attachment_id, reason)


def download(content: bytes, name: str, media_type: str) -> Response:
    """A file to keep: never shown within a page, and never taken for something else."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
