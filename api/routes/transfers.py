"""Transfers: `/v1/transfers`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.emergencies import RefusalIn, RemarkIn
from api.schemas.transfers import TransferIn, TransferOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import TransferRow
from cloudctl.services import transfers

router = APIRouter(tags=["transfers"])
PATH = "/v1/transfers"

add_list(
    router,
    PATH,
    TransferRow,
    of=lambda queries: queries.transfers,
    needs=Permission.TRANSFERS_READ,
    name="list_transfers",
)


@router.post(PATH, **answering(TransferOut, status=201, needs=Permission.TRANSFERS_WRITE))
def create_transfer(act: Acting, body: TransferIn) -> Response:
    """Asks for resources to go to another department's system."""
    return act.carry_out(TransferOut.of, transfers.create, **body.fields())


@router.get(PATH + "/{transfer_id}", **answering(TransferOut, needs=Permission.TRANSFERS_READ))
def get_transfer(request: Request, transfer_id: UUID) -> Response:
    """One transfer."""
    return Caller(request).show(TransferOut.of, transfers.get, transfer_id)


@router.post(PATH + "/{transfer_id}/accept", **answering(TransferOut, needs=Permission.ORDERS_SIGN_OFF, versioned=True))
def accept_transfer(act: Acting, transfer_id: UUID) -> Response:
    """A head signs for the own side; the second signature carries it out."""
    return act.carry_out(TransferOut.of, transfers.accept, transfer_id, expected_version=act.expected_version)


@router.post(PATH + "/{transfer_id}/refuse", **answering(TransferOut, needs=Permission.ORDERS_SIGN_OFF, versioned=True))
def refuse_transfer(act: Acting, transfer_id: UUID, body: RefusalIn) -> Response:
    """A head says no."""
    return act.carry_out(
        TransferOut.of, transfers.refuse, transfer_id, reason=body.reason, expected_version=act.expected_version
    )


@router.post(PATH + "/{transfer_id}/cancel", **answering(TransferOut, needs=Permission.TRANSFERS_WRITE, versioned=True))
def cancel_transfer(act: Acting, transfer_id: UUID, body: RemarkIn | None = None) -> Response:
    """The giving side withdraws it."""
    return act.carry_out(
        TransferOut.of,
        transfers.cancel,
        transfer_id,
        reason=body.reason if body else None,
        expected_version=act.expected_version,
    )
