"""Papers: an order's form and an official letter as PDF."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Caller
from api.openapi import answering
from api.routes.attachments import download
from cloudctl.domain.accounts import Permission
from cloudctl.services import papers

router = APIRouter(tags=["orders"])

PDF: Final = "application/pdf"
_PRINTED = answering(media=PDF, needs=Permission.ORDERS_READ)


@router.get("/v1/orders/{order_id}/form.pdf", **_PRINTED)
def print_order(request: Request, order_id: UUID) -> Response:
    """The application form (申请表) as A4 PDF, with findings, opinions, attachments and decisions."""
    caller = Caller(request)
    number, content = papers.of_order(caller.ctx, caller.request, order_id, caller.locale)
    return download(content, f"{number}.pdf", PDF)


@router.get("/v1/letters/{letter_id}/letter.pdf", **_PRINTED)
def print_letter(request: Request, letter_id: UUID) -> Response:
    """An official letter as A4 PDF, as it was issued."""
    caller = Caller(request)
    number, content = papers.of_letter(caller.ctx, caller.request, letter_id, caller.locale)
    return download(content, f"{number}.pdf", PDF)
