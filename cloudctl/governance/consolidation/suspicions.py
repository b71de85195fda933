"""Warnings for figures that are too good to be true.

    for suspicion in suspect(now, earlier, course): suspicion.words

A suspicion accuses nobody: it says which figure should be looked at, and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cloudctl.domain.indicators import Figure
from cloudctl.messages import LOCALES, fill, mark, translator

FEW = 10  # below so many things a jump says nothing
JUMP_FROM, JUMP_TO = 0.9, 0.9995
SHRUNK = 0.95
AHEAD = 0.2
BUSY = "servers-cpu-low"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One of them: about which indicator, if one, and its sentence (a catalogue id that `params` fill)."""

    kind: str
    indicator: str | None
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, str]:
        """The sentence by locale."""
        return {locale: fill(translator(locale), self.message, self.params) for locale in LOCALES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What happened since `since`: checks made and failed, and how many things left a count by a change of class."""

    since: date
    checks: int = 0
    failures: int = 0
    moved: int = 0


def suspect(now: Sequence[Figure], earlier: Mapping[tuple[str, int], Figure], course: Course) -> Iterator[Suspicion]:
    """What is too good to be true in the figures of a scope; `earlier` are those at `course.since`."""
    for figure in now:
        before = earlier.get((figure.name, figure.version))
        if before is not None:
            yield from _changes(figure, before, course.since)
        yield from _claims(figure)
    if course.checks >= FEW and not course.failures:
        yield Suspicion(
            "no_outage", None,
            mark("{count} checks since {since}, and not one failed: nobody reports an outage."),
            {"count": course.checks, "since": str(course.since)},
        )  # fmt: skip
    idle = next((figure for figure in now if figure.name == BUSY), None)
    if idle is not None and (idle.denominator or 0) >= FEW and not idle.numerator:
        yield Suspicion(
            "none_underused", BUSY, mark("Not one of {count} servers is reported as underused."),
            {"count": int(idle.denominator or 0)},
        )  # fmt: skip
    if course.moved:
        yield Suspicion(
            "class_moves", None,
            mark("{count} systems or rooms left a count since {since} by a change of their class, not by a move."),
            {"count": course.moved, "since": str(course.since)},
        )  # fmt: skip


def _changes(figure: Figure, before: Figure, since: date) -> Iterator[Suspicion]:
    share, earlier = figure.share, before.share
    many = (figure.denominator or 0) >= FEW
    if many and share is not None and earlier is not None and share >= JUMP_TO and earlier < JUMP_FROM:
        yield Suspicion(
            "jump", figure.name, mark("{indicator} went from {before} to {after} since {since}."),
            {"indicator": figure.name, "before": f"{earlier:.1%}", "after": f"{share:.1%}", "since": str(since)},
        )  # fmt: skip
    whole, was = figure.denominator, before.denominator
    if whole is not None and was is not None and was >= FEW and whole < was * SHRUNK:
        yield Suspicion(
            "shrunk", figure.name,
            mark("What {indicator} is counted over went from {before} to {after} since {since}."),
            {"indicator": figure.name, "before": f"{was:g}", "after": f"{whole:g}", "since": str(since)},
        )  # fmt: skip


def _claims(figure: Figure) -> Iterator[Suspicion]:
    share, claimed = figure.share, figure.claimed_share
    if share is not None and claimed is not None and (figure.denominator or 0) >= FEW and claimed - share > AHEAD:
        yield Suspicion(
            "claims_ahead", figure.name, mark("{indicator} is claimed to be {claimed}; {share} is verified."),
            {"indicator": figure.name, "claimed": f"{claimed:.1%}", "share": f"{share:.1%}"},
        )  # fmt: skip
