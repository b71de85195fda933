"""Cases of listed supervision (挂牌督办/销号): `/v1/cases`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.cases import CaseIn, CaseOut, CaseReturnIn, ClosingIn, LiesIn, ProofIn
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import CaseRow
from cloudctl.services import cases

router = APIRouter(tags=["consolidation"])
PATH = "/v1/cases"

add_list(router, PATH, CaseRow, of=lambda queries: queries.cases, needs=Permission.CASES_READ, name="list_cases")


@router.post(PATH, **answering(CaseOut, status=201, needs=Permission.CASES_WRITE))
def open_case(act: Acting, body: CaseIn) -> Response:
    """Lists a case; while one of the same cause stands, that one is answered."""
    return act.carry_out(CaseOut.of, cases.open_case, **body.fields())


@router.post(PATH + "/lies", **answering(CaseOut, status=201, needs=Permission.CASES_WRITE))
def open_case_for_lies(act: Acting, body: LiesIn) -> Response:
    """Lists what the evidence of a system or room gives away; the reason says it in words."""
    return act.carry_out(CaseOut.of, cases.open_for_lies, **body.fields())


@router.get(PATH + "/{case_id}", **answering(CaseOut, needs=Permission.CASES_READ))
def get_case(request: Request, case_id: UUID) -> Response:
    """One case."""
    return Caller(request).show(CaseOut.of, cases.get, case_id)


@router.post(PATH + "/{case_id}/prove", **answering(CaseOut, needs=Permission.EVIDENCE_WRITE, versioned=True))
def prove_case(act: Acting, case_id: UUID, body: ProofIn) -> Response:
    """Hands the department's proof in; files go to the evidence of the case beside it."""
    return act.carry_out(CaseOut.of, cases.prove, case_id, proof=body.proof, expected_version=act.expected_version)


@router.post(PATH + "/{case_id}/close", **answering(CaseOut, needs=Permission.CASES_WRITE, versioned=True))
def close_case(act: Acting, case_id: UUID, body: ClosingIn) -> Response:
    """Closes a case on its proof: a file, or a re-check that passes; never by the hands that the proof came from."""
    return act.carry_out(CaseOut.of, cases.close, case_id, reason=body.reason, expected_version=act.expected_version)


@router.post(PATH + "/{case_id}/return", **answering(CaseOut, needs=Permission.CASES_WRITE, versioned=True))
def return_case(act: Acting, case_id: UUID, body: CaseReturnIn) -> Response:
    """Returns a case whose proof does not do."""
    return act.carry_out(
        CaseOut.of,
        cases.send_back,
        case_id,
        reason=body.reason,
        working_days=body.working_days,
        expected_version=act.expected_version,
    )
