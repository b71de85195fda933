"""A city whose systems are to move: made, decided on and planned in a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cloudctl.domain.assessments import Disposition
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.dependencies import DependencyKind
from cloudctl.domain.waves import Move, MoveStep, Wave
from cloudctl.services import assessments, dependencies, moves, systems, waves
from cloudctl.services.waves import Planned
from tests.factories import Installed


@dataclass
class Migrating:
    """`fgw` and `czj` are its departments; the office decides and plans."""

    city: Installed

    def system(
        self, code: str, *, owner: str = "officer", verdict: Disposition | None = Disposition.REHOST, **more: Any
    ) -> UUID:
        """A system, decided on unless `verdict` is None."""
        values: dict[str, Any] = {"name": f"系统{code}", "mlps_level": 2, "no_state_secrets": True}
        key = systems.create(self.city.ctx, self.city.people[owner], code=code, **values | more).id
        if verdict is not None:
            self.decide(key, verdict)
        return key

    def decide(self, key: UUID, verdict: Disposition, **more: Any) -> Any:
        office = self.city.people["office-admin"]
        return assessments.decide(self.city.ctx, office, key, verdict=verdict, reason="在用", **more)

    def needs(self, system: UUID, on: UUID) -> None:
        office = self.city.people["office-admin"]
        dependencies.add(self.city.ctx, office, system_id=system, on_id=on, kind=DependencyKind.DATA)

    def plan(self, **more: Any) -> Planned:
        return waves.plan(self.city.ctx, self.city.people["office-admin"], **more)

    def follow_up(self) -> int:
        return waves.follow_up(self.city.ctx, self.city.people["office-admin"])

    @property
    def today(self) -> date:
        return today_for_people(self.city.clock.now())

    def wait_for(self, day: date) -> None:
        """Moves the clock to the noon of a day."""
        self.city.clock.move(days=(day - self.today).days)

    def waves(self) -> dict[int, Wave]:
        return {wave.number: wave for wave in self.city.read(lambda uow: list(uow.waves.all()))}

    def wave_of(self) -> dict[str, int | None]:
        """By code the wave of every system that moves, or None where it is blocked."""
        number = {wave.id: wave.number for wave in self.waves().values()}
        codes = {row["id"]: code for code, row in self.city.read(lambda uow: uow.systems.on_record()).items()}
        return {
            codes[move.system_id]: None if move.wave_id is None else number[move.wave_id]
            for move in self.city.read(lambda uow: list(uow.moves.all()))
            if move.state != "withdrawn"
        }

    def move(self, key: UUID) -> Move:
        found = self.city.read(lambda uow: uow.moves.of_system(key))
        assert found is not None
        return found

    def steps(self, key: UUID) -> list[MoveStep]:
        return self.city.read(lambda uow: uow.move_steps.of_move(self.move(key).id))

    def complete(self, key: UUID, *numbers: int) -> None:
        """Completes these steps of a system's move, each by somebody who owes it."""
        people = {
            "department-head": "head",
            "department-officer": "officer",
            "operator": "operator",
            "office-reviewer": "reviewer",
        }
        for step in self.steps(key):
            if not numbers or step.position in numbers:
                moves.complete_step(self.city.ctx, self.city.people[people[step.role]], step.id)
