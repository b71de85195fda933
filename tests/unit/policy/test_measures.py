"""The measures of a directory: what is shipped is in order, and each fault is named with its place."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.evidence import EvidenceKind
from cloudctl.policy.measures import load, read
from cloudctl.policy.registry import shipped


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name in ("evidence.yaml", "ranking.yaml"):
        shutil.copy(shipped() / name, tmp_path / name)
    shutil.copytree(shipped() / "indicators", tmp_path / "indicators")
    return tmp_path


def change(file: Path, **fields: object) -> None:
    written = yaml.safe_load(file.read_text(encoding="utf-8")) | fields
    file.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")


def test_the_shipped_ones_are_in_order_and_stand_in_for_what_a_directory_lacks(tmp_path: Path) -> None:
    measures, problems = read(shipped())
    assert problems == []
    assert measures.evidence.expiry[EvidenceKind.CHECK_ANSWERS] > measures.evidence.again_after > timedelta(0)
    assert read(tmp_path) == (measures, [])


ROOMS, AREA = "indicators/centralisation-rooms.yaml", "indicators/returned-area.yaml"
WITHOUT_INDICATOR = [{"name": "x", "weight": 1, "title": {"zh_CN": "甲", "en": "x"}}]


@pytest.mark.parametrize(
    ("file", "fields", "path"),
    [
        ("evidence.yaml", {"again_after_hours": 0}, "$.again_after_hours"),
        ("evidence.yaml", {"expires_after_days": {}}, "$.expires_after_days"),
        ("evidence.yaml", {"gateways": ["10.8.0.0/99"]}, "$.gateways[0]"),
        ("ranking.yaml", {"parts": WITHOUT_INDICATOR}, "$.parts[0].indicator"),
        (ROOMS, {"numerator": [{"noun": "rooms", "where": {"colour": ["red"]}}]}, "$.numerator[0].where"),
        (AREA, {"numerator": [{"noun": "rooms", "total_of": "colour"}]}, "$.numerator[0].total_of"),
        (AREA, {"unit": "share"}, "$.denominator"),
        (AREA, {"unit": "miles"}, "$.unit"),
        (AREA, {"name": "returned-power"}, "$.version"),
    ],
)
def test_a_fault_is_named_with_its_file_and_place(
    directory: Path, file: str, fields: dict[str, object], path: str
) -> None:
    change(directory / file, **fields)
    _, problems = read(directory)
    assert (file, path) in {(problem.file, problem.path) for problem in problems}
    with pytest.raises(ConfigurationError):
        load(directory)


def test_two_versions_of_one_indicator_stand_side_by_side(directory: Path) -> None:
    old = directory / "indicators" / "centralisation-rooms.yaml"
    new = directory / "indicators" / "centralisation-rooms-2.yaml"
    shutil.copy(old, new)
    change(new, version=2, valid_from="2026-07-01")
    versions = [one.version for one in load(directory).indicators if one.name == "centralisation-rooms"]
    assert sorted(versions) == [1, 2]
