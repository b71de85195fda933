"""The lists of waves, moves, steps, slips and departments' readiness.

A wave's health is counted here by the rule of governance/consolidation/health.py, which explains it.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Date, and_, bindparam, case, exists, func, literal, or_, select

from cloudctl.domain.calendars import today_for_people
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import (
    departments,
    dependencies,
    move_steps,
    moves,
    readiness,
    slips,
    systems,
    waves,
)
from cloudctl.ports.clock import Clock
from cloudctl.ports.queries.rows import MoveRow, ReadinessRow, SlipRow, StepRow, WaveRow

ENDED = ("done", "withdrawn")
_TODAY = bindparam("today", type_=Date)


def moment(clock: Clock) -> dict[str, object]:
    """The day by which lateness is judged."""
    return {"today": today_for_people(clock.now())}


def _count(*where: ColumnElement[bool]) -> ColumnElement[int]:
    """Open steps of the open moves of a wave."""
    steps = move_steps.join(moves, moves.c.id == move_steps.c.move_id)
    open_ones = (moves.c.wave_id == waves.c.id, moves.c.state.not_in(ENDED), move_steps.c.state != "done")
    return select(func.count()).select_from(steps).where(*open_ones, *where).correlate(waves).scalar_subquery()


_LEFT = (
    select(func.count())
    .select_from(moves)
    .where(moves.c.wave_id == waves.c.id, moves.c.state.not_in(ENDED))
    .correlate(waves)
    .scalar_subquery()
)
_LATE = _count(move_steps.c.due_on < _TODAY)
_HELD = _count(move_steps.c.state == "held")
_needed = moves.alias("needed")
_MISSING = (
    select(func.count(_needed.c.id.distinct()))
    .select_from(
        moves.join(dependencies, dependencies.c.system_id == moves.c.system_id).join(
            _needed, _needed.c.system_id == dependencies.c.on_id
        )
    )
    .where(
        moves.c.wave_id == waves.c.id,
        moves.c.state.not_in(ENDED),
        _needed.c.state.not_in(ENDED),
        or_(_needed.c.wave_id.is_(None), _needed.c.wave_id != moves.c.wave_id),
    )
    .correlate(waves)
    .scalar_subquery()
)
_HEALTH = case(
    (_LEFT == 0, literal("on_track")),
    (or_(_HELD > 0, and_(waves.c.state == "running", _MISSING > 0)), literal("blocked")),
    (or_(_LATE > 0, waves.c.ends_on < _TODAY), literal("lagging")),
    else_=literal("on_track"),
)

WAVES = Listed(
    row=WaveRow,
    table=waves,
    others={"left": _LEFT, "late": _LATE, "held": _HELD, "missing": _MISSING, "health": _HEALTH},
)

_OF_SYSTEM = {"system": systems.c.code, "department_id": systems.c.department_id, "wave": waves.c.number}

MOVES = Listed(
    row=MoveRow,
    table=moves,
    source=moves.join(systems, systems.c.id == moves.c.system_id).outerjoin(waves, waves.c.id == moves.c.wave_id),
    scope=systems.c.department_id,
    others=_OF_SYSTEM | {"system_name": systems.c.name, "starts_on": waves.c.starts_on, "ends_on": waves.c.ends_on},
)

STEPS = Listed(
    row=StepRow,
    table=move_steps,
    source=move_steps.join(moves, moves.c.id == move_steps.c.move_id)
    .join(systems, systems.c.id == moves.c.system_id)
    .outerjoin(waves, waves.c.id == moves.c.wave_id),
    scope=systems.c.department_id,
    others=_OF_SYSTEM
    | {
        "system_id": moves.c.system_id,
        "overdue": case((and_(move_steps.c.state != "done", move_steps.c.due_on < _TODAY), True), else_=False),
    },
)

SLIPS = Listed(
    row=SlipRow,
    table=slips,
    source=slips.join(moves, moves.c.id == slips.c.move_id)
    .join(systems, systems.c.id == moves.c.system_id)
    .join(waves, waves.c.id == slips.c.wave_id)
    .outerjoin(move_steps, move_steps.c.id == slips.c.step_id),
    scope=systems.c.department_id,
    others=_OF_SYSTEM | {"system_id": moves.c.system_id, "done_at": move_steps.c.done_at},
)

READINESS = Listed(
    row=ReadinessRow,
    table=readiness,
    source=readiness.join(departments, departments.c.id == readiness.c.department_id),
    scope=readiness.c.department_id,
    others={"department": departments.c.name},
)

_earlier = move_steps.alias("earlier")
NEXT_STEPS = (
    select(
        move_steps.c.id,
        systems.c.department_id,
        systems.c.code,
        systems.c.name,
        move_steps.c.role,
        move_steps.c.state,
        move_steps.c.due_on,
    )
    .select_from(
        move_steps.join(moves, moves.c.id == move_steps.c.move_id)
        .join(systems, systems.c.id == moves.c.system_id)
        .join(waves, waves.c.id == moves.c.wave_id)
    )
    .where(
        waves.c.state == "running",
        moves.c.state.not_in(ENDED),
        move_steps.c.state != "done",
        ~exists().where(
            _earlier.c.move_id == move_steps.c.move_id,
            _earlier.c.position < move_steps.c.position,
            _earlier.c.state != "done",
        ),
    )
    .subquery("next_steps")
)
"""The step that each system of a wave under way waits for."""
