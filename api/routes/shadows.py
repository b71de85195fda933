"""Shadow systems (影子系统): `/v1/shadows`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.routes.indicators import Day
from api.schemas.shadows import (
    ClearanceIn,
    DismissalIn,
    PairMergerIn,
    RegistrationIn,
    ScannedOut,
    ShadowExplainedOut,
    ShadowOut,
    SweepIn,
    SweepOut,
)
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import ShadowCount, ShadowRow, SweepRow
from cloudctl.services import shadow_looks, shadows, sweeps

router = APIRouter(tags=["consolidation"])
PATH = "/v1/shadows"

add_list(
    router, PATH, ShadowRow, of=lambda queries: queries.shadows, needs=Permission.SHADOWS_READ, name="list_shadows"
)
add_list(
    router, PATH + "/sweeps", SweepRow, of=lambda queries: queries.sweeps, needs=Permission.SHADOWS_WRITE,
    name="list_sweeps",
)  # fmt: skip


@router.post(PATH + "/sweeps", **answering(SweepOut, status=201, needs=Permission.SHADOWS_WRITE))
def import_sweep(act: Acting, body: SweepIn) -> Response:
    """Hands a sweep in: services seen from inside, the names of a zone, certificates. The next look reads it."""
    return act.carry_out(SweepOut.of, sweeps.import_sweep, **body.handed_in())


@router.post(PATH + "/scan", **answering(ScannedOut, needs=Permission.SHADOWS_WRITE))
def scan_shadows(act: Acting) -> Response:
    """Looks for shadows in all that is on record; asked again it changes nothing."""
    return act.carry_out(ScannedOut.of, shadow_looks.scan)


@router.get(PATH + "/counts", **answering(ShadowCount, many=True, needs=Permission.SHADOWS_READ))
def count_shadows(request: Request, date: Day = None) -> Response:
    """How many there were at a day's end, by kind, department and state; the two kinds are never added up."""
    caller = Caller(request)
    return plain(shadows.counts(caller.ctx, caller.request, day=date))


@router.get(PATH + "/{shadow_id}", **answering(ShadowExplainedOut, needs=Permission.SHADOWS_READ))
def get_shadow(request: Request, shadow_id: UUID) -> Response:
    """One shadow with its evidence and its turns."""
    return Caller(request).show(ShadowExplainedOut.of, shadows.explain, shadow_id)


@router.post(PATH + "/{shadow_id}/register", **answering(ShadowOut, needs=Permission.SHADOWS_WRITE, versioned=True))
def register_shadow(act: Acting, shadow_id: UUID, body: RegistrationIn) -> Response:
    """Puts it on the register as part of a system; a server that no record has is adopted for it."""
    return act.carry_out(
        ShadowOut.of, shadows.register, shadow_id, **body.handed_in(), expected_version=act.expected_version
    )


@router.post(PATH + "/{shadow_id}/merge", **answering(ShadowOut, needs=Permission.SHADOWS_WRITE, versioned=True))
def merge_shadow(act: Acting, shadow_id: UUID, body: PairMergerIn) -> Response:
    """Merges one system of a pair into the other, with lineage. There is no way back."""
    return act.carry_out(ShadowOut.of, shadows.merge, shadow_id, **body.fields(), expected_version=act.expected_version)


@router.post(PATH + "/{shadow_id}/clear", **answering(ShadowOut, needs=Permission.SHADOWS_WRITE, versioned=True))
def clear_shadow(act: Acting, shadow_id: UUID, body: ClearanceIn) -> Response:
    """Has it go: a server is put by for its retention; of a name a later sweep shows whether it is gone."""
    return act.carry_out(ShadowOut.of, shadows.clear, shadow_id, **body.fields(), expected_version=act.expected_version)


@router.post(PATH + "/{shadow_id}/dismiss", **answering(ShadowOut, needs=Permission.SHADOWS_WRITE, versioned=True))
def dismiss_shadow(act: Acting, shadow_id: UUID, body: DismissalIn) -> Response:
    """Says that it is none, with a reason, and up to a day if one is given."""
    return act.carry_out(
        ShadowOut.of, shadows.dismiss, shadow_id, **body.fields(), expected_version=act.expected_version
    )
