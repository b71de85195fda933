"""What of a plan differs from the one on record: who gets another wave, who has none any more.

for shift in shifts({"oa": 1, "sso": 1}, plan):
    shift.code, shift.before, shift.after
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cloudctl.governance.consolidation.waves import WavePlan


class Shift(NamedTuple):
    """A system that changes its wave; None for no wave."""

    code: str
    before: int | None
    after: int | None


def shifts(before: Mapping[str, int | None], plan: WavePlan) -> Iterator[Shift]:
    """Every system whose wave changes, by code; `before` has those that no plan fixes any more."""
    after = {place.code: wave.number for wave in plan.waves for place in wave.places}
    for code in sorted(before.keys() | after.keys()):
        if before.get(code) != after.get(code):
            yield Shift(code, before.get(code), after.get(code))
