"""Waves of migration, planned and put on record, and looked after day by day.

    planned = plan(ctx, request, dry_run=True)      # what a plan would say now; keeps nothing
    plan(ctx, request)                              # the same, put on record with its reasons
    follow_up(ctx, request)                         # begins waves, notices slips: the regular job

What has begun is moved by no plan: a wave under way keeps what is in it up to its last day, and after that what has
begun. What has not begun by then goes to a later wave with the next plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cloudctl.domain.accounts import DEPARTMENT_ROLES, Account, Permission
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.errors import Forbidden
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.waves import Move, MoveStep, Slip, Wave
from cloudctl.governance.consolidation.health import Course, Found, OpenStep, health
from cloudctl.governance.consolidation.shifts import Shift, shifts
from cloudctl.governance.consolidation.waves import WavePlan, plan_waves
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.notices import tell
from cloudctl.services.wave_stock import Stock, counted
from cloudctl.services.wave_writing import write

NAMED = 10  # as many codes stand in a notice or an audit event


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan: its lines, whose wave changes, how the systems stand that do not move, and the last day of all waves.

    `kept` says that it is on record.
    """

    plan: WavePlan
    shifts: list[Shift]
    standings: dict[str, int]
    starts_on: date
    ends_on: date | None
    kept: bool


def plan(ctx: Context, request: Request, *, starts_on: date | None = None, dry_run: bool = False) -> Planned:
    """Plans every wave that has not begun; the first begins on `starts_on` or later.

    Without it the first wave keeps the day that it has, or begins tomorrow. Raises Invalid for a day that is over.
    """
    request.actor.require(Permission.CONSOLIDATION_READ if dry_run else Permission.CONSOLIDATION_WRITE)
    if not request.actor.sees_all:
        raise Forbidden(
            "A plan names the systems of every department: only the office sees it.",
            way_out="See your own: `cloudctl waves moves`.",
        )
    with ctx.unit_of_work(request) as uow:
        if not dry_run:
            uow.waves.lock_plan()
        stock = Stock.read(uow, ctx.wave_rules)
        start, found = stock.start(starts_on), stock.candidates()
        snapshot = stock.snapshot(found, start)
        made = plan_waves(snapshot)
        ends = [wave.ends_on for wave in stock.standing.values()] + [wave.slot.ends_on for wave in made.waves]
        planned = Planned(
            plan=made,
            shifts=list(shifts(stock.numbers(), made)),
            standings=counted(found),
            starts_on=start,
            ends_on=max(ends, default=None),
            kept=not dry_run,
        )
        if not dry_run:
            _begin(uow, [wave for wave in stock.standing.values() if wave.state == "planned"])
            write(uow, stock, snapshot, made)
            _audit(uow, planned)
        return uow.answer(planned)


def get(ctx: Context, request: Request, wave_id: UUID) -> tuple[Wave, Found]:
    """One wave, its health and the signs of it; a department sees the signs of its own systems only."""
    request.actor.require(Permission.CONSOLIDATION_READ)
    with ctx.unit_of_work(request) as uow:
        wave = uow.waves.get(wave_id)
        return wave, _health(uow, wave, request)


def follow_up(ctx: Context, request: Request) -> int:
    """Begins the waves whose first day has come, and notices steps that were not done on theirs, once each.

    Answers how many slips are new.
    """
    with ctx.unit_of_work(request) as uow:
        uow.waves.lock_plan()
        today = today_for_people(uow.now)
        _begin(uow, [wave for wave in uow.waves.all() if wave.state == "planned" and wave.starts_on <= today])
        late = uow.move_steps.overdue(today)
        for step in late:
            _slip(uow, step, today)
        return len(late)


def _begin(uow: UnitOfWork, waves: Iterable[Wave]) -> None:
    """The first day of these waves has come: every department with a system in them is told."""
    for wave in waves:
        wave.begin(uow.now)
        uow.audit("start/wave", "wave", wave.id, after={"number": wave.number, "ends_on": wave.ends_on})
        theirs: defaultdict[UUID, list[str]] = defaultdict(list)
        for system in uow.systems.some([move.system_id for move in uow.moves.of_wave(wave.id)]):
            theirs[system.department_id].append(system.code)
        for department_id, codes in sorted(theirs.items()):
            params = {"number": str(wave.number), "names": _named(codes), "day": str(wave.ends_on)}
            tell(uow, _people(uow, department_id), "wave_begins", params, event=f"{department_id}/wave/{wave.id}")


def _slip(uow: UnitOfWork, step: MoveStep, today: date) -> None:
    """Puts a slip on record and tells who owes the step, and the department that waits for it."""
    move = uow.moves.get(step.move_id)
    assert move.wave_id is not None, "a step of a move without a wave"
    system = uow.systems.get(move.system_id)
    slip = Slip(
        wave_id=move.wave_id,
        move_id=move.id,
        step_id=step.id,
        name=step.name,
        due_on=step.due_on,
        noticed_on=today,
        created_at=uow.now,
    )
    uow.slips.add(slip)
    after: dict[str, object] = {
        "system": system.code,
        "step": step.position,
        "due_on": step.due_on,
        "role": step.role.value,
    }
    uow.audit("evaluate/slip", "move", move.id, department_id=system.department_id, after=after)
    owners = uow.accounts.with_role(step.role, system.department_id if step.role in DEPARTMENT_ROLES else None)
    for locale in sorted({account.locale for account in owners}):
        params = {"system": system.code, "name": step.name.get(locale, step.name["en"]), "day": str(step.due_on)}
        readers = [account for account in owners if account.locale == locale]
        tell(uow, readers, "step_overdue", params, event=f"{step.id}/slip/{step.due_on}")


def _health(uow: UnitOfWork, wave: Wave, request: Request) -> Found:
    moves = [move for move in uow.moves.of_wave(wave.id) if move.state != "withdrawn"]
    systems = {system.id: system for system in uow.systems.some([move.system_id for move in moves])}
    seen = {move.id: move for move in moves if request.actor.sees(systems[move.system_id].department_id)}
    steps = [step for step in uow.move_steps.of_wave(wave.id) if step.move_id in seen and step.state != "done"]
    missing = _missing(uow, [move for move in seen.values() if move.state != "done"])
    codes = {one.id: one.code for one in uow.systems.some([*systems, *(needed for _, needed in missing)])}
    course = Course(
        begun=wave.state != "planned",
        starts_on=wave.starts_on,
        ends_on=wave.ends_on,
        systems=len(moves),
        left=sum(move.state != "done" for move in moves),
        steps=[
            OpenStep(codes[seen[step.move_id].system_id], step.name, step.due_on, step.held)
            for step in steps
            if seen[step.move_id].state != "withdrawn"
        ],
        missing=sorted((codes[system], codes[needed]) for system, needed in missing),
    )
    return health(course, today_for_people(uow.now))


def _missing(uow: UnitOfWork, moves: Sequence[Move]) -> list[tuple[UUID, UUID]]:
    """(system, what it needs) where that has not arrived and is not in the same wave."""
    found = []
    for move in moves:
        for dependency in uow.dependencies.of(move.system_id):
            if dependency.system_id == move.system_id:
                needed = uow.moves.of_system(dependency.on_id)
                elsewhere = needed is not None and needed.wave_id != move.wave_id
                if needed is not None and elsewhere and needed.state not in {"done", "withdrawn"}:
                    found.append((move.system_id, dependency.on_id))
    return found


def _audit(uow: UnitOfWork, planned: Planned) -> None:
    moved = [shift.code for shift in planned.shifts]
    uow.audit(
        "update/wave-plan",
        "wave plan",
        new_id(),
        after={
            "waves": [wave.number for wave in planned.plan.waves],
            "starts_on": planned.starts_on,
            "ends_on": planned.ends_on,
            "placed": sum(len(wave.places) for wave in planned.plan.waves),
            "blocked": len(planned.plan.blocked),
            "changed": len(moved),
            "systems": moved[:NAMED],
        },
    )


def _people(uow: UnitOfWork, department_id: UUID) -> list[Account]:
    return [account for role in DEPARTMENT_ROLES for account in uow.accounts.with_role(role, department_id)]


def _named(codes: Sequence[str]) -> str:
    return ", ".join(codes[:NAMED]) + (", …" if len(codes) > NAMED else "")
