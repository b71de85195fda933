"""Verdicts: what makes a zombie, what keeps from it, and what is never one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudctl.domain.metrics import Metric
from cloudctl.domain.purposes import Purpose
from cloudctl.domain.signals import Sign
from cloudctl.domain.standings import Side
from cloudctl.domain.verdicts import Judged, Rule, VerdictState
from cloudctl.governance.zombies.candidates import Candidate, Twin
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.verdicts import judge
from tests.unit.governance.zombies.seeing import (
    LAST,
    POLICY,
    TODAY,
    candidate,
    day,
    declared,
    idle,
    nobody,
    server,
    with_use,
)

OVER = TODAY - timedelta(days=400)
ZOMBIE, SUSPECT, WATCH = VerdictState.ZOMBIE, VerdictState.SUSPECT, VerdictState.WATCH
ACTIVE, NO_DATA = VerdictState.ACTIVE, VerdictState.NO_DATA


def judged(facts: Candidate) -> Judged:
    return judge(facts, POLICY, TODAY)


def told(found: Judged, name: str) -> Any:
    (one,) = [signal for signal in found.signals if signal.name == name]
    return one


def test_idle_for_long_with_nobody_about_is_a_zombie_and_says_by_which_signs() -> None:
    found = judged(candidate([server(days=nobody(90))], contract_ends_on=OVER, user_count=3))
    assert (found.state, found.rule) == (ZOMBIE, Rule.IDLE)
    assert found.signs == [Sign.DETACHED, Sign.IDLE, Sign.UNMAINTAINED, Sign.SMALL]
    assert found.cleared
    assert found.confidence > 60
    words = found.headline.words
    assert "90 measured days" in words["en"]
    assert "its resources idle for a long time" in words["en"]
    contract = told(found, "contract_ends_on")
    assert (contract.value, contract.threshold, contract.unit, contract.source) == (400.0, 90.0, "d", "register")
    logins = told(found, "logins")
    assert (logins.value, logins.threshold, logins.covered, logins.source) == (0.0, 0.0, 1.0, "prometheus")
    assert (logins.since, logins.until) == (LAST - timedelta(days=59), LAST)


def test_every_sign_has_a_signal_whatever_is_known() -> None:
    for facts in (candidate([]), candidate([server()]), candidate([server(days=nobody(90))], user_count=3)):
        assert {one.sign for one in judged(facts).signals} == set(Sign)


def test_idleness_alone_is_suspect_and_never_a_zombie() -> None:
    found = judged(candidate([server(days=idle(90))]))
    assert found.state is SUSPECT
    assert found.signs == [Sign.IDLE]
    assert any("second official sign" in one.words["en"] for one in found.changes)


def test_a_month_is_enough_to_suspect_and_not_enough_for_a_zombie() -> None:
    assert judged(candidate([server(days=nobody(59))], user_count=3)).state is SUSPECT
    assert judged(candidate([server(days=nobody(61))], user_count=3)).state is ZOMBIE


def test_without_network_there_is_no_verdict_of_idleness() -> None:
    found = judged(candidate([server(days=idle(90, network=None))], user_count=3, contract_ends_on=OVER))
    assert (found.state, found.rule) == (NO_DATA, Rule.NOT_SEEN)
    assert told(found, "network_mib").side is Side.MISSING


@pytest.mark.parametrize("name", ["logins", "http_requests", "writes_by_people"])
def test_one_act_of_a_person_within_the_window_is_use(name: str) -> None:
    enough = getattr(POLICY.thresholds, name) + 1
    days = [*nobody(90)[:-5], day(4, **{name: enough}), *nobody(4)]
    found = judged(candidate([server(days=days)], user_count=3, contract_ends_on=OVER))
    assert (found.state, found.rule) == (ACTIVE, Rule.IN_USE)
    assert told(found, name).side is Side.AGAINST


def test_people_who_came_before_the_window_keep_it_from_being_a_zombie() -> None:
    days = [one if one.day != LAST - timedelta(days=40) else day(40, logins=2) for one in nobody(120)]
    found = judged(candidate([server(days=days)], user_count=3, contract_ends_on=OVER))
    assert found.state in {SUSPECT, WATCH}
    assert Sign.DETACHED not in found.signs


def test_a_job_that_runs_now_and_then_is_watched() -> None:
    found = judged(candidate([server(days=with_use(nobody(90), 3))], contract_ends_on=OVER))
    assert (found.state, found.rule) == (WATCH, Rule.SELDOM_USED)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"days": nobody(90)[:-8]}, "measured on 22 of the last 30 days; 24 are needed"),
        ({"days": ()}, "measured on 0 of the last 30 days"),
        ({"since": TODAY - timedelta(days=29), "days": nobody(29)}, "is judged from"),
        ({"subject": None, "days": ()}, "no sync has found it"),
    ],
)
def test_what_was_not_seen_well_is_no_data_and_says_what_lacks(change: dict[str, Any], words: str) -> None:
    facts = candidate([server(**change)], user_count=0, contract_ends_on=OVER, declared_zombie=True)
    found = judged(facts)
    assert (found.state, found.rule, found.confidence) == (NO_DATA, Rule.NOT_SEEN, 0)
    assert any(words in one.words["en"] for one in found.changes)


def test_metrics_that_stop_for_a_week_make_no_data_of_an_idle_system() -> None:
    whole, broken = nobody(90), nobody(90)[:-7]
    assert judged(candidate([server(days=whole)], user_count=3)).state is ZOMBIE
    assert judged(candidate([server(days=broken)], user_count=3)).state is NO_DATA
    empty = [DayUse(day=LAST - timedelta(days=back)) for back in reversed(range(7))]
    assert judged(candidate([server(days=[*broken, *empty])], user_count=3)).state is NO_DATA


def test_one_server_in_use_keeps_the_whole_system_alive() -> None:
    servers = [server("a", days=nobody(90)), server("b", days=with_use(nobody(90), 1, 2, 3, 9))]
    found = judged(candidate(servers, contract_ends_on=OVER))
    assert found.state is ACTIVE
    assert {one.name: one.state for one in found.servers} == {"a": "idle", "b": "active"}


def test_one_server_that_was_not_seen_makes_no_data_of_an_idle_system() -> None:
    assert judged(candidate([server("a", days=nobody(90)), server("b")], user_count=3)).state is NO_DATA


def test_what_was_rebuilt_under_the_same_name_is_young_and_its_past_counts_as_use() -> None:
    since = TODAY - timedelta(days=5)
    fresh = server(days=nobody(5), since=since, former=nobody(90)[:-5])
    assert judged(candidate([fresh], user_count=3)).state is NO_DATA
    used = server(days=nobody(5), since=since, former=with_use(nobody(90)[:-5], 6, 7, 8))
    assert judged(candidate([used], user_count=3)).state is ACTIVE


def test_what_moved_away_lately_is_judged_by_both_places() -> None:
    gone = server("old", days=with_use(nobody(90)[:-10], 11, 12, 13), gone_on=TODAY - timedelta(days=10))
    there = server("new", days=nobody(10), since=TODAY - timedelta(days=10))
    assert judged(candidate([gone, there], user_count=3)).state is ACTIVE


def test_powered_off_for_long_is_a_rule_of_its_own() -> None:
    off = {"off_since": TODAY - timedelta(days=45), "days": nobody(90)[:-45]}
    found = judged(candidate([server(**off)], user_count=3, contract_ends_on=OVER))
    assert (found.state, found.rule) == (ZOMBIE, Rule.POWERED_OFF)
    assert told(found, "powered_off").value == 45.0
    lately = {"off_since": TODAY - timedelta(days=20), "days": ()}
    assert judged(candidate([server(**lately)], user_count=3)).state is WATCH


def test_what_the_register_calls_seasonal_may_be_off_until_its_season() -> None:
    off = {"off_since": TODAY - timedelta(days=200), "days": ()}
    assert judged(candidate([server(**off)], use_frequency="yearly", user_count=3)).state is WATCH
    assert judged(candidate([server(days=nobody(200))], use_frequency="yearly", user_count=3)).state is WATCH


def test_nothing_on_the_platform_is_never_a_zombie() -> None:
    found = judged(candidate([], contract_ends_on=OVER, user_count=0, use_frequency="never", declared_zombie=True))
    assert (found.state, found.rule, found.cleared) == (SUSPECT, Rule.REGISTER_ONLY, False)
    assert judged(candidate([])).state is NO_DATA


@pytest.mark.parametrize("purpose", [Purpose.STANDBY, Purpose.DISASTER_RECOVERY, Purpose.DEV_TEST])
def test_what_stands_by_is_reported_and_not_cleared(purpose: Purpose) -> None:
    facts = candidate([server(days=nobody(120))], declared=declared(purpose), user_count=3, contract_ends_on=OVER)
    found = judged(facts)
    assert (found.state, found.cleared, found.flagged) == (WATCH, False, False)
    assert "reported and not cleared" in found.headline.words["en"]


def test_a_purpose_declared_for_the_clearings_sake_is_flagged_and_stays_on_the_list() -> None:
    late = declared(Purpose.STANDBY, suspected=True)
    found = judged(candidate([server(days=nobody(120))], declared=late, user_count=3, contract_ends_on=OVER))
    assert (found.state, found.cleared, found.flagged) == (ZOMBIE, False, True)
    assert any("look at it" in one.words["en"] for one in found.changes)


def test_a_server_has_a_purpose_of_its_own() -> None:
    servers = [
        server("db", days=nobody(120), declared=declared(Purpose.REPLICA)),
        server("dr", days=nobody(120), declared=declared(Purpose.DISASTER_RECOVERY)),
    ]
    found = judged(candidate(servers, user_count=3))
    assert {one.name: one.purpose for one in found.servers} == {
        "db": Purpose.REPLICA, "dr": Purpose.DISASTER_RECOVERY,
    }  # fmt: skip
    assert not found.cleared


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"needed_by": ("gzk",)}, "needed_by"),
        ({"deployed": TODAY - timedelta(days=5)}, "deployed_on"),
    ],
)
def test_weighty_evidence_against_keeps_it_from_being_a_zombie(change: dict[str, Any], name: str) -> None:
    dates = {Metric.DEPLOYED_ON: change.pop("deployed")} if "deployed" in change else {}
    found = judged(candidate([server(days=nobody(90), dates=dates)], user_count=3, **change))
    assert found.state is SUSPECT
    assert told(found, name).side is Side.AGAINST


def test_dates_speak_for_signs_by_their_age() -> None:
    dates = {
        Metric.CONTENT_CHANGED_ON: TODAY - timedelta(days=1200),
        Metric.PATCHED_ON: TODAY - timedelta(days=500),
        Metric.CERTIFICATE_ENDS_ON: TODAY - timedelta(days=60),
    }
    found = judged(candidate([server(days=idle(90), dates=dates)]))
    assert {Sign.DETACHED, Sign.IDLE, Sign.UNMAINTAINED} <= set(found.signs)
    assert found.state is ZOMBIE
    assert told(found, "content_changed_on").value == 1200.0


def test_a_duplicate_makes_it_replaceable() -> None:
    twin = Twin(code="oa-new", name="一体化办公平台", points=92)
    found = judged(candidate([server(days=idle(90))], twins=[twin]))
    assert Sign.REPLACEABLE in found.signs
    assert "oa-new" in told(found, "duplicates").sentence.words["zh_CN"]


def test_a_system_that_is_said_to_be_gone_and_still_stands_is_detached() -> None:
    found = judged(candidate([server(days=idle(90))], status="retired"))
    assert Sign.DETACHED in found.signs
    assert found.state is ZOMBIE


def test_an_exemption_lifts_the_clearing_and_not_the_verdict() -> None:
    until = TODAY + timedelta(days=90)
    found = judged(candidate([server(days=nobody(90))], user_count=3, exempt_until=until))
    assert (found.state, found.exempt_until) == (ZOMBIE, until)


USE = st.builds(
    day,
    st.just(0),
    cpu=st.floats(0, 100),
    network=st.none() | st.floats(0, 5000),
    logins=st.none() | st.integers(0, 3),
    http_requests=st.none() | st.integers(0, 3),
    samples=st.sampled_from([0, 3, 288]),
)
FIELDS = st.fixed_dictionaries(
    {
        "contract_ends_on": st.none() | st.dates(date(2023, 1, 1), date(2028, 1, 1)),
        "user_count": st.none() | st.integers(0, 500),
        "use_frequency": st.sampled_from([None, "daily", "monthly", "yearly", "never"]),
        "declared_zombie": st.sampled_from([None, True, False]),
    }
)


def _dated(uses: list[DayUse]) -> list[DayUse]:
    last = len(uses) - 1
    return [
        DayUse(
            **{name: getattr(one, name) for name in DayUse.__struct_fields__ if name != "day"},
            day=LAST - timedelta(days=last - place),
        )
        for place, one in enumerate(uses)
    ]


@settings(max_examples=60, deadline=None)
@given(uses=st.lists(st.lists(USE, max_size=100), max_size=3), fields=FIELDS)
def test_any_system_is_judged_the_same_again_and_in_any_order_of_its_servers(
    uses: list[list[DayUse]], fields: dict[str, Any]
) -> None:
    servers = [server(f"s-{place}", days=_dated(some)) for place, some in enumerate(uses)]
    first, again = judged(candidate(servers, **fields)), judged(candidate(servers, **fields))
    assert first.digest == again.digest
    turned = judged(candidate(servers[::-1], **fields))
    assert (turned.state, turned.rule, turned.confidence, turned.signs) == (
        first.state, first.rule, first.confidence, first.signs,
    )  # fmt: skip
    if first.state is ZOMBIE:
        assert all(one.network_seen for one in first.servers if one.state != "off")
        assert all(one.covered >= 0.8 for one in first.servers if one.state != "off")


@pytest.mark.parametrize("lacking", [lambda days: days[:-1], lambda days: [*days, day(-1, cpu=90.0, network=9000.0)]])
def test_what_comes_after_the_day_is_not_seen(lacking: Callable[[list[DayUse]], list[DayUse]]) -> None:
    whole = candidate([server(days=nobody(90))], user_count=3)
    other = candidate([server(days=lacking(nobody(90)))], user_count=3)
    same = judged(whole).digest == judged(other).digest
    assert same is (len(other.servers[0].days) > len(whole.servers[0].days))
