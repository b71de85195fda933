"""Four hundred machines whose truth is known, drawn anew at every run: no look-alike is switched off."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tests.populations
from cloudctl.governance.zombies.replays import replay
from cloudctl.policy import zombies
from cloudctl.policy.registry import shipped
from tests.estates import SMALL, Estate, Outcome, drawn, made, tried
from tests.populations import LOOK_ALIKES, ZOMBIES, population

POLICY = zombies.load(shipped())[zombies.DEFAULT]


@pytest.fixture(scope="module")
def estate() -> Estate:
    return made(drawn(), SMALL)


def outcome(estate: Estate) -> Outcome:
    found = tried(estate, {case.vm for case in replay(POLICY, estate.days, since=estate.since) if case.off_on})
    print(f"seed {estate.seed}: {found}; missed {dict(found.missed)}")
    return found


def test_no_look_alike_is_switched_off_and_nine_zombies_of_ten_are(estate: Estate) -> None:
    assert len(estate.days) >= 400
    assert len(LOOK_ALIKES) >= 8
    found = outcome(estate)
    assert not found.wrong, found
    assert found.recall >= 0.9, found


def test_the_judge_of_look_alikes_can_fail(estate: Estate) -> None:
    everything = tried(estate, set(estate.days))
    assert everything.recall == 1
    assert len(everything.wrong) == len(estate.days) - len(estate.zombies)
    assert tried(estate, set()).recall == 0


def test_the_generator_knows_nothing_of_the_rules() -> None:
    tree = ast.parse(Path(tests.populations.__file__).read_text(encoding="utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not [name for name in modules if name.startswith(("cloudctl", "tests", "policies"))]


def test_the_same_seed_is_the_same_machine_and_another_is_not() -> None:
    def cpu(seed: int) -> float:
        (machine,) = population(seed, {"ordinary": 1}, days=20, first=made_on)
        return float(machine.cpu[~(machine.cpu != machine.cpu)].sum())

    from datetime import date

    made_on = date(2026, 1, 1)
    assert cpu(1) == cpu(1) != cpu(2)
    assert set(ZOMBIES).isdisjoint(LOOK_ALIKES)
