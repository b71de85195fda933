"""Waves on both databases: plans in a few statements, lists with health counted in the database, mergers."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.assessments import Assessment, Decision, Disposition
from cloudctl.domain.dependencies import Dependency
from cloudctl.domain.errors import Conflict
from cloudctl.domain.systems import System
from cloudctl.domain.waves import Move, MoveStep, Slip, StepKind, Wave
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.ports.queries import PageAsk
from tests.persistence.records import START, City, Database, Statements

TODAY = date(2026, 3, 2)
NAME = {"en": "x", "zh_CN": "x"}


def systems(city: City, database: Database, count: int) -> list[UUID]:
    with database.work() as uow:
        made = [
            System(department_id=city.department.id, code=f"w{number:05d}", name="x", mlps_level=2, created_at=START)
            for number in range(count)
        ]
        uow.systems.put_many(made, {})
    return [one.id for one in made]


def wave(database: Database, number: int = 1, state: str = "running", ends_on: date = date(2026, 3, 20)) -> Wave:
    made = Wave(
        number=number, state=state, starts_on=TODAY, ends_on=ends_on, days=[TODAY, ends_on], systems=1, vcpu=8,
        memory_mib=1, words=[NAME], created_at=START,
    )  # fmt: skip
    with database.work() as uow:
        uow.waves.add(made)
    return made


def moved(database: Database, keys: list[UUID], at: Wave | None, due_on: date = date(2026, 3, 10)) -> list[Move]:
    """Moves of systems, each with one step."""
    made = [
        Move(
            system_id=key, wave_id=at and at.id, position=1, state="planned" if at else "blocked", vcpu=8,
            memory_mib=1, words=[NAME], created_at=START,
        )
        for key in keys
    ]  # fmt: skip
    steps = [
        MoveStep(
            move_id=move.id, position=1, kind=StepKind.MANUAL, name=NAME, role=Role.OPERATOR, due_on=due_on,
            created_at=START,
        )
        for move in made
    ]  # fmt: skip
    with database.work() as uow:
        uow.moves.put_many(made, {})
        uow.move_steps.replace([], steps)
    return made


def health(queries: DatabaseQueries) -> dict[int, tuple[str, int, int, int, int]]:
    rows = queries.waves.page(None, {}, PageAsk()).items
    return {row.number: (row.health, row.left, row.late, row.held, row.missing) for row in rows}  # type: ignore[attr-defined]


def test_many_moves_are_written_and_changed_in_a_few_statements(city: City, database: Database) -> None:
    keys = systems(city, database, 1200)
    at = wave(database)
    with Statements(database.engines) as sent:
        made = moved(database, keys, at)
    assert len(sent) < 10
    with Statements(database.engines) as sent, database.work() as uow:
        uow.moves.put_many([], {move.id: {"state": "blocked", "wave_id": None} for move in made[:700]})
        uow.move_steps.replace([move.id for move in made[:700]], [])
    assert len(sent) < 10
    with database.work() as uow:
        found = uow.moves.all()
        assert sum(move.state == "blocked" for move in found) == 700
        assert {move.version for move in found} == {1, 2}
        assert len(uow.move_steps.of_wave(at.id)) == 500


def test_a_planned_wave_goes_with_its_moves_elsewhere_in_one_transaction(city: City, database: Database) -> None:
    (key,) = systems(city, database, 1)
    first, second = wave(database), wave(database, 2, "planned")
    (move,) = moved(database, [key], second)
    with database.work() as uow:
        uow.waves.remove([uow.waves.get(second.id)])
        uow.moves.put_many([], {move.id: {"wave_id": first.id}})
    with database.work() as uow:
        assert [one.number for one in uow.waves.all()] == [1]
        assert [one.id for one in uow.moves.of_wave(first.id)] == [move.id]


def test_health_is_counted_by_day_hold_and_need(city: City, database: Database, queries: DatabaseQueries) -> None:
    a, b, c = systems(city, database, 3)
    one, other = wave(database), wave(database, 2)
    (first,) = moved(database, [a], one)
    moved(database, [b], other)
    assert health(queries) == {1: ("on_track", 1, 0, 0, 0), 2: ("on_track", 1, 0, 0, 0)}
    with database.work() as uow:
        uow.dependencies.add(Dependency(system_id=a, on_id=b, created_at=START))
    assert health(queries)[1] == ("blocked", 1, 0, 0, 1)
    with database.work() as uow:
        uow.moves.put_many([], {first.id: {"state": "done"}})
    assert health(queries)[1] == ("on_track", 0, 0, 0, 0)
    moved(database, [c], wave(database, 3), due_on=date(2026, 2, 27))
    assert health(queries)[3] == ("lagging", 1, 1, 0, 0)
    with database.work() as uow:
        move = uow.moves.of_system(c)
        assert move is not None
        (step,) = uow.move_steps.of_move(move.id)
        step.advance("hold")
    assert health(queries)[3] == ("blocked", 1, 1, 1, 0)
    rows = queries.waves.page(None, {"health": "blocked"}, PageAsk()).items
    assert [row.number for row in rows] == [3]  # type: ignore[attr-defined]
    rows = queries.move_steps.page(city.department.id, {"overdue": "true"}, PageAsk()).items
    assert [row.system_id for row in rows] == [c]  # type: ignore[attr-defined]


def test_a_slip_is_on_record_once_a_due_day(city: City, database: Database) -> None:
    (key,) = systems(city, database, 1)
    at = wave(database)
    (move,) = moved(database, [key], at, due_on=date(2026, 2, 27))
    with database.work() as uow:
        (late,) = uow.move_steps.overdue(TODAY)
        slip = Slip(
            wave_id=at.id, move_id=move.id, step_id=late.id, name=NAME, due_on=late.due_on, noticed_on=TODAY,
            created_at=START,
        )  # fmt: skip
        uow.slips.add(slip)
    with database.work() as uow:
        assert list(uow.move_steps.overdue(TODAY)) == []
    with pytest.raises(Conflict), database.work() as uow:
        uow.slips.add(
            Slip(
                wave_id=at.id, move_id=move.id, step_id=late.id, name=NAME, due_on=late.due_on, noticed_on=TODAY,
                created_at=START,
            )
        )  # fmt: skip


def test_one_assessment_a_system_with_its_lapse(city: City, database: Database) -> None:
    one, other = systems(city, database, 2)
    with database.work() as uow:
        uow.assessments.add_many([Assessment(system_id=key, created_at=START) for key in (one, other)])
    with database.work() as uow:
        found = uow.assessments.of_system(one)
        assert found is not None
        found.decide(Decision(verdict=Disposition.POSTPONE, reason="r", until=TODAY), city.officer.id, START)
    with database.work() as uow:
        assert list(uow.assessments.lapsed(TODAY)) == []
        assert [row.system_id for row in uow.assessments.lapsed(date(2026, 3, 3))] == [one]
    with pytest.raises(Conflict), database.work() as uow:
        uow.assessments.add(Assessment(system_id=one, created_at=START))


def test_what_refers_to_a_system_follows_with_its_versions(city: City, database: Database) -> None:
    old, new, app = systems(city, database, 3)
    with database.work() as uow:
        for pair in ((app, old), (app, new), (old, new)):
            uow.dependencies.add(Dependency(system_id=pair[0], on_id=pair[1], created_at=START))
        uow.assessments.add(Assessment(system_id=app, successor_id=old, created_at=START))
    with database.work() as uow:
        assert uow.successions.hand_over(old, new) == {"dependencies": 2, "assessments": 1}
    with database.work() as uow:
        assert uow.dependencies.graph() == {app: [new]}
        found = uow.assessments.of_system(app)
        assert found is not None
        assert found.successor_id == new
