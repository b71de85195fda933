"""Evidence (证据): `/v1/evidence`.

POST /v1/evidence/files?subject_kind=room&subject_id=...&kind=photo&name=机房.jpg
Content-Type: image/jpeg
<the file>
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.routes.attachments import download
from api.routes.indicators import Day, Scope
from api.schemas.evidence import ContradictionOut, EvidenceIn, EvidenceOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.attachments import KINDS
from cloudctl.domain.evidence import EvidenceKind, Subject
from cloudctl.ports.queries.rows import EvidenceRow
from cloudctl.services import contradictions, evidence

router = APIRouter(tags=["consolidation"])

add_list(
    router,
    "/v1/evidence",
    EvidenceRow,
    of=lambda queries: queries.evidence,
    needs=Permission.SYSTEMS_READ,
    name="list_evidence",
)

_HANDED_IN = answering(EvidenceOut, status=201, needs=Permission.EVIDENCE_WRITE)
_HANDED_IN["openapi_extra"]["requestBody"] = {
    "required": True,
    "description": "The file itself; what it is, is read from its first bytes.",
    "content": {kind.media_type: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
}


@router.post("/v1/evidence", **answering(EvidenceOut, status=201, needs=Permission.EVIDENCE_WRITE))
def add_evidence(act: Acting, body: EvidenceIn) -> Response:
    """Puts an observation on record; it is never changed, and expires."""
    return act.carry_out(EvidenceOut.of, evidence.add, **body.fields())


@router.post("/v1/evidence/files", **_HANDED_IN)
def hand_in_evidence(
    act: Acting,
    *,
    subject_kind: Subject,
    subject_id: UUID,
    kind: EvidenceKind,
    name: Annotated[str, Query(max_length=200)],
    observed_at: datetime | None = None,
) -> Response:
    """Puts a photo or a document on record as evidence: PDF, OFD, PNG, JPEG or TIFF of at most 20 MiB."""
    return act.carry_out(
        EvidenceOut.of,
        evidence.hand_in,
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind=kind,
        name=name.strip(),
        content=act.body,
        observed_at=observed_at,
    )


@router.get("/v1/evidence/contradictions", **answering(ContradictionOut, many=True, needs=Permission.SYSTEMS_READ))
def list_contradictions(request: Request, date: Day = None, scope: Scope = None) -> Response:
    """Systems and rooms whose evidence contradicts what is claimed of them, with the signs, and the open case."""
    caller = Caller(request)
    found = contradictions.contradictions(caller.ctx, caller.request, day=date, scope=scope)
    return plain([ContradictionOut.of(one) for one in found])


@router.get("/v1/evidence/{evidence_id}", **answering(EvidenceOut, needs=Permission.SYSTEMS_READ))
def get_evidence(request: Request, evidence_id: UUID) -> Response:
    """One observation."""
    return Caller(request).show(EvidenceOut.of, evidence.get, evidence_id)


@router.get(
    "/v1/evidence/{evidence_id}/content",
    **answering(media="application/octet-stream", needs=Permission.SYSTEMS_READ),
)
def get_evidence_content(request: Request, evidence_id: UUID) -> Response:
    """The photo or document, as it was handed in."""
    caller = Caller(request)
    found, content = evidence.read(caller.ctx, caller.request, evidence_id)
    return download(content, found.name or "", found.media_type or "application/octet-stream")
