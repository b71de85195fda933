"""Waves, what moves in them, in which steps, what slipped, and from when departments are ready."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from cloudctl.domain.waves import Move, MoveStep, Readiness, Slip, Wave
from cloudctl.ports.repositories.base import Repository


class Waves(Repository[Wave], Protocol):
    """Waves, by number."""

    def lock(self, key: UUID) -> Wave: ...

    def lock_plan(self) -> None:
        """Until the transaction ends nobody else makes a plan, and no step is completed."""
        ...

    def all(self) -> Sequence[Wave]:
        """Every wave, by number."""
        ...

    def remove(self, waves: Collection[Wave]) -> None:
        """Takes planned waves off that a new plan has no need of."""
        ...


class Moves(Repository[Move], Protocol):
    """Moves, one for each system."""

    def of_system(self, system_id: UUID) -> Move | None: ...

    def all(self) -> Sequence[Move]: ...

    def of_wave(self, wave_id: UUID) -> Sequence[Move]:
        """In their order."""
        ...

    def put_many(self, new: Sequence[Move], changed: Mapping[UUID, Mapping[str, object]]) -> None:
        """Puts many on record, and changes the named fields of others, in a few statements."""
        ...


class MoveSteps(Repository[MoveStep], Protocol):
    """The steps of moves."""

    def of_move(self, move_id: UUID) -> list[MoveStep]:
        """In their order."""
        ...

    def of_wave(self, wave_id: UUID) -> list[MoveStep]:
        """Those of all moves of a wave."""
        ...

    def overdue(self, today: date) -> Sequence[MoveStep]:
        """Open steps of waves under way that were due before today and have no slip for that day."""
        ...

    def replace(self, moves: Collection[UUID], new: Sequence[MoveStep]) -> None:
        """Takes every step of these moves off and puts the new ones on record, in a few statements."""
        ...


class Slips(Repository[Slip], Protocol):
    """Slips, noticed once for each due day of a step."""

    def lasting(self, until: date) -> Sequence[tuple[Slip, MoveStep]]:
        """Slips of steps that were due by `until` and that their moves still wait for, in waves under way."""
        ...

    def made_good(self, key: UUID) -> bool:
        """Whether the step of a slip is done."""
        ...


class Readinesses(Repository[Readiness], Protocol):
    """From when departments are ready."""

    def of_department(self, department_id: UUID) -> Readiness | None: ...

    def all(self) -> dict[UUID, date]:
        """By department the day."""
        ...
