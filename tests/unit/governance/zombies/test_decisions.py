"""The rule, day by day: who is asked when, and what keeps a machine on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec
import pytest

from cloudctl.domain.purposes import Purpose
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.decisions import Decision, Step, decide
from cloudctl.governance.zombies.use import Past
from cloudctl.policy import zombies
from cloudctl.policy.registry import shipped
from tests.unit.governance.zombies.lives import BUSY, JOB, NO_DATA, day, life

POLICY = zombies.load(shipped())[zombies.DEFAULT]


def said(
    days: Sequence[DayUse], *, asked_on: date | None = None, ended_on: date | None = None,
    purpose: Purpose | None = None, policy: ZombiePolicy = POLICY,
) -> Decision:  # fmt: skip
    """What the policy says on the last of these days."""
    past = Past.of(policy, days, purpose)
    return decide(policy, past, days[-1].day, asked_on=asked_on, ended_on=ended_on, purpose=purpose)


def test_asked_after_a_month_without_use_and_not_a_day_before() -> None:
    assert said(life((30, {}))).step is Step.NOTHING
    assert said(life((31, {}))).step is Step.ASK
    assert said(life((20, BUSY), (30, {}))).step is Step.NOTHING


def test_switched_off_after_two_months_and_a_month_after_the_question_whichever_is_later() -> None:
    assert said(life((60, {})), asked_on=day(30)).step is Step.WAIT
    assert said(life((61, {})), asked_on=day(30)).step is Step.SWITCH_OFF
    late = said(life((100, {})), asked_on=day(75))
    assert late.step is Step.WAIT
    assert late.sentence.params == {"days": 24, "least": 30}


def test_use_after_the_question_dismisses_the_case_and_use_before_it_does_not() -> None:
    returned = said(life((40, {}), (1, BUSY), (3, {})), asked_on=day(30))
    assert (returned.step, returned.last_used_on) == (Step.DISMISS, day(40))
    assert said(life((5, BUSY), (40, {})), asked_on=day(40)).step is Step.WAIT


@pytest.mark.parametrize("sign", ["logins", "connections", "http_requests", "writes_by_people"])
def test_people_are_use_whatever_the_processor_says(sign: str) -> None:
    assert said(life((40, {}), (1, {sign: 50})), asked_on=day(31)).step is Step.DISMISS
    assert said(life((40, {}), (1, {sign: 0})), asked_on=day(31)).step is Step.WAIT


def test_no_data_is_not_idle() -> None:
    assert said(life((20, {}), (60, NO_DATA))).step is Step.NOTHING
    assert said(life((90, NO_DATA))).step is Step.NOTHING
    stopped = said(life((50, {}), (15, NO_DATA)), asked_on=day(31))
    assert stopped.step is Step.WAIT, "the metrics stopped: the clock does not run"
    assert said(life((50, {}), (5, NO_DATA), (9, {})), asked_on=day(31)).step is Step.WAIT, "59 measured days"
    assert said(life((50, {}), (5, NO_DATA), (10, {})), asked_on=day(31)).step is Step.SWITCH_OFF


def test_a_day_of_which_only_minutes_are_known_is_no_idle_day() -> None:
    assert said(life((30, {}), (40, {"samples": 5}))).step is Step.NOTHING


@pytest.mark.parametrize("unknown", ["cpu_percent", "network_mib"])
def test_what_was_never_measured_speaks_for_nothing(unknown: str) -> None:
    assert said(life((120, {unknown: None}))).step is Step.NOTHING


def test_coverage_below_the_share_keeps_it_on() -> None:
    holes = life(*[(3, {}), (1, NO_DATA)] * 40)
    decision = said(holes, asked_on=day(60))
    assert decision.step is Step.WAIT
    assert decision.sentence.params["percent"] < 80


def test_something_that_still_talks_to_it_keeps_it_on() -> None:
    talking = said(life((120, {"network_mib": 8.0})))
    assert talking.step is Step.NOTHING
    assert talking.sentence.params == {"mib": 8.0, "quiet": "3"}


def test_memory_that_grows_keeps_it_on_and_a_restart_does_not_hide_it() -> None:
    def leak(days: int) -> list[DayUse]:
        return [
            msgspec.structs.replace(one, memory_percent=20 + 0.4 * (place % 50))
            for place, one in enumerate(life((days, {})))
        ]

    for days in (45, 70, 110):
        assert said(leak(days)).step is Step.NOTHING, days
    assert said(life((70, {}))).step is Step.ASK


def test_what_came_back_before_is_waited_for_four_times_as_long() -> None:
    quarterly = life((90, {}), (1, BUSY), (90, {}), (1, BUSY), (95, {}))
    assert said(quarterly).step is Step.NOTHING
    assert said(quarterly).needed_days == 364
    assert said(quarterly + life((270, {}), first=day(277))).step is Step.ASK


def test_a_monthly_job_is_use_and_a_weekly_scan_is_not() -> None:
    monthly = life(*[(30, {}), (1, JOB)] * 8, (30, {}))
    assert said(monthly).step is Step.NOTHING
    weekly = life(*[(6, {}), (1, JOB)] * 16)
    assert said(weekly).step is Step.ASK
    delivering = life(*[(6, {}), (1, JOB | {"network_mib": 20.0})] * 16)
    assert said(delivering).step is Step.NOTHING, "what leaves the machine is no scan"


def test_one_burst_makes_it_wait_two_months_more_and_not_longer() -> None:
    burst = life((150, {}), (1, JOB), (61, {}))
    assert said(burst, asked_on=day(160)).step is Step.SWITCH_OFF
    assert said(burst[:-2], asked_on=day(160)).step is Step.WAIT


def test_a_season_is_waited_for_until_a_year_after() -> None:
    season = life((20, {}), (21, BUSY), (300, {}))
    held = said(season, asked_on=day(200))
    assert held.step is Step.WAIT
    assert "season" in held.sentence.message
    assert said(season + life((110, {}), first=day(341)), asked_on=day(200)).step is Step.SWITCH_OFF


def test_ordinary_use_that_ended_is_no_season() -> None:
    ended = life(*[(5, BUSY), (2, {})] * 20, (61, {}))
    assert said(ended, asked_on=day(175)).step is Step.WAIT
    assert said(ended + life((10, {}), first=day(201)), asked_on=day(175)).step is Step.SWITCH_OFF


@pytest.mark.parametrize("purpose", [Purpose.STANDBY, Purpose.DISASTER_RECOVERY, Purpose.DEV_TEST])
def test_what_is_reported_only_is_never_asked(purpose: Purpose) -> None:
    assert said(life((400, {})), purpose=purpose).step is Step.NOTHING
    assert said(life((400, {})), purpose=purpose, asked_on=day(100)).step is Step.WAIT


def test_a_declared_purpose_has_its_own_patience() -> None:
    assert said(life((80, {})), purpose=Purpose.BATCH).step is Step.NOTHING
    assert said(life((91, {})), purpose=Purpose.BATCH).step is Step.ASK
    assert said(life((300, {})), purpose=Purpose.SEASONAL).step is Step.NOTHING


def test_nobody_is_asked_again_within_half_a_year() -> None:
    days = life((200, {}))
    assert said(days, ended_on=day(40)).step is Step.NOTHING
    assert said(days, ended_on=day(19)).step is Step.ASK


def test_nothing_known_at_all() -> None:
    assert decide(POLICY, Past.of(POLICY, []), day(100)).step is Step.NOTHING
    assert decide(POLICY, Past.of(POLICY, []), day(100), asked_on=day(1)).step is Step.WAIT


def test_every_step_says_why_in_both_languages() -> None:
    for days, asked_on in ((life((31, {})), None), (life((20, {})), None), (life((61, {})), day(30))):
        words = said(days, asked_on=asked_on).sentence.words
        assert set(words) == {"zh_CN", "en"}
        assert "{" not in "".join(words.values())
