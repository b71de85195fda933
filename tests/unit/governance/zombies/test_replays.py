"""The replay has no look-ahead and no memory between machines; the judge is apart from the rule."""

from __future__ import annotations

import ast
from datetime import timedelta
from inspect import getsource
from random import Random

import pytest

from cloudctl.domain.purposes import Purpose
from cloudctl.governance.zombies import evaluation
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.evaluation import active_after, evaluate, seen_after
from cloudctl.governance.zombies.replays import ReplayedCase, replay
from cloudctl.policy import zombies
from cloudctl.policy.registry import shipped
from tests.unit.governance.zombies.lives import BUSY, JOB, NO_DATA, day, life

POLICY = zombies.load(shipped())[zombies.DEFAULT]


def test_a_silent_machine_is_asked_and_switched_off() -> None:
    assert replay(POLICY, {"a": life((100, {}))}) == [ReplayedCase(vm="a", asked_on=day(30), off_on=day(60))]


def test_a_case_that_dismissed_itself_is_not_opened_anew_for_half_a_year() -> None:
    machines = {"a": life((40, {}), (1, BUSY), (60, {}))}
    assert replay(POLICY, machines) == [ReplayedCase(vm="a", asked_on=day(30), dismissed_on=day(40))]
    machines = {"a": life((40, {}), (1, BUSY), (250, {}))}
    again = replay(POLICY, machines)[1]
    assert again.asked_on == day(40) + timedelta(days=180)


def test_a_campaign_that_begins_later_knows_what_was_before() -> None:
    machines = {"a": life((200, {}))}
    assert replay(POLICY, machines, since=day(100)) == [ReplayedCase(vm="a", asked_on=day(100), off_on=day(130))]


def test_a_declared_purpose_is_heard() -> None:
    assert replay(POLICY, {"a": life((200, {}))}, purposes={"a": Purpose.STANDBY}) == []


def random_life(dice: Random) -> list[DayUse]:
    kinds = [{}, {}, {}, {}, BUSY, JOB, NO_DATA, {"network_mib": 6.0}, {"samples": 3}]
    return life(*[(dice.randrange(1, 45), dice.choice(kinds)) for _ in range(12)])


@pytest.mark.parametrize("_round", range(12))
def test_what_comes_later_changes_nothing_before(_round: int) -> None:
    seed = Random().randrange(10**9)
    print(f"seed {seed}")
    dice = Random(seed)
    days = random_life(dice)
    cut = dice.randrange(20, len(days))
    other = days[:cut] + life((60, dice.choice([BUSY, {}, JOB])), first=days[cut - 1].day + timedelta(days=1))
    until = days[cut - 1].day

    def steps(machine: list[DayUse]) -> list[tuple[str, object]]:
        return [
            (what, when)
            for case in replay(POLICY, {"a": machine})
            for what, when in (("asked", case.asked_on), ("dismissed", case.dismissed_on), ("off", case.off_on))
            if when is not None and when <= until
        ]

    assert steps(days) == steps(other) == steps(days[:cut])


@pytest.mark.parametrize("_round", range(8))
def test_no_machine_sees_another(_round: int) -> None:
    seed = Random().randrange(10**9)
    print(f"seed {seed}")
    dice = Random(seed)
    machines = {name: random_life(dice) for name in "abcd"}
    together = replay(POLICY, machines)
    assert together == [case for name in "abcd" for case in replay(POLICY, {name: machines[name]})]
    for case in together:
        if case.off_on is not None:
            assert (case.off_on - case.asked_on).days >= 30
            assert (case.off_on - machines[case.vm][0].day).days >= 60
            assert case.dismissed_on is None


def test_the_figures_by_the_definitions() -> None:
    at = {"active later": (61, BUSY), "barely": (61, {"network_mib": 49.9, "cpu_percent": 5.0}), "short": (13, {})}
    machines = {name: life((70, {}), then) for name, then in at.items()}
    machines["gap"] = life((70, {}), (40, NO_DATA), (14, {}))
    machines["at fifty"] = life((90, {}), (1, {"network_mib": 50.0}))
    cases = [ReplayedCase(vm=name, asked_on=day(30), off_on=day(69)) for name in machines]
    found = evaluate("p", machines, cases)
    assert (found.vms, found.asked, found.asked_in_vain) == (5, 5, 2)
    assert (found.switched_off, found.switched_off_wrongly, found.switched_off_unproven) == (5, 2, 1)
    assert found.switched_off_rightly == 2


def test_the_day_itself_is_not_later() -> None:
    days = life((10, {}), (1, BUSY), (5, {}))
    assert not active_after(days, day(10))
    assert active_after(days, day(9))
    assert seen_after(days, day(10)) == 5


def test_the_judge_shares_nothing_with_the_rule() -> None:
    """It knows days and cases, and neither the policy nor the predicate of use."""
    tree = ast.parse(getsource(evaluation))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name for name in modules if name.startswith("cloudctl")} == {
        "cloudctl.governance.zombies.days", "cloudctl.governance.zombies.replays",
    }  # fmt: skip
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert "replay" not in named
