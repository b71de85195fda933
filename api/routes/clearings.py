"""Clearings (清理案件): `/v1/clearings`, their close-out lines and the certificate of closure.

POST /v1/clearings/{id}/lines/files?kind=data_archived&name=移交清单.pdf
Content-Type: application/pdf
<the file>
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.routes.attachments import download
from api.routes.papers import PDF
from api.schemas.clearings import AnswerIn, ClearingOut, CloseLineIn, CloseLineOut, CloseLinesOut, DecisionIn
from cloudctl.domain.accounts import Permission
from cloudctl.domain.attachments import KINDS
from cloudctl.domain.close_lines import CloseLineKind
from cloudctl.ports.queries.rows import ClearingRow
from cloudctl.services import certificates, clearing_answers, clearing_decisions, clearings, close_lines

router = APIRouter(tags=["clearings"])
PATH = "/v1/clearings"
ONE = PATH + "/{clearing_id}"

add_list(
    router,
    PATH,
    ClearingRow,
    of=lambda queries: queries.clearings,
    needs=Permission.CLEARINGS_READ,
    name="list_clearings",
)

_HANDED_IN = answering(CloseLineOut, status=201, needs=Permission.CLEARINGS_WRITE)
_HANDED_IN["openapi_extra"]["requestBody"] = {
    "required": True,
    "description": "The file itself; what it is, is read from its first bytes.",
    "content": {kind.media_type: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
}


@router.get(ONE, **answering(ClearingOut, needs=Permission.CLEARINGS_READ))
def get_clearing(request: Request, clearing_id: UUID) -> Response:
    """One case."""
    return Caller(request).show(ClearingOut.of, clearings.get, clearing_id)


@router.post(ONE + "/answer", **answering(ClearingOut, needs=Permission.CLEARINGS_ANSWER, versioned=True))
def answer_clearing(act: Acting, clearing_id: UUID, body: AnswerIn) -> Response:
    """The owner's answer: keep until a day, release, transfer, or snooze."""
    return act.carry_out(
        ClearingOut.of,
        clearing_answers.answer,
        clearing_id,
        **body.fields(),
        expected_version=act.expected_version,
    )


@router.post(ONE + "/restore", **answering(ClearingOut, needs=Permission.CLEARINGS_READ, versioned=True))
def restore_clearing(act: Acting, clearing_id: UUID, body: DecisionIn) -> Response:
    """Brings the system back as it was: its owner or the office, whatever else is stopped or frozen."""
    return act.carry_out(
        ClearingOut.of,
        clearing_decisions.restore,
        clearing_id,
        reason=body.reason,
        expected_version=act.expected_version,
    )


@router.post(ONE + "/dismiss", **answering(ClearingOut, needs=Permission.CLEARINGS_WRITE, versioned=True))
def dismiss_clearing(act: Acting, clearing_id: UUID, body: DecisionIn) -> Response:
    """Calls a case off; what is off is brought back first."""
    return act.carry_out(
        ClearingOut.of,
        clearing_decisions.dismiss,
        clearing_id,
        reason=body.reason,
        expected_version=act.expected_version,
    )


@router.post(ONE + "/resume", **answering(ClearingOut, needs=Permission.CLEARINGS_WRITE, versioned=True))
def resume_clearing(act: Acting, clearing_id: UUID, body: DecisionIn) -> Response:
    """Lets a case that waits for a person go on where it was."""
    return act.carry_out(
        ClearingOut.of,
        clearing_decisions.resume,
        clearing_id,
        reason=body.reason,
        expected_version=act.expected_version,
    )


@router.post(ONE + "/propose", **answering(ClearingOut, needs=Permission.CLEARINGS_PROPOSE, versioned=True))
def propose_deletion(act: Acting, clearing_id: UUID, body: DecisionIn) -> Response:
    """Proposes the deletion, once the time in quarantine is over and the backup was restored as a test."""
    return act.carry_out(
        ClearingOut.of,
        clearing_decisions.propose,
        clearing_id,
        reason=body.reason,
        expected_version=act.expected_version,
    )


@router.post(ONE + "/take-back", **answering(ClearingOut, needs=Permission.CLEARINGS_READ, versioned=True))
def take_back_proposal(act: Acting, clearing_id: UUID, body: DecisionIn) -> Response:
    """Takes a proposal back, or turns it down: whoever may propose or confirm."""
    return act.carry_out(
        ClearingOut.of,
        clearing_decisions.take_back,
        clearing_id,
        reason=body.reason,
        expected_version=act.expected_version,
    )


@router.post(ONE + "/confirm", **answering(ClearingOut, needs=Permission.CLEARINGS_CONFIRM, versioned=True))
def confirm_deletion(act: Acting, clearing_id: UUID, body: DecisionIn) -> Response:
    """Confirms the deletion: a second person, who neither proposed it nor started the campaign."""
    return act.carry_out(
        ClearingOut.of,
        clearing_decisions.confirm,
        clearing_id,
        reason=body.reason,
        expected_version=act.expected_version,
    )


@router.get(ONE + "/lines", **answering(CloseLinesOut, needs=Permission.CLEARINGS_READ))
def get_close_lines(request: Request, clearing_id: UUID) -> Response:
    """Every close-out line, filled or owed."""
    return Caller(request).show(CloseLinesOut.of, close_lines.of, clearing_id)


@router.post(ONE + "/lines", **answering(CloseLineOut, status=201, needs=Permission.CLEARINGS_READ))
def fill_close_line(act: Acting, clearing_id: UUID, body: CloseLineIn) -> Response:
    """Fills a line with a number, or with why it does not apply: its owner or the office."""
    return act.carry_out(CloseLineOut.of, close_lines.fill, clearing_id, **body.fields())


@router.post(ONE + "/lines/files", **_HANDED_IN)
def hand_in_close_line(
    act: Acting,
    clearing_id: UUID,
    kind: CloseLineKind,
    name: Annotated[str, Query(max_length=200)],
    words: Annotated[str, Query(max_length=400)] = "",
) -> Response:
    """Fills a line with a file: PDF, OFD, PNG, JPEG or TIFF of at most 20 MiB."""
    return act.carry_out(
        CloseLineOut.of, close_lines.hand_in, clearing_id, kind=kind, name=name.strip(), content=act.body, words=words
    )


@router.get(
    ONE + "/lines/{line_id}/content",
    **answering(media="application/octet-stream", needs=Permission.CLEARINGS_READ),
)
def get_close_line_content(request: Request, clearing_id: UUID, line_id: UUID) -> Response:
    """A line's file, as it was handed in."""
    caller = Caller(request)
    found, content = close_lines.read(caller.ctx, caller.request, clearing_id, line_id)
    return download(content, found.name or "", found.media_type or "application/octet-stream")


@router.post(ONE + "/close", **answering(ClearingOut, needs=Permission.CLEARINGS_WRITE, versioned=True))
def close_clearing(act: Acting, clearing_id: UUID) -> Response:
    """Closes a deleted system's case on record (销号) once every line is filled."""
    return act.carry_out(ClearingOut.of, close_lines.close, clearing_id, expected_version=act.expected_version)


@router.get(ONE + "/certificate.pdf", **answering(media=PDF, needs=Permission.CLEARINGS_READ))
def print_certificate(request: Request, clearing_id: UUID) -> Response:
    """The certificate of closure (销号证书) as A4 PDF."""
    caller = Caller(request)
    number, content = certificates.of_clearing(caller.ctx, caller.request, clearing_id, caller.locale)
    return download(content, f"{number}.pdf", PDF)
