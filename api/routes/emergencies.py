"""Emergencies: `/v1/emergencies`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.emergencies import EmergencyIn, EmergencyOut, PaperIn, RefusalIn, RemarkIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import EmergencyRow
from cloudctl.services import emergencies

router = APIRouter(tags=["emergencies"])
PATH = "/v1/emergencies"

add_list(
    router,
    PATH,
    EmergencyRow,
    of=lambda queries: queries.emergencies,
    needs=Permission.EMERGENCIES_READ,
    name="list_emergencies",
)


@router.post(PATH, **answering(EmergencyOut, status=201, needs=Permission.EMERGENCIES_WRITE))
def create_emergency(act: Acting, body: EmergencyIn) -> Response:
    """Puts an order on record that was approved by telephone, and queues its build at once."""
    return act.carry_out(
        EmergencyOut.of,
        emergencies.create,
        body.order.form(),
        approver=body.approver,
        approved_at=body.approved_at,
        note=body.note,
        raise_quota=body.raise_quota,
        app=body.app.form(body.order.zone) if body.app else None,
    )


@router.get(PATH + "/{emergency_id}", **answering(EmergencyOut, needs=Permission.EMERGENCIES_READ))
def get_emergency(request: Request, emergency_id: UUID) -> Response:
    """One record."""
    return Caller(request).show(EmergencyOut.of, emergencies.get, emergency_id)


@router.post(
    PATH + "/{emergency_id}/complete",
    **answering(EmergencyOut, needs=Permission.ORDERS_SIGN_OFF, versioned=True),
)
def complete_emergency(act: Acting, emergency_id: UUID, body: PaperIn) -> Response:
    """The department head signs after the fact and hands the form in."""
    return act.carry_out(
        EmergencyOut.of,
        emergencies.complete,
        emergency_id,
        document_number=body.document_number,
        expected_version=act.expected_version,
    )


@router.post(
    PATH + "/{emergency_id}/return",
    **answering(EmergencyOut, needs=Permission.EMERGENCIES_WRITE, versioned=True),
)
def return_emergency(act: Acting, emergency_id: UUID, body: RefusalIn) -> Response:
    """Sends a form back that is not in order: it is owed again."""
    return act.carry_out(
        EmergencyOut.of,
        emergencies.send_back,
        emergency_id,
        reason=body.reason,
        expected_version=act.expected_version,
    )


@router.post(
    PATH + "/{emergency_id}/close",
    **answering(EmergencyOut, needs=Permission.EMERGENCIES_WRITE, versioned=True),
)
def close_emergency(act: Acting, emergency_id: UUID, body: RemarkIn | None = None) -> Response:
    """Closes a record whose form is in order; not by who entered it."""
    return act.carry_out(
        EmergencyOut.of,
        emergencies.close,
        emergency_id,
        reason=body.reason if body else None,
        expected_version=act.expected_version,
    )
