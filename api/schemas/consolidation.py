"""When the consolidation will be done, and why a system is where it is."""

from __future__ import annotations

from datetime import date
from typing import Self
from uuid import UUID

from api.schemas.assessments import AssessmentOut
from api.schemas.fields import Out
from api.schemas.waves import MoveStepOut
from cloudctl.governance.consolidation.wave_words import Words
from cloudctl.messages import LOCALES, fill, translator
from cloudctl.services.consolidation import Explanation, Neighbour, Outlook


class ForecastOut(Out, frozen=True, kw_only=True):
    """The finishing day with its spread: 1 in 10, half and 9 in 10 of the drawn futures end by those days.

    Without enough of a pace there is no forecast; `words` say so. `weekly` is what arrived in each full week so far,
    `planned_on` the last day of the plan, `undecided` whom the forecast does not count.
    """

    early_on: date | None
    likely_on: date | None
    late_on: date | None
    planned_on: date | None
    moved: int
    remaining: int
    undecided: int
    weekly: list[int]
    words: Words

    @classmethod
    def of(cls, outlook: Outlook) -> Self:
        """This shape of an outlook."""
        found = outlook.found
        return cls(
            early_on=found.early_on,
            likely_on=found.likely_on,
            late_on=found.late_on,
            planned_on=outlook.planned_on,
            moved=outlook.moved,
            remaining=outlook.remaining,
            undecided=outlook.undecided,
            weekly=list(found.weekly),
            words={locale: fill(translator(locale), found.why, found.params) for locale in LOCALES},
        )


class NeighbourOut(Out, frozen=True, kw_only=True):
    """A system that is needed, or needs this one, and how it stands."""

    code: str
    standing: str


class ExplanationOut(Out, frozen=True, kw_only=True):
    """All that a system's place rests on: the decision, the wave with its reasons, its steps and its neighbours."""

    id: UUID
    code: str
    name: str
    status: str
    successor: str | None
    merged: list[str]
    assessment: AssessmentOut | None
    wave: int | None
    state: str | None
    starts_on: date | None
    ends_on: date | None
    words: list[Words]
    steps: list[MoveStepOut]
    needs: list[NeighbourOut]
    needed_by: list[NeighbourOut]

    @classmethod
    def of(cls, found: Explanation) -> Self:
        """This shape of an explanation."""
        system, move, wave = found.system, found.move, found.wave
        return cls(
            id=system.id,
            code=system.code,
            name=system.name,
            status=system.status,
            successor=found.successor,
            merged=found.merged,
            assessment=None if found.assessment is None else AssessmentOut.of(found.assessment),
            wave=None if wave is None else wave.number,
            state=None if move is None else move.state,
            starts_on=None if wave is None else wave.starts_on,
            ends_on=None if wave is None else wave.ends_on,
            words=[] if move is None else list(move.words),
            steps=[MoveStepOut.of(step) for step in found.steps],
            needs=_neighbours(found.needs),
            needed_by=_neighbours(found.needed_by),
        )


def _neighbours(found: list[Neighbour]) -> list[NeighbourOut]:
    return [NeighbourOut(code=one.code, standing=one.standing) for one in found]
