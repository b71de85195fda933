"""The steps of a move, done one after the other by who owes each; the last one ends the move.

    complete_step(ctx, request, step_id, note="切换完成")
    hold_step(ctx, request, step_id, reason="等密评结论")

A step is owed by a role; somebody else's is refused. Who verifies has done none of the steps before.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.systems import System
from cloudctl.domain.waves import Move, MoveStep, StepKind, Wave, next_step
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork


def complete_step(
    ctx: Context, request: Request, step_id: UUID, *, note: str | None = None, expected_version: int | None = None
) -> MoveStep:
    """Puts a step on record as done; the first one begins the move, the last one ends it, and its wave with it."""
    with ctx.unit_of_work(request) as uow:
        step, move, wave, system = _owed(uow, request, step_id, expected_version)
        steps = uow.move_steps.of_move(move.id)
        next_step(steps, step)
        if step.kind is StepKind.VERIFY:
            _refuse_same_hands(request, steps, step)
        step.complete(request.actor.account_id, note, uow.now)
        _audit(uow, "update/step-complete", step, system, reason=note)
        if move.state == "planned":
            _begin(uow, move, system)
        if all(one.state == "done" for one in steps):
            _arrive(uow, move, system)
            close_if_empty(uow, wave)
        return uow.answer(step)


def hold_step(
    ctx: Context, request: Request, step_id: UUID, *, reason: str, expected_version: int | None = None
) -> MoveStep:
    """Says what keeps a step from being done; its wave shows as blocked until it is resumed or done."""
    if not reason.strip():
        raise Invalid("A step is not held without a reason.", field="reason", way_out="Say what is in the way.")
    with ctx.unit_of_work(request) as uow:
        owed = _owed(uow, request, step_id, expected_version)
        step = owed.step
        step.advance("hold")
        step.held = reason.strip()
        _audit(uow, "stop/step-hold", step, owed.system, reason=step.held)
        return uow.answer(step)


def resume_step(ctx: Context, request: Request, step_id: UUID, *, expected_version: int | None = None) -> MoveStep:
    """Nothing is in the way any more."""
    with ctx.unit_of_work(request) as uow:
        owed = _owed(uow, request, step_id, expected_version)
        step = owed.step
        step.advance("resume")
        step.held = None
        _audit(uow, "start/step-resume", step, owed.system)
        return uow.answer(step)


def get_step(ctx: Context, request: Request, step_id: UUID) -> MoveStep:
    """One step of what the actor sees."""
    request.actor.require(Permission.CONSOLIDATION_READ)
    with ctx.unit_of_work(request) as uow:
        step = uow.move_steps.get(step_id)
        system = uow.systems.get(uow.moves.get(step.move_id).system_id)
    request.actor.require_sight(system.department_id, "step", step_id)
    return step


def withdraw(uow: UnitOfWork, move: Move, reason: str) -> None:
    """Takes a system out of its wave, which may have been waiting only for it; one that has arrived stays arrived."""
    if move.state in {"done", "withdrawn"}:
        return
    wave = None if move.wave_id is None else uow.waves.get(move.wave_id)
    begun = move.state == "running"
    move.advance("withdraw")
    move.wave_id, move.position, move.words = None, None, []
    uow.move_steps.replace([move.id], [])
    system = uow.systems.get(move.system_id)
    uow.audit("stop/move", "move", move.id, department_id=system.department_id, after=_names(system), reason=reason)
    if begun and system.status == "migrating":
        _claim(uow, system, "in_use")
    if wave is not None:
        close_if_empty(uow, wave)


def close_if_empty(uow: UnitOfWork, wave: Wave) -> None:
    """A wave under way ends with its last system."""
    left = [move for move in uow.moves.of_wave(wave.id) if move.state in {"planned", "running"}]
    if wave.state == "running" and not left:
        wave.finish(uow.now)
        uow.audit("update/wave-finish", "wave", wave.id, after={"number": wave.number, "promised_on": wave.promised_on})


class Owed(NamedTuple):
    """A step with what it belongs to."""

    step: MoveStep
    move: Move
    wave: Wave
    system: System


def _owed(uow: UnitOfWork, request: Request, step_id: UUID, expected_version: int | None) -> Owed:
    """The step, whose wave is under way; raises Forbidden for who does not owe it."""
    actor = request.actor
    actor.require(Permission.STEPS_WRITE)
    uow.waves.lock_plan()
    step = uow.move_steps.get(step_id)
    move = uow.moves.get(step.move_id)
    system = uow.systems.get(move.system_id)
    actor.require_sight(system.department_id, "step", step_id)
    if step.role not in actor.roles:
        raise Forbidden(
            "The step is owed by the role {role}.", way_out="Ask somebody who has that role.", role=step.role.value
        )
    uow.check_version(step, expected_version)
    assert move.wave_id is not None, "a move with steps has its wave"
    wave = uow.waves.get(move.wave_id)
    if wave.state == "planned" and wave.starts_on > today_for_people(uow.now):
        raise Conflict(
            "Wave {number} begins on {day}.",
            way_out="Wait for that day, or have the waves planned anew.",
            number=wave.number,
            day=wave.starts_on,
        )
    wave.begin(uow.now)
    return Owed(step, move, wave, system)


def _refuse_same_hands(request: Request, steps: list[MoveStep], wanted: MoveStep) -> None:
    hands = {step.done_by for step in steps if step.position < wanted.position}
    if hands & request.actor.persons:
        raise Conflict("Who did a step of this move does not verify it.", way_out="Ask somebody else who has the role.")


def _begin(uow: UnitOfWork, move: Move, system: System) -> None:
    move.advance("begin")
    move.begun_at = uow.now
    uow.audit("start/move", "move", move.id, department_id=system.department_id, after=_names(system))
    if system.status == "in_use":
        _claim(uow, system, "migrating")


def _arrive(uow: UnitOfWork, move: Move, system: System) -> None:
    """What is claimed from now on; whether it is so, evidence tells."""
    move.advance("arrive")
    move.done_at = uow.now
    uow.audit("update/move-arrive", "move", move.id, department_id=system.department_id, after=_names(system))
    if system.status in {"in_use", "migrating"}:
        _claim(uow, system, "on_platform")


def _claim(uow: UnitOfWork, system: System, status: str) -> None:
    before: dict[str, object] = {"status": system.status, "status_on": system.status_on}
    system.claim(status)
    system.status_on = today_for_people(uow.now)
    uow.audit(
        "update/system",
        "system",
        system.id,
        department_id=system.department_id,
        before=before,
        after={"status": system.status, "status_on": system.status_on},
    )


def _names(system: System) -> dict[str, object]:
    return {"system": system.code, "system_id": system.id}


def _audit(uow: UnitOfWork, action: str, step: MoveStep, system: System, reason: str | None = None) -> None:
    uow.audit(
        action,
        "step",
        step.id,
        department_id=system.department_id,
        after={"system": system.code, "position": step.position, "kind": step.kind.value, "due_on": step.due_on},
        reason=reason,
    )
