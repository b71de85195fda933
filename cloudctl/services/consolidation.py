"""How the consolidation stands: when it will be done, and why one system is where it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.assessments import Assessment
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.systems import System
from cloudctl.domain.waves import Move, MoveStep, Wave
from cloudctl.governance.consolidation.candidates import Facts, standing_of
from cloudctl.governance.consolidation.forecast import Forecast, Pace, forecast
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.wave_stock import Stock, holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The forecast beside the plan: `planned_on` is its last day, `undecided` counts whom nobody has decided on."""

    found: Forecast
    planned_on: date | None
    moved: int
    remaining: int
    undecided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A system that another one needs, or that needs it: its code, and how it stands for a plan."""

    code: str
    standing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All that a system's place rests on."""

    system: System
    assessment: Assessment | None
    move: Move | None
    wave: Wave | None
    steps: list[MoveStep]
    needs: list[Neighbour]
    needed_by: list[Neighbour]
    successor: str | None
    merged: list[str]


def outlook(ctx: Context, request: Request) -> Outlook:
    """When the last system will have moved, from the pace so far; the whole city."""
    request.actor.require(Permission.CONSOLIDATION_READ)
    with ctx.unit_of_work(request) as uow:
        stock = Stock.read(uow, ctx.wave_rules)
        today = stock.today
        done = [move for move in stock.moves.values() if move.state == "done" and move.done_at is not None]
        begun = [wave.begun_at for wave in stock.waves if wave.begun_at is not None]
        found = stock.candidates()
        moving = sum(move.state in {"planned", "running"} and stock.fixed(move) for move in stock.moves.values())
        remaining = len(found.movers) + moving
        pace = Pace(
            arrivals=[today_for_people(move.done_at) for move in done if move.done_at is not None],
            began_on=today_for_people(min(begun)) if begun else None,
            remaining=remaining,
        )
        return Outlook(
            found=forecast(pace, today),
            planned_on=max((wave.ends_on for wave in stock.waves if wave.state != "done"), default=None),
            moved=len(done),
            remaining=remaining,
            undecided=sum(standing == "undecided" for standing in found.others.values()),
        )


def explain(ctx: Context, request: Request, system_id: UUID) -> Explanation:
    """Why a system is in its wave and what blocks it, for who sees the system."""
    request.actor.require(Permission.CONSOLIDATION_READ)
    with ctx.unit_of_work(request) as uow:
        system = uow.systems.get(system_id)
        request.actor.require_sight(system.department_id, "system", system_id)
        move = uow.moves.of_system(system_id)
        beside = uow.dependencies.of(system_id)
        return Explanation(
            system=system,
            assessment=uow.assessments.of_system(system_id),
            move=move,
            wave=uow.waves.get(move.wave_id) if move is not None and move.wave_id is not None else None,
            steps=[] if move is None else uow.move_steps.of_move(move.id),
            needs=_neighbours(uow, [one.on_id for one in beside if one.system_id == system_id]),
            needed_by=_neighbours(uow, [one.system_id for one in beside if one.on_id == system_id]),
            successor=_code(uow, system.merged_into_id),
            merged=sorted(one.code for one in uow.systems.merged_into(system_id)),
        )


def _neighbours(uow: UnitOfWork, keys: list[UUID]) -> list[Neighbour]:
    """How neighbours stand: `to_move` for one that waits for its wave."""
    found = []
    for system in uow.systems.some(keys):
        assessment, move = uow.assessments.of_system(system.id), uow.moves.of_system(system.id)
        wave = None if move is None or move.wave_id is None else uow.waves.get(move.wave_id)
        today = today_for_people(uow.now)
        facts = Facts(
            code=system.code,
            status=system.status,
            verdict=None if assessment is None else assessment.settled,
            moving=holds(move, wave if wave is not None and wave.starts_on <= today else None, today),
            arrived=move is not None and move.state == "done",
        )
        standing = standing_of(facts)
        found.append(Neighbour(code=system.code, standing="to_move" if standing is None else standing.value))
    return found


def _code(uow: UnitOfWork, key: UUID | None) -> str | None:
    return None if key is None else uow.systems.get(key).code
