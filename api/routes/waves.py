"""Waves of migration: `/v1/waves`, `/v1/moves`, their steps `/v1/move-steps`, `/v1/slips`, and `/v1/readiness`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.waves import HoldIn, MoveStepOut, NoteIn, ReadinessIn, ReadinessOut, WaveOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import MoveRow, ReadinessRow, SlipRow, StepRow, WaveRow
from cloudctl.services import moves, readiness, waves

router = APIRouter(tags=["consolidation"])
READ = Permission.CONSOLIDATION_READ

add_list(router, "/v1/waves", WaveRow, of=lambda queries: queries.waves, needs=READ, name="list_waves")
add_list(router, "/v1/moves", MoveRow, of=lambda queries: queries.moves, needs=READ, name="list_moves")
add_list(router, "/v1/move-steps", StepRow, of=lambda queries: queries.move_steps, needs=READ, name="list_move_steps")
add_list(router, "/v1/slips", SlipRow, of=lambda queries: queries.slips, needs=READ, name="list_slips")
add_list(router, "/v1/readiness", ReadinessRow, of=lambda queries: queries.readiness, needs=READ, name="list_readiness")


@router.get("/v1/waves/{wave_id}", **answering(WaveOut, needs=READ))
def get_wave(request: Request, wave_id: UUID) -> Response:
    """One wave with its health."""
    return Caller(request).show(WaveOut.of, waves.get, wave_id)


@router.get("/v1/move-steps/{step_id}", **answering(MoveStepOut, needs=READ))
def get_move_step(request: Request, step_id: UUID) -> Response:
    """One step."""
    return Caller(request).show(MoveStepOut.of, moves.get_step, step_id)


@router.post(
    "/v1/move-steps/{step_id}/complete", **answering(MoveStepOut, needs=Permission.STEPS_WRITE, versioned=True)
)
def complete_move_step(act: Acting, step_id: UUID, body: NoteIn) -> Response:
    """Puts a step on record as done, for who owes it; the last step ends the move."""
    return act.carry_out(
        MoveStepOut.of, moves.complete_step, step_id, note=body.note, expected_version=act.expected_version
    )


@router.post("/v1/move-steps/{step_id}/hold", **answering(MoveStepOut, needs=Permission.STEPS_WRITE, versioned=True))
def hold_move_step(act: Acting, step_id: UUID, body: HoldIn) -> Response:
    """Says what keeps a step from being done; its wave shows as blocked."""
    return act.carry_out(
        MoveStepOut.of, moves.hold_step, step_id, reason=body.reason, expected_version=act.expected_version
    )


@router.post("/v1/move-steps/{step_id}/resume", **answering(MoveStepOut, needs=Permission.STEPS_WRITE, versioned=True))
def resume_move_step(act: Acting, step_id: UUID) -> Response:
    """Nothing is in the way of a held step any more."""
    return act.carry_out(MoveStepOut.of, moves.resume_step, step_id, expected_version=act.expected_version)


@router.put(
    "/v1/departments/{department_id}/readiness", **answering(ReadinessOut, needs=Permission.CONSOLIDATION_WRITE)
)
def put_readiness(act: Acting, department_id: UUID, body: ReadinessIn) -> Response:
    """Says from when a department is ready to move; the next plan takes it up."""
    return act.carry_out(ReadinessOut.of, readiness.put, department_id, **body.fields())
