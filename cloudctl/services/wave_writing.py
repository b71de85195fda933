"""A plan of waves put on record: waves by number, moves by system, and the steps of what has a new place.

    write(uow, stock, snapshot, plan)

What is as it was is not written. A planned wave that the plan has no need of goes; a wave under way that has nothing
left to move is done.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cloudctl.domain.lifecycle_waves import MOVES
from cloudctl.domain.waves import Move, MoveStep, Wave
from cloudctl.governance.consolidation import waves as planner
from cloudctl.governance.consolidation.wave_words import Words, all_worded
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.wave_stock import Stock


def write(uow: UnitOfWork, stock: Stock, seen: planner.Snapshot, made: planner.WavePlan) -> None:
    """Writes what the plan changes, in a few statements whatever the number of systems."""
    book = _Book(uow, stock, seen)
    for line in made.waves:
        wave = book.wave(line)
        for place in line.places:
            book.put(place.code, "place", wave, place.position, all_worded(place.reasons))
    for block in made.blocked:
        book.put(block.code, "block", None, None, all_worded(block.reasons))
    book.withdraw_the_rest()
    book.close({line.number for line in made.waves})


class _Book:
    """What is to be written, gathered."""

    def __init__(self, uow: UnitOfWork, stock: Stock, seen: planner.Snapshot) -> None:
        self.uow = uow
        self.stock = stock
        self.id_of = {row["code"]: key for key, row in stock.systems.items()}
        self.movers = {mover.code: mover for mover in seen.movers}
        self.planned = {wave.number: wave for wave in stock.waves if wave.id not in stock.standing}
        self.redated: set[UUID] = set()
        self.put_at: set[UUID] = set()  # the moves that have been dealt with
        self.new: list[Move] = []
        self.changed: dict[UUID, dict[str, object]] = {}
        self.stepless: set[UUID] = set()
        self.steps: list[MoveStep] = []

    def wave(self, line: planner.Wave) -> Wave:
        """The wave of a line, on record with the days of the plan."""
        fields: dict[str, Any] = {
            "starts_on": line.slot.starts_on,
            "ends_on": line.slot.ends_on,
            "days": list(line.slot.days),
            "provisional": line.slot.provisional,
            "systems": line.size.systems,
            "vcpu": line.size.vcpu,
            "memory_mib": line.size.memory_mib,
            "words": all_worded(line.reasons),
        }
        wave = self.planned.get(line.number)
        if wave is None:
            wave = Wave(number=line.number, created_at=self.uow.now, **fields)
            self.uow.waves.add(wave)
            return wave
        if list(wave.days) != fields["days"]:
            self.redated.add(wave.id)
        for name, value in fields.items():
            if getattr(wave, name) != value:
                setattr(wave, name, value)
        return wave

    def put(self, code: str, event: str, wave: Wave | None, position: int | None, words: list[Words]) -> None:
        """A system's move as the plan has it."""
        mover, row = self.movers[code], self.stock.systems[self.id_of[code]]
        move = self.stock.moves.get(row["id"])
        fields: dict[str, Any] = {
            "wave_id": None if wave is None else wave.id,
            "position": position,
            "vcpu": mover.vcpu,
            "memory_mib": mover.memory_mib,
            "words": words,
        }
        if move is None:
            state = "blocked" if wave is None else "planned"
            move = Move(system_id=row["id"], state=state, created_at=self.uow.now, **fields)
            self.new.append(move)
            self._take_steps(move, wave)
            return
        self.put_at.add(move.id)
        if wave is None or move.wave_id != wave.id or wave.id in self.redated:
            self._take_steps(move, wave)
        fields["state"] = MOVES.next(move.state, event)
        self._change(move, fields)

    def withdraw_the_rest(self) -> None:
        """What was to move and is not in the plan: it was decided otherwise."""
        for move in self.stock.moves.values():
            if move.state in {"planned", "blocked"} and move.id not in self.put_at and not self.stock.fixed(move):
                self.stepless.add(move.id)
                state = MOVES.next(move.state, "withdraw")
                fields: dict[str, Any] = {"state": state, "wave_id": None, "position": None, "words": []}
                self._change(move, fields)

    def close(self, numbers: set[int]) -> None:
        """Writes it all."""
        fixed = {move.wave_id for move in self.stock.moves.values() if self.stock.fixed(move) and move.state != "done"}
        for wave in self.stock.standing.values():
            if wave.state == "running" and wave.id not in fixed:
                wave.finish(self.uow.now)
        self.uow.moves.put_many(self.new, self.changed)
        self.uow.move_steps.replace(self.stepless, self.steps)
        self.uow.waves.remove([wave for number, wave in self.planned.items() if number not in numbers])

    def _change(self, move: Move, fields: dict[str, Any]) -> None:
        changes = {name: value for name, value in fields.items() if getattr(move, name) != value}
        if changes:
            self.changed[move.id] = changes

    def _take_steps(self, move: Move, wave: Wave | None) -> None:
        """The steps that the move had go; in a wave it gets the steps of the rules, by the wave's own working days."""
        self.stepless.add(move.id)
        for number, stage in enumerate(self.stock.rules.steps if wave else (), 1):
            assert wave is not None
            self.steps.append(
                MoveStep(
                    move_id=move.id,
                    position=number,
                    kind=stage.kind,
                    name=stage.name,
                    role=stage.role,
                    playbook=stage.playbook,
                    due_on=wave.days[min(stage.by_day, len(wave.days)) - 1],
                    created_at=self.uow.now,
                )
            )
