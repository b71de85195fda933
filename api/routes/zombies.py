"""Zombie systems (僵尸系统): `/v1/zombies`, scans, verdicts with their evidence, declared purposes, exemptions."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.routes.indicators import Day
from api.schemas.zombies import (
    ExplainedOut,
    PurposeIn,
    PurposeOut,
    ScanIn,
    ScanOut,
    ZombieExemptionDecisionIn,
    ZombieExemptionEndIn,
    ZombieExemptionIn,
    ZombieExemptionOut,
)
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import PurposeRow, VerdictRow, ZombieExemptionRow
from cloudctl.services import purposes, zombie_exemptions, zombies

router = APIRouter(tags=["zombies"])
PATH = "/v1/zombies"
EXEMPTIONS = PATH + "/exemptions"

for _path, _row, _of, _name in (
    (PATH, VerdictRow, lambda queries: queries.zombies, "list_zombies"),
    (PATH + "/verdicts", VerdictRow, lambda queries: queries.verdicts, "list_verdicts"),
    (PATH + "/purposes", PurposeRow, lambda queries: queries.purposes, "list_purposes"),
    (EXEMPTIONS, ZombieExemptionRow, lambda queries: queries.zombie_exemptions, "list_zombie_exemptions"),
):
    add_list(router, _path, _row, of=_of, needs=Permission.ZOMBIES_READ, name=_name)


@router.post(PATH + "/scans", **answering(ScanOut, needs=Permission.ZOMBIES_WRITE))
def scan_zombies(act: Acting, body: ScanIn) -> Response:
    """Judges all systems, or a department's, by a policy; what is new is put on record. A past day keeps nothing."""
    return act.carry_out(ScanOut.of, zombies.scan, **body.fields())


@router.get("/v1/systems/{system_id}/verdict", **answering(ExplainedOut, needs=Permission.ZOMBIES_READ))
def get_verdict(request: Request, system_id: UUID, date: Day = None) -> Response:
    """The verdict on a system with every signal, and what would change it; as of a past day where one is given."""
    return Caller(request).show(ExplainedOut.told, zombies.explain, system_id, date)


@router.post(PATH + "/purposes", **answering(PurposeOut, status=201, needs=Permission.SYSTEMS_WRITE))
def declare_purpose(act: Acting, body: PurposeIn) -> Response:
    """Says what a system, or one of its servers, is for; earlier declarations stay on record."""
    return act.carry_out(PurposeOut.of, purposes.declare, **body.fields())


@router.post(EXEMPTIONS, **answering(ZombieExemptionOut, status=201, needs=Permission.SYSTEMS_WRITE))
def ask_zombie_exemption(act: Acting, body: ZombieExemptionIn) -> Response:
    """Asks that a system is not cleared until a day; somebody else decides."""
    return act.carry_out(ZombieExemptionOut.of, zombie_exemptions.ask, **body.fields())


@router.post(
    EXEMPTIONS + "/{exemption_id}/decide",
    **answering(ZombieExemptionOut, needs=Permission.ZOMBIES_WRITE, versioned=True),
)
def decide_zombie_exemption(act: Acting, exemption_id: UUID, body: ZombieExemptionDecisionIn) -> Response:
    """Grants or refuses an exemption that somebody else asked for."""
    return act.carry_out(
        ZombieExemptionOut.of,
        zombie_exemptions.decide,
        exemption_id,
        body.decision,
        answer=body.answer,
        expected_version=act.expected_version,
    )


@router.post(EXEMPTIONS + "/{exemption_id}/revoke", **answering(ZombieExemptionOut, needs=Permission.ZOMBIES_WRITE))
def revoke_zombie_exemption(act: Acting, exemption_id: UUID, body: ZombieExemptionEndIn) -> Response:
    """Takes a granted exemption back."""
    return act.carry_out(ZombieExemptionOut.of, zombie_exemptions.revoke, exemption_id, **body.fields())
