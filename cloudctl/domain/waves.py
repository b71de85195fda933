"""Waves of migration: what moves when, in which steps, who owes each, and where it slipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from cloudctl.domain.accounts import Role
from cloudctl.domain.errors import Conflict
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_waves import MOVES, STEPS, WAVES

Text = dict[str, str]  # by locale: zh_CN and en


class StepKind(StrEnum):
    """What a step takes: a signature, a playbook's run, somebody's hands, or a look by somebody else."""

    APPROVE = "approve"
    PLAYBOOK = "playbook"
    MANUAL = "manual"
    VERIFY = "verify"


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A step as every move has it: due on the wave's working day `by_day`, owed by who holds `role`."""

    name: Text
    kind: StepKind
    role: Role
    by_day: int
    playbook: str | None = None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """When a step that is late becomes a case: so many working days past its day, with so many to put it right."""

    after_days: int = 5
    days: int = 10


class WaveRules(msgspec.Struct, frozen=True, kw_only=True):
    """How waves are made: their length in working days, what one takes, the steps, and a size nobody reckoned."""

    version: int
    days: int
    systems: int
    vcpu: int
    memory_mib: int
    usual_vcpu: int
    usual_memory_mib: int
    steps: tuple[Stage, ...]
    listing: Listing = Listing()


@dataclass(kw_only=True, eq=False)
class Wave:
    """A wave. `days` are its working days; `promised_on` is its last day as it was when it began."""

    id: UUID = field(default_factory=new_id)
    number: int
    state: str = "planned"
    starts_on: date
    ends_on: date
    promised_on: date | None = None
    days: list[date]
    provisional: bool = False
    systems: int
    vcpu: int
    memory_mib: int
    words: list[Text] = field(default_factory=list)
    begun_at: datetime | None = None
    done_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def begin(self, now: datetime) -> None:
        """Its first day has come; a second call changes nothing."""
        if self.state == "planned":
            self.state = WAVES.next(self.state, "begin")
            self.begun_at, self.promised_on = now, self.ends_on

    def finish(self, now: datetime) -> None:
        """Nothing in it is left to move."""
        self.state = WAVES.next(self.state, "finish")
        self.done_at = now


@dataclass(kw_only=True, eq=False)
class Move:
    """A system's way to the platform, one for each system: its place, what it takes, and why it is there."""

    id: UUID = field(default_factory=new_id)
    system_id: UUID
    wave_id: UUID | None = None
    position: int | None = None
    state: str = "blocked"
    vcpu: int
    memory_mib: int
    words: list[Text] = field(default_factory=list)
    begun_at: datetime | None = None
    done_at: datetime | None = None
    created_at: datetime
    version: int = 1

    @property
    def fixed(self) -> bool:
        """Whether it has begun: no plan moves it any more."""
        return self.state in {"running", "done"}

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = MOVES.next(self.state, event)


@dataclass(kw_only=True, eq=False)
class MoveStep:
    """One step of a move, due on `due_on`, owed by who holds `role`; `held` says what keeps it from being done."""

    id: UUID = field(default_factory=new_id)
    move_id: UUID
    position: int
    kind: StepKind
    name: Text
    role: Role
    playbook: str | None = None
    due_on: date
    state: str = "waiting"
    held: str | None = None
    note: str | None = None
    done_by: UUID | None = None
    done_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = STEPS.next(self.state, event)

    def complete(self, by: UUID | None, note: str | None, now: datetime) -> None:
        """Its owner has done it."""
        self.advance("complete")
        self.done_by, self.done_at, self.note, self.held = by, now, note, None


@dataclass(kw_only=True, eq=False)
class Slip:
    """A step that was not done on its day, noticed once for each due day; `days` late when it was done at last."""

    id: UUID = field(default_factory=new_id)
    wave_id: UUID
    move_id: UUID
    step_id: UUID
    name: Text
    due_on: date
    noticed_on: date
    created_at: datetime


@dataclass(kw_only=True, eq=False)
class Readiness:
    """From when a department is ready to move, and why not before."""

    id: UUID = field(default_factory=new_id)
    department_id: UUID
    ready_on: date
    reason: str
    set_by: UUID
    created_at: datetime
    version: int = 1


def next_step(steps: list[MoveStep], wanted: MoveStep) -> None:
    """Raises Conflict unless all steps before the wanted one are done."""
    open_before = [step for step in steps if step.position < wanted.position and step.state != "done"]
    if open_before:
        first = min(open_before, key=lambda step: step.position)
        raise Conflict(
            "Step {number} of this move is not done yet.",
            way_out="Complete it first: `cloudctl waves complete-step {id}`.",
            number=first.position,
            id=first.id,
        )
