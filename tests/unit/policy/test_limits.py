from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.limits import APART, NO_LIMITS, OrderKind, Step
from cloudctl.policy.limits import FILE, load, read
from cloudctl.policy.registry import shipped


def written(tmp_path: Path, **changes: Any) -> Path:
    """The shipped limits with some of them changed: `kind__step={...}`."""
    document = yaml.safe_load((shipped() / FILE).read_text(encoding="utf-8"))
    for place, value in changes.items():
        kind, _, step = place.partition("__")
        target, key = (document["kinds"][kind], step.replace("_", "-")) if step else (document, kind)
        if value is None:
            del target[key]
        else:
            target[key] = value
    (tmp_path / FILE).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return tmp_path


def test_the_shipped_limits_name_every_kind_and_step_and_promise_no_more_than_the_law() -> None:
    timetable = load(shipped())
    assert set(timetable.limits) == set(OrderKind)
    for kind in OrderKind:
        steps = set(Step) if kind is OrderKind.EMERGENCY else set(Step) - APART
        assert set(timetable.limits[kind]) == steps
        for step in steps:
            limit = timetable.of(kind, step)
            assert limit is not None
            assert 1 <= limit.promised <= limit.statutory
    assert "行政许可法" in timetable.basis


def test_a_directory_without_the_file_has_the_shipped_limits(tmp_path: Path) -> None:
    assert load(tmp_path) == load(shipped())


def test_an_office_sets_its_own(tmp_path: Path) -> None:
    limit = load(written(tmp_path, new__decision={"statutory": 15, "promised": 4})).of(OrderKind.NEW, Step.DECISION)
    assert limit is not None
    assert (limit.statutory, limit.promised) == (15, 4)


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"new__decision": {"statutory": 5, "promised": 6}}, "$.kinds.new.decision", "6 promised days are more than"),
        ({"new__decision": {"statutory": 0, "promised": 0}}, "$.kinds.new.decision.promised", "0 is less than"),
        ({"new__decision": {"statutory": "x", "promised": 1}}, "$.kinds.new.decision.statutory", "not of type"),
        ({"new__decision": {"promised": 1}}, "$.kinds.new.decision", "'statutory' is a required property"),
        ({"release__sign_off": None}, "$.kinds.release", "'sign-off' is a required property"),
        ({"change__lunch": {"statutory": 2, "promised": 1}}, "$.kinds.change", "lunch"),
        ({"basis": None}, "$", "'basis' is a required property"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, changes: dict[str, Any], path: str, message: str
) -> None:
    directory = written(tmp_path, **changes)
    timetable, problems = read(directory)
    assert timetable == NO_LIMITS
    assert [problem.file for problem in problems] == [FILE] * len(problems)
    assert path in [problem.path for problem in problems]
    assert any(message in str(problem) for problem in problems)
    with pytest.raises(ConfigurationError, match=r"limits\.yaml"):
        load(directory)


def test_a_file_that_is_no_yaml(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("kinds: [", encoding="utf-8")
    assert [problem.message for problem in read(tmp_path)[1]] == ["It cannot be read: {detail}"]
