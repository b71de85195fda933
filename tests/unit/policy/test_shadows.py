from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.domain.errors import ConfigurationError
from cloudctl.policy import shadows
from cloudctl.policy.registry import shipped

WRITTEN: dict[str, Any] = yaml.safe_load((shipped() / shadows.FILE).read_text(encoding="utf-8"))


def test_the_shipped_rules_and_those_of_a_directory_without_the_file(tmp_path: Path) -> None:
    assert shadows.load(shipped()) == shadows.load(tmp_path)
    assert 22 in shadows.load(shipped()).usual_ports


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"unknown_hours": 0}, "$.unknown_hours"),
        ({"sweep_days": 400}, "$.sweep_days"),
        ({"usual_ports": [0]}, "$.usual_ports[0]"),
        ({"duplicate_points": 10}, "$.duplicate_points"),
        ({"version": "1"}, "$.version"),
        ({"more": 1}, "$"),
    ],
)
def test_each_mistake_is_named_with_its_place_and_way_out(tmp_path: Path, changes: dict[str, Any], path: str) -> None:
    (tmp_path / shadows.FILE).write_text(yaml.safe_dump(WRITTEN | changes), encoding="utf-8")
    rules, found = shadows.read(tmp_path)
    assert rules == shadows.NONE
    assert path in {problem.path for problem in found}
    assert all(problem.way_out for problem in found)
    with pytest.raises(ConfigurationError):
        shadows.load(tmp_path)
