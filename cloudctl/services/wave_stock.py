"""All that a plan of waves looks at, read once, and the planner's snapshot of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

from cloudctl.domain.assessments import Assessment
from cloudctl.domain.calendars import DAY, Calendar, today_for_people
from cloudctl.domain.errors import Invalid
from cloudctl.domain.freezes import Freeze
from cloudctl.domain.waves import Move, Wave, WaveRules
from cloudctl.governance.consolidation.candidates import Candidates, Facts, sort_out
from cloudctl.governance.consolidation.slots import Schedule, Size
from cloudctl.governance.consolidation.waves import Snapshot
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.calendars import calendar_of

BACK = timedelta(days=366)  # windows that ended within it still explain a wave's days
FARTHEST = timedelta(days=5 * 366)


@dataclass(slots=True, kw_only=True)
class Stock:
    """The register and the waves as they are on record: `systems` by id as their fields, the rest by system.

    `standing` are the waves whose first day has come.
    """

    today: date
    rules: WaveRules
    systems: dict[UUID, dict[str, Any]]
    assessments: dict[UUID, Assessment]
    moves: dict[UUID, Move]
    waves: Sequence[Wave]
    needs: dict[UUID, list[UUID]]
    ready: dict[UUID, date]
    calendar: Calendar
    freezes: Sequence[Freeze]
    standing: dict[UUID, Wave] = field(init=False)

    def __post_init__(self) -> None:
        self.standing = {
            wave.id: wave for wave in self.waves if wave.state != "planned" or wave.starts_on <= self.today
        }

    @classmethod
    def read(cls, uow: UnitOfWork, rules: WaveRules) -> Self:
        """As it is in this transaction."""
        return cls(
            today=today_for_people(uow.now),
            rules=rules,
            systems={row["id"]: row for row in uow.systems.on_record().values()},
            assessments={one.system_id: one for one in uow.assessments.all()},
            moves={move.system_id: move for move in uow.moves.all()},
            waves=uow.waves.all(),
            needs=uow.dependencies.graph(),
            ready=uow.readiness.all(),
            calendar=calendar_of(uow),
            freezes=uow.freezes.ending_after(uow.now - BACK),
        )

    def fixed(self, move: Move | None) -> bool:
        """Whether no plan changes it: it has begun, or stands in a wave under way that is not over."""
        wave = self.standing.get(move.wave_id) if move is not None and move.wave_id else None
        return holds(move, wave, self.today)

    def numbers(self) -> dict[str, int | None]:
        """The present wave of every system that a plan may give another one, by code."""
        number_of = {wave.id: wave.number for wave in self.waves}
        return {
            self.systems[move.system_id]["code"]: None if move.wave_id is None else number_of[move.wave_id]
            for move in self.moves.values()
            if move.state in {"planned", "blocked"} and not self.fixed(move)
        }

    def start(self, wanted: date | None) -> date:
        """The first day that a new wave can have: after today and the waves under way.

        Without a wanted day the first planned wave keeps its own. Raises Invalid for a day that is over.
        """
        if wanted is not None and not self.today < wanted <= self.today + FARTHEST:
            raise Invalid(
                "Waves begin tomorrow at the earliest, and within five years.",
                field="starts_on",
                way_out="Choose another day.",
            )
        tomorrow = self.today + DAY
        planned = [wave.starts_on for wave in self.waves if wave.id not in self.standing]
        under_way = [wave.ends_on + DAY for wave in self.standing.values() if wave.state != "done"]
        return max([wanted or min(planned, default=tomorrow), tomorrow, *under_way])

    def candidates(self) -> Candidates:
        """Who moves, and how the others stand."""
        code = {key: row["code"] for key, row in self.systems.items()}
        needs = [(code[one], code[needed]) for one, several in self.needs.items() for needed in several]
        return sort_out((self.facts(key) for key in self.systems), needs)

    def snapshot(self, found: Candidates, start: date) -> Snapshot:
        """What the planner is given."""
        rules = self.rules
        return Snapshot(
            movers=found.movers,
            dependencies=found.dependencies,
            others=found.others,
            room=Size(rules.systems, rules.vcpu, rules.memory_mib),
            schedule=Schedule(start=start, days=rules.days, calendar=self.calendar, freezes=self.freezes),
            first=1 + max((wave.number for wave in self.standing.values()), default=0),
        )

    def facts(self, key: UUID) -> Facts:
        """What the plan makes of one system."""
        row, assessment, move = self.systems[key], self.assessments.get(key), self.moves.get(key)
        verdict = None if assessment is None else assessment.settled
        successor = row["merged_into_id"] or (assessment.successor_id if assessment and verdict else None)
        vcpu, memory_mib = (None, None) if assessment is None else (assessment.vcpu, assessment.memory_mib)
        return Facts(
            code=row["code"],
            status=row["status"],
            verdict=verdict,
            successor=None if successor is None else self.systems[successor]["code"],
            moving=self.fixed(move),
            arrived=move is not None and move.state == "done",
            vcpu=self.rules.usual_vcpu if vcpu is None else vcpu,
            memory_mib=self.rules.usual_memory_mib if memory_mib is None else memory_mib,
            zone=row["network"] or "",
            ready_on=self.ready.get(row["department_id"]),
        )


def holds(move: Move | None, wave: Wave | None, today: date) -> bool:
    """Whether a move has begun, or its wave (None unless it is under way) is not over."""
    if move is None or move.state in {"withdrawn", "blocked"}:
        return False
    return move.fixed or (wave is not None and wave.ends_on >= today)


def counted(found: Candidates) -> dict[str, int]:
    """How many systems that do not move now stand how."""
    return dict(sorted(Counter(standing.value for standing in found.others.values()).items()))
