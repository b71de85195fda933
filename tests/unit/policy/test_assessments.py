"""The rules that propose what becomes of a system: their cases, and that only they propose."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cloudctl.domain.assessments import Disposition
from cloudctl.policy.checks import run_cases
from cloudctl.policy.registry import ASSESSMENTS, ORDERS, load, read, shipped


def test_every_shipped_case_goes_as_it_says() -> None:
    results = list(run_cases(load(shipped(), ASSESSMENTS)))
    assert len(results) >= 10
    assert [result for result in results if not result.passed] == []


def test_every_verdict_has_a_rule() -> None:
    rules = load(shipped(), ASSESSMENTS).rules
    assert {rule.policy.verdict for rule in rules} == {verdict.value for verdict in Disposition}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    shutil.copytree(shipped(), tmp_path / "policies")
    return tmp_path / "policies"


def test_an_order_is_not_proposed_and_a_system_not_denied(directory: Path) -> None:
    rehost = directory / "assessments" / "rehost.yaml"
    text = rehost.read_text(encoding="utf-8")
    rehost.write_text(text.replace("effect: propose\nverdict: rehost", "effect: deny"), encoding="utf-8")
    (problem,) = read(directory, ASSESSMENTS)[1]
    assert (problem.file, problem.path) == ("assessments/rehost.yaml", "$.effect")
    large = directory / "orders" / "large-request.yaml"
    text = large.read_text(encoding="utf-8")
    changed = text.replace("effect: require_approval\nrole: office-admin", "effect: propose\nverdict: keep")
    large.write_text(changed, encoding="utf-8")
    (problem,) = read(directory, ORDERS)[1]
    assert (problem.file, problem.path) == ("orders/large-request.yaml", "$.effect")


def test_a_verdict_goes_with_propose_only(directory: Path) -> None:
    keep = directory / "assessments" / "on-platform.yaml"
    text = keep.read_text(encoding="utf-8")
    keep.write_text(text.replace("verdict: keep\n", ""), encoding="utf-8")
    assert [problem.path for problem in read(directory, ASSESSMENTS)[1]] == ["$.verdict"]
