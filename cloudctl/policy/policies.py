"""Everything that a directory of policies says, read and checked once.

    policies = load(directory)               # raises ConfigurationError with every problem of the first faulty part

What is read holds no state of an installation: several may share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cloudctl.domain.backup_plans import BackupPlans
from cloudctl.domain.limits import Timetable
from cloudctl.domain.measures import Measures
from cloudctl.domain.savings import PriceBook
from cloudctl.domain.shadows import ShadowRules
from cloudctl.domain.waste import WasteRules
from cloudctl.domain.waves import WaveRules
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.policy import backup_plans, limits, measures, prices, registry, series, shadows, waste, waves, zombies
from cloudctl.policy.evaluation import RuleBook
from cloudctl.policy.series import SeriesSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """One directory's."""

    orders: RuleBook
    rooms: RuleBook
    assessments: RuleBook
    apps: RuleBook
    timetable: Timetable
    measures: Measures
    price_book: PriceBook
    waves: WaveRules
    series: Mapping[str, SeriesSet]
    shadows: ShadowRules
    waste: WasteRules
    backup_plans: BackupPlans
    zombies: Mapping[str, ZombiePolicy]


def load(directory: Path) -> Policies:
    """What `directory` says, and where it says nothing, what the shipped one does."""
    measured = measures.load(directory)
    book = prices.load(directory, measured.indicators)
    return Policies(
        orders=RuleBook(registry.load(directory)),
        rooms=RuleBook(registry.load(directory, registry.ROOMS)),
        assessments=RuleBook(registry.load(directory, registry.ASSESSMENTS)),
        apps=RuleBook(registry.load(directory, registry.APPS)),
        timetable=limits.load(directory),
        measures=measured,
        price_book=book,
        waves=waves.load(directory),
        series=series.load(directory),
        shadows=shadows.load(directory),
        waste=waste.load(directory, book),
        backup_plans=backup_plans.load(directory),
        zombies=zombies.load(directory),
    )
