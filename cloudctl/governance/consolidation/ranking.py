"""Ranks departments by an open formula: the weighted mean of the parts that apply to each, every part shown.

for place in rank(departments, parts, shares): place.rank, place.score, place.parts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cloudctl.domain.rankings import RankingPart


@dataclass(frozen=True, slots=True)
class Share:
    """What a part came to for a department; `whole` 0 means that it does not apply."""

    part: float
    whole: float

    @property
    def value(self) -> float | None:
        """The share from 0 to 1; None where there is nothing to count."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Line:
    """One part of one department's score: `points` of at most `weight`, None where it does not apply."""

    name: str
    weight: int
    share: Share

    @property
    def points(self) -> float | None:
        """The weight times the share."""
        return None if self.share.value is None else round(self.weight * self.share.value, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """A department's place. `score` is from 0 to 100 over the parts that apply; None where none does."""

    department_id: UUID
    rank: int | None
    score: float | None
    lines: tuple[Line, ...]


def rank(
    departments: Sequence[UUID], parts: Sequence[RankingPart], shares: Mapping[tuple[UUID, str], Share]
) -> list[Place]:
    """The departments from the best down; equal scores share a rank, and who has no score stands last without one."""
    scored = [(_score(lines), key, lines) for key in departments for lines in [_lines(key, parts, shares)]]
    scored.sort(key=lambda one: (one[0] is None, -(one[0] or 0.0), one[1]))
    ranks = {score: place for place, (score, _, _) in reversed(list(enumerate(scored, 1))) if score is not None}
    return [Place(key, None if score is None else ranks[score], score, lines) for score, key, lines in scored]


def _lines(key: UUID, parts: Sequence[RankingPart], shares: Mapping[tuple[UUID, str], Share]) -> tuple[Line, ...]:
    return tuple(Line(part.name, part.weight, shares.get((key, part.name), Share(0, 0))) for part in parts)


def _score(lines: Sequence[Line]) -> float | None:
    apply = [line for line in lines if line.points is not None]
    whole = sum(line.weight for line in apply)
    return round(100 * sum(line.points or 0.0 for line in apply) / whole, 2) if whole else None
