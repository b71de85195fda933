"""Indicators: figures with everything that they rest on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from api.schemas.fields import Out
from cloudctl.domain.indicators import Snapshot
from cloudctl.services.indicators import Line


class ExcludedOut(Out, frozen=True, kw_only=True):
    """What is left out of an indicator, why, and how much that is."""

    name: str
    because: dict[str, str]
    count: int


class FigureOut(Out, frozen=True, kw_only=True):
    """A figure: its counts, and its share where it is one; beside it what is claimed.

    `in_force` says whether this version of the definition held on that day. A figure of which nothing is known is null.
    `seen_from` and `seen_until` are when the oldest and the newest evidence in it was observed.
    """

    name: str
    version: int
    valid_from: date
    in_force: bool
    title: dict[str, str]
    formula: dict[str, str]
    unit: str
    scope: str
    as_of: datetime
    numerator: float | None
    denominator: float | None
    share: float | None
    claimed: float | None
    claimed_share: float | None
    excluded: list[ExcludedOut]
    seen_from: datetime | None
    seen_until: datetime | None

    @classmethod
    def told(cls, line: Line) -> Self:
        """This shape of a figure with its definition."""
        definition, figure = line.definition, line.figure
        left_out = [
            ExcludedOut(name=one.name, because=dict(one.because), count=figure.excluded[one.name])
            for one in definition.exclusions
        ]
        return cls(
            **cls.copied(figure, "valid_from", "in_force", "title", "formula", "unit", "excluded"),
            valid_from=definition.valid_from,
            in_force=line.in_force,
            title=dict(definition.title),
            formula=dict(definition.formula),
            unit=definition.unit,
            excluded=left_out,
        )


class IndicatorDayOut(Out, frozen=True, kw_only=True):
    """A figure as it was kept for the end of a day."""

    day: date
    name: str
    version: int
    scope: str
    numerator: float | None
    denominator: float | None
    claimed: float | None
    excluded: dict[str, int]
    seen_from: datetime | None
    seen_until: datetime | None
    taken_at: datetime

    @classmethod
    def kept(cls, snapshot: Snapshot) -> Self:
        """This shape of a snapshot."""
        return cls(**cls.copied(snapshot))
