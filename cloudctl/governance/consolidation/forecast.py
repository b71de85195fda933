"""Forecasts on which day the last system will have moved, with the spread, from the pace so far.

    found = forecast(Pace(arrivals=[date(2026, 10, 8), ...], began_on=..., remaining=120), today=...)
    found.early_on, found.likely_on, found.late_on       # 1 in 10, 1 in 2 and 9 in 10 of the drawn futures end by then

A future is drawn in two steps (bootstrap): first the full weeks so far are drawn again, with repetition, since so few
weeks say little of the pace itself; then weeks to come are drawn from those until nothing is left. The dice have a
fixed seed, so the same facts give the same forecast. Without enough full weeks, or without any arrival, there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cloudctl.messages import mark

DRAWS = 1000
LEAST_WEEKS = 3
MOST_WEEKS = 520  # a future that takes longer counts as never
SEED = 39
WEEK = timedelta(days=7)

EARLY, LIKELY, LATE = 0.1, 0.5, 0.9

DONE = mark("Nothing is left to move.")
NO_PACE = mark("No system has arrived yet: there is no pace to go by.")
TOO_SHORT = mark("There are {weeks} full weeks since the first wave began; a forecast needs {least}.")
EXPLAINED = mark(
    "{remaining} systems are left. In {weeks} full weeks {arrived} arrived, {least} to {most} a week. Of {draws} "
    "futures drawn from those weeks 1 in 10 ends by the early day, half by the likely one, 9 in 10 by the late one."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What has arrived so far, by day, since the first wave began, and how many systems are left."""

    arrivals: Sequence[date]
    began_on: date | None
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The spread; a day is None where so many futures do not end within ten years. `why` is filled by `params`.

    `weekly` is how many systems arrived in each full week so far, the oldest first.
    """

    early_on: date | None = None
    likely_on: date | None = None
    late_on: date | None = None
    weekly: tuple[int, ...] = ()
    why: str
    params: dict[str, object]

    @property
    def given(self) -> bool:
        """Whether there is a forecast at all."""
        return self.why == EXPLAINED


def forecast(pace: Pace, today: date) -> Forecast:
    """The forecast, or why there is none."""
    weekly = throughput(pace, today)
    if not pace.remaining:
        return Forecast(weekly=weekly, why=DONE, params={})
    if not pace.arrivals:
        return Forecast(weekly=weekly, why=NO_PACE, params={})
    if len(weekly) < LEAST_WEEKS or not any(weekly):
        return Forecast(weekly=weekly, why=TOO_SHORT, params={"weeks": len(weekly), "least": LEAST_WEEKS})
    ends = futures(weekly, pace.remaining)
    early, likely, late = (_day(today, ends[int(share * (DRAWS - 1))]) for share in (EARLY, LIKELY, LATE))
    params: dict[str, object] = {
        "remaining": pace.remaining,
        "weeks": len(weekly),
        "arrived": sum(weekly),
        "least": min(weekly),
        "most": max(weekly),
        "draws": DRAWS,
    }
    return Forecast(early_on=early, likely_on=likely, late_on=late, weekly=weekly, why=EXPLAINED, params=params)


def throughput(pace: Pace, today: date) -> tuple[int, ...]:
    """Arrivals in each full week from the one in which the first wave began; the week under way does not count."""
    if pace.began_on is None:
        return ()
    first, this = _monday(min([pace.began_on, *pace.arrivals])), _monday(today)
    counts = Counter((_monday(day) - first) // WEEK for day in pace.arrivals)
    return tuple(counts[week] for week in range((this - first) // WEEK))


def futures(weekly: Sequence[int], remaining: int) -> list[int]:
    """After how many weeks each drawn future ends, in ascending order."""
    dice = Random(SEED)  # noqa: S311 - a draw, no secret
    return sorted(_future(dice.choices(weekly, k=len(weekly)), remaining, dice) for _ in range(DRAWS))


def _future(weekly: Sequence[int], remaining: int, dice: Random) -> int:
    if not any(weekly):
        return MOST_WEEKS + 1
    left, weeks = remaining, 0
    while left > 0 and weeks <= MOST_WEEKS:
        for arrived in dice.choices(weekly, k=16):
            weeks += 1
            left -= arrived
            if left <= 0:
                break
    return weeks


def _day(today: date, weeks: int) -> date | None:
    return None if weeks > MOST_WEEKS else today + weeks * WEEK


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
