"""Official letters (文书): `/v1/letters`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.letters import LetterOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import LetterRow
from cloudctl.services import letters

router = APIRouter(tags=["letters"])

add_list(
    router,
    "/v1/letters",
    LetterRow,
    of=lambda queries: queries.letters,
    needs=Permission.ORDERS_READ,
    name="list_letters",
)


@router.get("/v1/letters/{letter_id}", **answering(LetterOut, needs=Permission.ORDERS_READ))
def get_letter(request: Request, letter_id: UUID) -> Response:
    """One letter with its text in both languages, as it was issued."""
    return Caller(request).show(LetterOut.of, letters.get, letter_id)
