"""Waves of migration, their plan and their steps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from api.schemas.fields import In, Out, Text
from cloudctl.domain.waves import StepKind, Wave
from cloudctl.governance.consolidation.health import Found, Health
from cloudctl.governance.consolidation.wave_words import Words, all_worded
from cloudctl.services.waves import Planned

Reason = Annotated[str, Field(min_length=1, max_length=4000)]


class PlanIn(In):
    """Plans the waves that have not begun. `dry_run` keeps nothing; `starts_on` is the earliest day of the first."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"dry_run": True, "starts_on": "2027-01-04"}]})

    starts_on: date | None = None
    dry_run: bool = False


class PlaceOut(Out, frozen=True, kw_only=True):
    """A system's place in a wave, and why it is there."""

    system: str
    position: int
    words: list[Words]


class PlannedWaveOut(Out, frozen=True, kw_only=True):
    """A wave of the plan."""

    number: int
    starts_on: date
    ends_on: date
    provisional: bool
    systems: int
    vcpu: int
    memory_mib: int
    words: list[Words]
    places: list[PlaceOut]


class BlockOut(Out, frozen=True, kw_only=True):
    """A system without a wave, and what is in the way."""

    system: str
    words: list[Words]


class ShiftOut(Out, frozen=True, kw_only=True):
    """A system whose wave the plan changes; null is none."""

    system: str
    before: int | None
    after: int | None


class PlanOut(Out, frozen=True, kw_only=True):
    """A plan: its waves, what is blocked, whose wave changes, and how the systems stand that do not move now."""

    kept: bool
    starts_on: date
    ends_on: date | None
    waves: list[PlannedWaveOut]
    blocked: list[BlockOut]
    shifts: list[ShiftOut]
    standings: dict[str, int]

    @classmethod
    def of(cls, planned: Planned) -> Self:
        """This shape of a plan."""
        return cls(
            kept=planned.kept,
            starts_on=planned.starts_on,
            ends_on=planned.ends_on,
            waves=[
                PlannedWaveOut(
                    number=wave.number,
                    starts_on=wave.slot.starts_on,
                    ends_on=wave.slot.ends_on,
                    provisional=wave.slot.provisional,
                    systems=wave.size.systems,
                    vcpu=wave.size.vcpu,
                    memory_mib=wave.size.memory_mib,
                    words=all_worded(wave.reasons),
                    places=[
                        PlaceOut(system=place.code, position=place.position, words=all_worded(place.reasons))
                        for place in wave.places
                    ],
                )
                for wave in planned.plan.waves
            ],
            blocked=[BlockOut(system=block.code, words=all_worded(block.reasons)) for block in planned.plan.blocked],
            shifts=[ShiftOut(system=shift.code, before=shift.before, after=shift.after) for shift in planned.shifts],
            standings=planned.standings,
        )


class WaveOut(Out, frozen=True, kw_only=True):
    """A wave, with its health and the signs of it, the worst first. `promised_on` is its last day as it began."""

    id: UUID
    number: int
    state: str
    starts_on: date
    ends_on: date
    promised_on: date | None
    days: list[date]
    provisional: bool
    systems: int
    vcpu: int
    memory_mib: int
    words: list[Words]
    health: Health
    signs: list[Words]
    begun_at: datetime | None
    done_at: datetime | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, told: tuple[Wave, Found]) -> Self:
        """This shape of a wave and its health."""
        wave, found = told
        return cls(**cls.copied(wave, "health", "signs"), health=found.health, signs=found.signs)


class NoteIn(In):
    """What is to be remembered of a step."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "切换完成，业务正常"}]})

    note: Text | None = None


class HoldIn(In):
    """What keeps a step from being done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "等待密评结论"}]})

    reason: Reason


class MoveStepOut(Out, frozen=True, kw_only=True):
    """A step of a move."""

    id: UUID
    move_id: UUID
    position: int
    kind: StepKind
    name: dict[str, str]
    role: str
    playbook: str | None
    due_on: date
    state: str
    held: str | None
    note: str | None
    done_by: UUID | None
    done_at: datetime | None
    created_at: datetime
    version: int


class ReadinessIn(In):
    """From when a department is ready to move, and why not before."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ready_on": "2027-03-01", "reason": "新办公楼搬迁"}]})

    ready_on: date
    reason: Reason


class ReadinessOut(Out, frozen=True, kw_only=True):
    """From when a department is ready."""

    id: UUID
    department_id: UUID
    ready_on: date
    reason: str
    set_by: UUID
    created_at: datetime
    version: int
