"""Waves, what moves in them, in which steps, what slipped, and from when departments are ready."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Table, Update, and_, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from cloudctl.domain.waves import Move, MoveStep, Readiness, Slip, Wave
from cloudctl.persistence.errors import translated
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import move_steps, moves, readiness, slips, waves

PLAN_LOCK = 0x7761766573  # any number that is used for nothing else
AT_A_TIME = 500


class WaveRecords(Records[Wave]):
    """Waves."""

    noun, what = Wave, "wave"

    def lock(self, key: UUID) -> Wave:
        return self._locked(key)

    def lock_plan(self) -> None:
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(select(func.pg_advisory_xact_lock(PLAN_LOCK)))

    def all(self) -> Sequence[Wave]:
        return self._all(select(Wave).order_by(waves.c.number))

    def remove(self, waves: Collection[Wave]) -> None:
        for wave in waves:
            self.session.delete(wave)


class MoveRecords(Records[Move]):
    """Moves."""

    noun, what = Move, "move"

    def of_system(self, system_id: UUID) -> Move | None:
        return self._one(select(Move).where(moves.c.system_id == system_id))

    def all(self) -> Sequence[Move]:
        return self._all(select(Move).order_by(moves.c.id))

    def of_wave(self, wave_id: UUID) -> Sequence[Move]:
        return self._all(select(Move).where(moves.c.wave_id == wave_id).order_by(moves.c.position, moves.c.id))

    def put_many(self, new: Sequence[Move], changed: Mapping[UUID, Mapping[str, object]]) -> None:
        insert_rows(self.session, moves, new)
        groups: dict[tuple[str, ...], list[dict[str, object]]] = {}
        for key, fields in changed.items():
            names = tuple(sorted(fields))
            groups.setdefault(names, []).append({"of": key, **{f"to_{name}": fields[name] for name in names}})
        for names, rows in groups.items():
            self.session.connection().execute(_updating(names), rows)
        for known in list(self.session.identity_map.values()):
            if isinstance(known, Move) and known.id in changed:
                self.session.expire(known)


class MoveStepRecords(Records[MoveStep]):
    """Steps."""

    noun, what = MoveStep, "step"

    def of_move(self, move_id: UUID) -> list[MoveStep]:
        return list(self._all(select(MoveStep).where(move_steps.c.move_id == move_id).order_by(move_steps.c.position)))

    def of_wave(self, wave_id: UUID) -> list[MoveStep]:
        theirs = select(MoveStep).join(moves, moves.c.id == move_steps.c.move_id).where(moves.c.wave_id == wave_id)
        return list(self._all(theirs.order_by(moves.c.position, move_steps.c.position)))

    def overdue(self, today: date) -> Sequence[MoveStep]:
        noticed = exists().where(slips.c.step_id == move_steps.c.id, slips.c.due_on == move_steps.c.due_on)
        late = (
            select(MoveStep)
            .join(moves, moves.c.id == move_steps.c.move_id)
            .join(waves, waves.c.id == moves.c.wave_id)
            .where(
                waves.c.state == "running",
                moves.c.state.in_(["planned", "running"]),
                move_steps.c.state != "done",
                move_steps.c.due_on < today,
                ~noticed,
            )
        )
        return self._all(late.order_by(move_steps.c.due_on, move_steps.c.id))

    def replace(self, moves: Collection[UUID], new: Sequence[MoveStep]) -> None:
        for some in _chunks(sorted(moves)):
            self.session.execute(delete(move_steps).where(move_steps.c.move_id.in_(some)))
        insert_rows(self.session, move_steps, new)


class SlipRecords(Records[Slip]):
    """Slips."""

    noun, what = Slip, "slip"

    def lasting(self, until: date) -> Sequence[tuple[Slip, MoveStep]]:
        earlier = move_steps.alias("earlier")
        waits_for_another = exists().where(
            earlier.c.move_id == move_steps.c.move_id,
            earlier.c.position < move_steps.c.position,
            earlier.c.state != "done",
        )
        found = (
            select(Slip, MoveStep)
            .join(move_steps, and_(move_steps.c.id == slips.c.step_id, move_steps.c.due_on == slips.c.due_on))
            .join(moves, moves.c.id == slips.c.move_id)
            .join(waves, waves.c.id == moves.c.wave_id)
            .where(
                slips.c.due_on <= until,
                waves.c.state == "running",
                moves.c.state.in_(["planned", "running"]),
                move_steps.c.state != "done",
                ~waits_for_another,
            )
            .order_by(slips.c.due_on, slips.c.id)
        )
        return [(slip, step) for slip, step in self.session.execute(found)]

    def made_good(self, key: UUID) -> bool:
        done = select(move_steps.c.id).join(slips, slips.c.step_id == move_steps.c.id)
        return self.session.scalar(done.where(slips.c.id == key, move_steps.c.state == "done")) is not None


class ReadinessRecords(Records[Readiness]):
    """From when departments are ready."""

    noun, what = Readiness, "readiness"

    def of_department(self, department_id: UUID) -> Readiness | None:
        return self._one(select(Readiness).where(readiness.c.department_id == department_id).with_for_update())

    def all(self) -> dict[UUID, date]:
        return {row[0]: row[1] for row in self.session.execute(select(readiness.c.department_id, readiness.c.ready_on))}


def insert_rows(session: Session, table: Table, entities: Sequence[Any]) -> None:
    """Puts many entities on record at once, past the session's own bookkeeping, which costs more than the database."""
    session.flush()
    if entities:
        names = [column.name for column in table.columns]
        rows = [{name: getattr(entity, name) for name in names} for entity in entities]
        with translated():
            session.connection().execute(insert(table), rows)


@cache
def _updating(names: tuple[str, ...]) -> Update:
    values = {name: bindparam(f"to_{name}", type_=moves.c[name].type) for name in names}
    row = update(moves).where(moves.c.id == bindparam("of", type_=moves.c.id.type))
    return row.values(version=moves.c.version + 1, **values)


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), AT_A_TIME):
        yield ids[start : start + AT_A_TIME]
