"""`cloudctl policies check|test|explain` on a directory, without a server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.local import policies
from cloudctl.policy.registry import SUBJECTS, load, shipped

Write = Callable[..., Path]


def run(command: click.Command, *args: object) -> None:
    command.main([str(arg) for arg in args], prog_name="policies", standalone_mode=False)


def test_the_shipped_policies_are_meant_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    run(policies.check)
    run(policies.test)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert str(sum(len(load(shipped(), subject).rules) for subject in SUBJECTS)) in lines[0]


def test_problems_are_printed_and_fail(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    directory = write({"version": 0})
    with pytest.raises(Failure) as raised:
        run(policies.check, directory)
    assert raised.value.code is Exit.USAGE
    assert "orders/too-many.yaml: $.version: " in capsys.readouterr().out
    with pytest.raises(Failure, match=r"orders/too-many.yaml: \$.version: "):
        run(policies.test, directory)


def test_failing_cases_are_printed_and_fail(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure) as raised:
        run(policies.test, write({"when": "totals.servers > 6"}))
    assert raised.value.code is Exit.USAGE
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("FAIL too-many: six: ")


def test_passing_cases_are_named_when_asked(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    run(policies.test, write(), "-v", "-k", "many")
    assert capsys.readouterr().out.splitlines()[:2] == ["ok   too-many: six", "ok   too-many: five"]


def test_a_name_that_no_policy_has(write: Write) -> None:
    with pytest.raises(Failure) as raised:
        run(policies.test, write(), "-k", "absent")
    assert raised.value.code is Exit.NOT_FOUND


def test_explain_lists_every_finding_with_its_exemption(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = write({}, {"name": "other", "effect": "warn"})
    facts = tmp_path / "asked.json"
    exemption = "01900000-0000-7000-8000-000000000001"
    facts.write_text(f'{{"totals": {{"servers": 7}}, "exemptions": [{{"rule": "other", "id": "{exemption}"}}]}}')
    run(policies.explain, facts, "--policies", directory)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "deny: too-many v3 [items]"
    assert lines[3] == "warn: other v3 [items]"
    assert exemption in lines[6]
    assert len(lines) == 8


def test_explain_refuses_facts_that_do_not_exist(write: Write, tmp_path: Path) -> None:
    facts = tmp_path / "asked.yaml"
    facts.write_text("total: {}\n")
    with pytest.raises(Failure, match="total") as raised:
        run(policies.explain, facts, "--policies", write())
    assert raised.value.code is Exit.USAGE
