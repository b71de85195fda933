"""Electronic supervision (电子监察): `/v1/supervision/due`, `/v1/supervision/cards`, `/v1/supervision/limits`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.supervision import CardOut, ExcuseIn, LimitOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import CardRow, DueRow
from cloudctl.services import supervision

router = APIRouter(tags=["supervision"])

add_list(
    router,
    "/v1/supervision/due",
    DueRow,
    of=lambda queries: queries.due,
    needs=Permission.SUPERVISION_READ,
    name="list_due",
)
add_list(
    router,
    "/v1/supervision/cards",
    CardRow,
    of=lambda queries: queries.cards,
    needs=Permission.SUPERVISION_READ,
    name="list_cards",
)


@router.get("/v1/supervision/limits", **answering(LimitOut, many=True, needs=Permission.SUPERVISION_READ))
def list_limits(request: Request) -> Response:
    """The time limits in force, by kind of order and step."""
    caller = Caller(request)
    return plain([LimitOut(**entry) for entry in supervision.limits(caller.ctx, caller.request)])


@router.get("/v1/supervision/cards/{card_id}", **answering(CardOut, needs=Permission.SUPERVISION_READ))
def get_card(request: Request, card_id: UUID) -> Response:
    """One card."""
    return Caller(request).show(CardOut.of, supervision.get, card_id)


@router.post(
    "/v1/supervision/cards/{card_id}/excuse",
    **answering(CardOut, needs=Permission.SUPERVISION_WRITE, versioned=True),
)
def excuse_card(act: Acting, card_id: UUID, body: ExcuseIn) -> Response:
    """Explains a card away, on record."""
    return act.carry_out(
        CardOut.of, supervision.excuse, card_id, reason=body.reason, expected_version=act.expected_version
    )
