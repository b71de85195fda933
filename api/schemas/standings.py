"""Where consolidation stands: explanations, status and ranking."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from api.schemas.fields import Out
from api.schemas.indicators import FigureOut
from cloudctl.domain.standings import Explanation, Point
from cloudctl.services.standings import Ranked, Status


class PointOut(Out, frozen=True, kw_only=True):
    """A point of an explanation: which question it answers, and which way it speaks.

    `side` is for, against, missing, expired, or void for what was handed in and does not count. `lie` names a claim
    that the evidence gives away.
    """

    question: str
    side: str
    lie: str | None
    words: dict[str, str]
    evidence_id: UUID | None
    observed_at: datetime | None
    expires_at: datetime | None

    @classmethod
    def told(cls, point: Point) -> Self:
        """This shape of a point."""
        row = point.evidence
        return cls(
            question=point.question,
            side=point.side.value,
            lie=None if point.lie is None else point.lie.value,
            words=point.words,
            evidence_id=None if row is None else row.id,
            observed_at=None if row is None else row.observed_at,
            expires_at=None if row is None else row.expires_at,
        )


class StandingOut(Out, frozen=True, kw_only=True):
    """What is claimed of a system or room, what is proven at that time, and every point that it rests on."""

    subject_id: UUID
    code: str
    name: str
    claimed: str
    verified: str
    standing: str
    as_of: datetime
    lies: list[str]
    points: list[PointOut]

    @classmethod
    def told(cls, told: Explanation) -> Self:
        """This shape of an explanation."""
        return cls(
            **cls.copied(told, "standing", "as_of", "lies", "points"),
            standing=told.standing.value,
            as_of=told.at,
            lies=[lie.value for lie in told.lies],
            points=[PointOut.told(point) for point in told.points],
        )


class ClaimedOut(Out, frozen=True, kw_only=True):
    """How many systems or rooms are claimed to be in a state; how many of them are proven, contradicted or neither."""

    noun: str
    claimed: str
    count: int
    proven: int
    contradicted: int
    unproven: int


class SuspectOut(Out, frozen=True, kw_only=True):
    """A room that its evidence contradicts, or that is in use again."""

    id: UUID
    code: str
    name: str
    department_id: UUID
    claimed: str
    reopened: bool
    lies: list[str]


class BurntOut(Out, frozen=True, kw_only=True):
    """What was left of an indicator at the end of a day, as verified and as claimed."""

    day: date
    name: str
    version: int
    left: float
    left_claimed: float | None


class SuspicionOut(Out, frozen=True, kw_only=True):
    """A figure that is too good to be true."""

    kind: str
    indicator: str | None
    words: dict[str, str]


class StatusOut(Out, frozen=True, kw_only=True):
    """Where consolidation stands for a scope at a time."""

    scope: str
    as_of: datetime
    indicators: list[FigureOut]
    claimed: list[ClaimedOut]
    rooms: list[SuspectOut]
    burn_down: list[BurntOut]
    suspicions: list[SuspicionOut]

    @classmethod
    def told(cls, status: Status) -> Self:
        """This shape of a status."""
        return cls(
            scope=status.scope,
            as_of=status.as_of,
            indicators=[FigureOut.told(line) for line in status.lines],
            claimed=[ClaimedOut.of(one) for one in status.claimed],
            rooms=[SuspectOut(**SuspectOut.copied(one, "lies"), lies=list(one.lies)) for one in status.rooms],
            burn_down=[BurntOut.of(one) for one in status.burn_down],
            suspicions=[SuspicionOut.of(one) for one in status.suspicions],
        )


class PartOut(Out, frozen=True, kw_only=True):
    """A part of a score: `points` of at most `weight`; null where there is nothing to count, and then left out."""

    name: str
    weight: int
    part: float
    whole: float
    points: float | None


class RankedOut(Out, frozen=True, kw_only=True):
    """A department's place, its score from 0 to 100 over the parts that apply, and each part."""

    rank: int | None
    code: str
    department: str
    department_id: UUID
    score: float | None
    parts: list[PartOut]

    @classmethod
    def told(cls, ranked: Ranked) -> Self:
        """This shape of a place."""
        place = ranked.place
        return cls(
            rank=place.rank,
            code=ranked.code,
            department=ranked.name,
            department_id=place.department_id,
            score=place.score,
            parts=[
                PartOut(
                    name=line.name, weight=line.weight, part=line.share.part, whole=line.share.whole, points=line.points
                )
                for line in place.lines
            ],
        )
