"""Retention (保留期): how long what was released can be brought back, and what is protected from release by itself.

Of the days that apply to a resource the most count, so that no setting shortens another.

>>> RetentionRule(days=14, by_mlps={3: 30}, by_zone={"internet": 21}).days_for("internet", 2)
21
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """`days` for everything; more for a zone, or for systems from an MLPS level on."""

    days: int = 14
    by_zone: Mapping[str, int] = field(default_factory=dict)
    by_mlps: Mapping[int, int] = field(default_factory=dict)

    def days_for(self, zone: str, mlps_level: int) -> int:
        """The days that a resource of this zone and of a system of this level is kept."""
        levels = [days for level, days in self.by_mlps.items() if mlps_level >= level]
        return max([self.days, self.by_zone.get(zone, 0), *levels])
