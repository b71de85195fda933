"""Waste besides zombies (闲置浪费): `/v1/waste`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.waste import LookedOut, ProposalOut, WasteAcceptIn, WasteDeclineIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import WasteRow
from cloudctl.services import waste

router = APIRouter(tags=["consolidation"])
PATH = "/v1/waste"

add_list(router, PATH, WasteRow, of=lambda queries: queries.waste, needs=Permission.WASTE_READ, name="list_waste")


@router.post(PATH + "/scan", **answering(LookedOut, needs=Permission.WASTE_WRITE))
def scan_waste(act: Acting) -> Response:
    """Looks for waste on every cloud that was read well; asked again it changes nothing. The office's."""
    return act.carry_out(LookedOut.of, waste.scan)


@router.get(PATH + "/{proposal_id}", **answering(ProposalOut, needs=Permission.WASTE_READ))
def get_proposal(request: Request, proposal_id: UUID) -> Response:
    """One proposal with its evidence and its worth."""
    return Caller(request).show(ProposalOut.of, waste.get, proposal_id)


@router.post(PATH + "/{proposal_id}/accept", **answering(ProposalOut, needs=Permission.WASTE_WRITE, versioned=True))
def accept_proposal(act: Acting, proposal_id: UUID, body: WasteAcceptIn) -> Response:
    """Agrees: the order that carries it out is written and handed in."""
    return act.carry_out(
        ProposalOut.of, waste.accept, proposal_id, **body.fields(), expected_version=act.expected_version
    )


@router.post(PATH + "/{proposal_id}/decline", **answering(ProposalOut, needs=Permission.WASTE_WRITE, versioned=True))
def decline_proposal(act: Acting, proposal_id: UUID, body: WasteDeclineIn) -> Response:
    """Says what it is needed for; it is not proposed again before its day."""
    return act.carry_out(
        ProposalOut.of, waste.decline, proposal_id, **body.fields(), expected_version=act.expected_version
    )
