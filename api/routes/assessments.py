"""What becomes of systems: `/v1/assessments`, and mergers that are carried out: `/v1/systems/{id}/merge`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.assessments import (
    AssessmentOut,
    KinOut,
    LineageOut,
    MergedOut,
    ProposedOut,
    SystemMergerIn,
    VerdictIn,
)
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import AssessmentRow
from cloudctl.services import assessments, successions
from cloudctl.services.successions import Lineage

router = APIRouter(tags=["consolidation"])
PATH = "/v1/assessments"

add_list(
    router,
    PATH,
    AssessmentRow,
    of=lambda queries: queries.assessments,
    needs=Permission.CONSOLIDATION_READ,
    name="list_assessments",
)


@router.post(PATH, **answering(AssessmentOut, needs=Permission.CONSOLIDATION_WRITE, versioned=True))
def decide_assessment(act: Acting, body: VerdictIn) -> Response:
    """Decides what becomes of a system, in place of what was decided before."""
    return act.carry_out(AssessmentOut.of, assessments.decide, **body.fields(), expected_version=act.expected_version)


@router.post(PATH + "/propose", **answering(ProposedOut, needs=Permission.CONSOLIDATION_WRITE))
def propose_assessments(act: Acting) -> Response:
    """Has the rules of policies/assessments look at every system that waits for a decision."""
    return act.carry_out(ProposedOut.of, assessments.propose)


@router.get(PATH + "/{assessment_id}", **answering(AssessmentOut, needs=Permission.CONSOLIDATION_READ))
def get_assessment(request: Request, assessment_id: UUID) -> Response:
    """One assessment with its grounds."""
    return Caller(request).show(AssessmentOut.of, assessments.get, assessment_id)


@router.post(
    "/v1/systems/{system_id}/merge", **answering(MergedOut, needs=Permission.CONSOLIDATION_WRITE, versioned=True)
)
def merge_system(act: Acting, system_id: UUID, body: SystemMergerIn) -> Response:
    """Merges a system into a standing one, which takes over all that refers to it. There is no way back."""
    return act.carry_out(
        MergedOut.of, successions.merge, system_id, **body.fields(), expected_version=act.expected_version
    )


@router.get("/v1/systems/{system_id}/lineage", **answering(LineageOut, needs=Permission.SYSTEMS_READ))
def get_lineage(request: Request, system_id: UUID) -> Response:
    """What became of a system, and what came together in it."""
    return Caller(request).show(_told, successions.lineage, system_id)


def _told(found: Lineage) -> LineageOut:
    return LineageOut(
        system=KinOut.of(found.system),
        successors=[KinOut.of(one) for one in found.successors],
        merged=[KinOut.of(one) for one in found.merged],
    )
