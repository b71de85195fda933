"""What a machine is for, recognised from its days; and what counts as a day of use."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from cloudctl.domain.purposes import Purpose
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.inference import infer, season
from cloudctl.governance.zombies.use import Past, active, thresholds_for
from cloudctl.policy import zombies
from cloudctl.policy.registry import shipped
from tests.unit.governance.zombies.lives import BUSY, JOB, NO_DATA, day, life

POLICY = zombies.load(shipped())[zombies.DEFAULT]
BUILD = {"cpu_percent": 8.0, "cpu_max": 95.0, "network_mib": 300.0}
STEADY = {"network_mib": 20.0}


def recognised(days: Sequence[DayUse]) -> Purpose:
    found = infer(Past.of(POLICY, days))
    assert 0 <= found.confidence <= 1
    assert "{" not in "".join(found.sentence.words.values())
    return found.purpose


@pytest.mark.parametrize(
    ("days", "purpose"),
    [
        (life((120, {})), Purpose.ORDINARY),
        (life(*[(5, BUSY), (2, {})] * 20), Purpose.ORDINARY),
        (life(*[(30, {}), (1, BUSY)] * 6), Purpose.BATCH),
        (life(*[(30, {}), (1, JOB)] * 6), Purpose.BATCH),
        (life((100, {}), (21, BUSY), (60, {})), Purpose.SEASONAL),
        (life(*[(one, {}) if turn % 2 else (1, BUILD) for turn, one in enumerate((0, 2, 0, 9, 0, 4, 0, 17, 0, 3) * 3)]),
         Purpose.BUILD),
        (life((60, STEADY)), Purpose.MONITORING),
        (life((60, STEADY | {"disk_mib": 40.0})), Purpose.REPLICA),
        (life((60, NO_DATA)), Purpose.ORDINARY),
        ([], Purpose.ORDINARY),
    ],
)  # fmt: skip
def test_purposes(days: Sequence[DayUse], purpose: Purpose) -> None:
    assert recognised(days) is purpose


def test_a_season_is_bounded_and_ordinary_use_after_it_ends_it() -> None:
    found = season(Past.of(POLICY, life((40, {}), (21, BUSY), (50, {}))))
    assert found is not None
    assert (found.days, found.length, found.end) == (21, 21, day(60).toordinal())
    assert season(Past.of(POLICY, life((200, BUSY), (50, {})))) is None
    assert season(Past.of(POLICY, life((21, BUSY), (60, {}), (100, BUSY), (50, {})))) is None
    assert season(Past.of(POLICY, life((20, {}), (3, BUSY), (50, {})))) is None, "a visit"
    assert season(Past.of(POLICY, life((80, {}), (3, BUSY), (50, {})))) is not None, "back after two months"


def test_a_day_is_use_idle_or_unknown() -> None:
    limits = POLICY.thresholds
    (quiet,) = life((1, {}))
    assert active(quiet, limits) is False
    assert active(msgspec.structs.replace(quiet, samples=0), limits) is None
    assert active(msgspec.structs.replace(quiet, network_mib=None), limits) is None
    assert active(msgspec.structs.replace(quiet, network_mib=None, logins=1), limits) is True
    assert active(msgspec.structs.replace(quiet, cpu_percent=5.0), limits) is False
    assert active(msgspec.structs.replace(quiet, cpu_percent=5.1), limits) is True
    assert active(msgspec.structs.replace(quiet, network_mib=50.0), limits) is True


def test_a_purpose_may_have_thresholds_of_its_own() -> None:
    lenient = msgspec.structs.replace(POLICY.purposes[Purpose.MONITORING], network_mib=200.0)
    policy = msgspec.structs.replace(POLICY, purposes=POLICY.purposes | {Purpose.MONITORING: lenient})
    assert thresholds_for(policy, Purpose.MONITORING).network_mib == 200
    assert thresholds_for(policy, Purpose.BATCH) == thresholds_for(policy, None) == POLICY.thresholds
    talking = life((120, {"network_mib": 100.0}))
    assert not Past.of(policy, talking, Purpose.MONITORING).busy
    assert Past.of(policy, talking).busy
