"""How departments are ranked: an open formula of weighted parts, each of which is shown with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CASES_ON_TIME = "cases_on_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingPart:
    """One part by its weight: the share of an indicator, or of the cases proven on time (`cases_on_time`)."""

    name: str
    weight: int
    indicator: str | None = None
    title: Mapping[str, str]
