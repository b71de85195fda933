from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.savings import PriceBook
from cloudctl.domain.waste import Saved
from cloudctl.governance.waste.worth import yearly_fen
from cloudctl.policy import measures, prices, waste
from cloudctl.policy.registry import shipped

WRITTEN: dict[str, Any] = yaml.safe_load((shipped() / waste.FILE).read_text(encoding="utf-8"))
BOOK = prices.load(shipped(), measures.load(shipped()).indicators)
RULES = waste.load(shipped(), BOOK)


def test_the_shipped_rules_and_those_of_a_directory_without_the_file(tmp_path: Path) -> None:
    assert waste.load(tmp_path, BOOK) == RULES
    assert waste.load(tmp_path, PriceBook(version=9)) == RULES  # a city's older book: worth is not known, that is all


OVERSIZED = WRITTEN["oversized"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"oversized": OVERSIZED | {"coverage_percent": 50}}, "$.oversized.coverage_percent"),
        ({"oversized": OVERSIZED | {"window_days": 7}}, "$.oversized.window_days"),
        ({"oversized": OVERSIZED | {"target_percent": 95}}, "$.oversized.target_percent"),
        ({"oversized": OVERSIZED | {"peak_percent": 60}}, "$.oversized.peak_percent"),
        ({"oversized": OVERSIZED | {"spared": ["party"]}}, "$.oversized.spared[0]"),
        ({"powered_off_days": 3}, "$.powered_off_days"),
        ({"orphan_disk_days": 1}, "$.orphan_disk_days"),
        ({"again_days": 400}, "$.again_days"),
        ({"prices": WRITTEN["prices"] | {"vcpu": "hours-per-year"}}, "$.prices.vcpu"),
        ({"prices": WRITTEN["prices"] | {"vcpu": "none"}}, "$.prices.vcpu"),
        ({"more": 1}, "$"),
    ],
)
def test_each_mistake_is_named_with_its_place_and_way_out(tmp_path: Path, changes: dict[str, Any], path: str) -> None:
    (tmp_path / waste.FILE).write_text(yaml.safe_dump(WRITTEN | changes), encoding="utf-8")
    rules, found = waste.read(tmp_path, BOOK)
    assert rules == waste.NONE
    assert path in {problem.path for problem in found}
    assert all(problem.way_out for problem in found)
    with pytest.raises(ConfigurationError):
        waste.load(tmp_path, BOOK)


def test_worth_is_exact_and_unknown_where_a_price_is() -> None:
    day = date(2026, 11, 1)
    saved = Saved(vcpu=3, memory_mib=1536, disk_gib=7, addresses=1)
    assert yearly_fen(BOOK, RULES.prices, saved, day) == 3 * 60000 + 22500 + 7 * 600 + 12000
    assert yearly_fen(BOOK, RULES.prices, Saved(), day) == 0
    assert yearly_fen(BOOK, RULES.prices, saved, date(2020, 1, 1)) is None
    assert yearly_fen(PriceBook(version=1), RULES.prices, saved, day) is None
