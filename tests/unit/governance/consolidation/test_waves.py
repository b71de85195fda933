from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudctl.domain.calendars import PEOPLE_ZONE, Calendar
from cloudctl.domain.freezes import Bound, Freeze
from cloudctl.governance.consolidation.slots import Schedule, Size
from cloudctl.governance.consolidation.waves import Mover, Snapshot, Standing, WavePlan, Why, plan_waves
from tests.unit.domain.test_clocks import freeze

MONDAY = date(2026, 11, 2)
ROOM = Size(systems=2, vcpu=100, memory_mib=100 * 1024)


def snapshot(
    movers: Iterable[str | Mover],
    *needs: tuple[str, str],
    room: Size = ROOM,
    days: int = 5,
    freezes: Iterable[Freeze] = (),
    others: dict[str, Standing] | None = None,
    first: int = 1,
) -> Snapshot:
    """Systems of 4 vCPU in the extranet where only a code is given."""
    return Snapshot(
        movers=[one if isinstance(one, Mover) else Mover(one, 4, 8192, "extranet") for one in movers],
        dependencies=needs,
        others=others or {},
        room=room,
        schedule=Schedule(start=MONDAY, days=days, calendar=Calendar(), freezes=list(freezes)),
        first=first,
    )


def waves(plan: WavePlan) -> dict[str, int]:
    return {place.code: wave.number for wave in plan.waves for place in wave.places}


def why(plan: WavePlan, code: str) -> dict[Why, dict[str, str]]:
    places = {place.code: place.reasons for wave in plan.waves for place in wave.places}
    blocks = {block.code: block.reasons for block in plan.blocked}
    return {reason.why: dict(reason.names) for reason in {**places, **blocks}[code]}


def test_what_is_needed_moves_first_and_the_reason_names_it() -> None:
    plan = plan_waves(snapshot(["app", "sso", "db"], ("app", "sso"), ("sso", "db")))
    assert waves(plan) == {"db": 1, "sso": 1, "app": 2}
    assert [place.code for place in plan.waves[0].places] == ["db", "sso"]
    assert why(plan, "db") == {Why.FREE: {}}
    assert why(plan, "sso") == {Why.NEEDS: {"needed": "db", "wave": "1"}}
    assert why(plan, "app") == {
        Why.NEEDS: {"needed": "sso", "wave": "1"},
        Why.FULL: {"first": "1", "last": "1"},
    }


def test_what_needs_each_other_moves_together() -> None:
    plan = plan_waves(snapshot(["a", "b", "c"], ("b", "c"), ("c", "b")))
    found = waves(plan)
    assert found["b"] == found["c"]
    assert why(plan, "b")[Why.TOGETHER] == {"systems": "c"}


def test_what_most_others_wait_for_goes_first() -> None:
    plan = plan_waves(snapshot(["a", "b", "z1", "z2", "z3"], ("z2", "z1"), ("z3", "z2"), room=Size(1, 100, 99_999)))
    assert waves(plan) == {"z1": 1, "z2": 2, "a": 3, "b": 4, "z3": 5}


def test_a_department_that_is_not_ready_comes_later() -> None:
    late = Mover("late", 4, 8192, "extranet", date(2026, 11, 10))
    plan = plan_waves(snapshot([late, "a"]))
    assert waves(plan) == {"a": 1, "late": 2}
    assert plan.waves[1].slot.starts_on == date(2026, 11, 16)  # the first wave that begins once it is ready
    assert why(plan, "late") == {Why.READY: {"day": "2026-11-10"}}


def test_waves_last_working_days_and_a_window_moves_their_dates() -> None:
    window = freeze(date(2026, 11, 4), date(2026, 11, 6), binds=[Bound.MIGRATIONS])
    plan = plan_waves(snapshot(["a", "b", "c"], freezes=[window]))
    first, second = plan.waves
    assert first.slot.days == tuple(date(2026, 11, day) for day in (2, 3, 9, 10, 11))
    assert second.slot.starts_on == date(2026, 11, 12)
    assert [reason.why for reason in first.reasons] == [Why.WINDOW]
    assert second.reasons == ()


def test_a_window_of_one_zone_keeps_only_its_systems_out() -> None:
    window = freeze(date(2026, 11, 4), date(2026, 11, 6), zones=["internet"])
    plan = plan_waves(snapshot([Mover("site", 4, 8192, "internet"), "oa"], freezes=[window]))
    assert waves(plan) == {"oa": 1, "site": 2}
    assert why(plan, "site") == {Why.FROZEN: {"zones": "internet", "until": "2026-11-06"}}


def test_who_needs_what_has_no_date_has_none_either() -> None:
    others = {"old": Standing.UNDECIDED, "kept": Standing.STAYS, "gone": Standing.RETIRING, "there": Standing.ARRIVED}
    plan = plan_waves(
        snapshot(
            ["a", "b", "c", "d", "e"],
            ("a", "old"), ("b", "a"), ("c", "kept"), ("d", "gone"), ("e", "there"),
            others=others,
        )
    )  # fmt: skip
    assert waves(plan) == {"c": 1, "e": 1}
    assert why(plan, "a") == {Why.UNDECIDED: {"system": "a", "needed": "old"}}
    assert why(plan, "b") == {Why.BLOCKED: {"needed": "a"}}
    assert why(plan, "c") == {Why.FREE: {}, Why.REACHES_BACK: {"needed": "kept"}}
    assert why(plan, "d") == {Why.RETIRING: {"system": "d", "needed": "gone"}}


def test_what_no_wave_can_take_is_named_with_the_figures() -> None:
    plan = plan_waves(snapshot([Mover("huge", 101, 1024, "extranet"), "a"], ("a", "huge")))
    assert waves(plan) == {}
    assert why(plan, "huge")[Why.TOO_LARGE]["vcpu"] == "101"
    assert why(plan, "huge")[Why.TOO_LARGE]["vcpu_at_most"] == "100"
    assert why(plan, "a") == {Why.BLOCKED: {"needed": "huge"}}


def test_a_plan_beyond_the_published_years_says_so() -> None:
    late = Mover("late", 4, 8192, "extranet", date(2029, 3, 1))
    (wave,) = plan_waves(snapshot([late])).waves
    assert [reason.why for reason in wave.reasons] == [Why.PROVISIONAL]


CODES = [f"s{number:02d}" for number in range(14)]


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    codes = draw(st.lists(st.sampled_from(CODES), unique=True, max_size=14))
    movers = [
        Mover(
            code,
            draw(st.integers(0, 120)),
            draw(st.integers(0, 4)) * 1024,
            draw(st.sampled_from(["extranet", "internet"])),
            draw(st.none() | st.dates(MONDAY, MONDAY + timedelta(days=60))),
        )
        for code in codes
    ]
    rest = [code for code in CODES if code not in codes]
    others = (
        {code: draw(st.sampled_from(list(Standing))) for code in draw(st.lists(st.sampled_from(rest), unique=True))}
        if rest
        else {}
    )
    needs = draw(st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), max_size=25))
    windows = [
        freeze(day, day + timedelta(days=length), binds=[Bound.MIGRATIONS], zones=zones)
        for day, length, zones in draw(
            st.lists(
                st.tuples(
                    st.dates(MONDAY, MONDAY + timedelta(days=40)),
                    st.integers(1, 12),
                    st.sampled_from([(), ("internet",)]),
                ),
                max_size=3,
            )
        )
    ]
    room = Size(draw(st.integers(1, 4)), draw(st.integers(50, 200)), draw(st.integers(2, 8)) * 1024)
    return snapshot(
        movers,
        *needs,
        room=room,
        days=draw(st.integers(1, 7)),
        freezes=windows,
        others=others,
        first=draw(st.integers(1, 5)),
    )


@settings(max_examples=200)
@given(snapshots())
def test_whatever_the_facts_the_plan_keeps_its_word(seen: Snapshot) -> None:
    plan = plan_waves(seen)
    at = waves(plan)
    movers = {mover.code: mover for mover in seen.movers}
    blocked = {block.code for block in plan.blocked}
    assert at.keys() | blocked == movers.keys()
    assert not at.keys() & blocked
    positions = {place.code: (wave.number, place.position) for wave in plan.waves for place in wave.places}
    knot_mates = _mates(seen)
    for system, needed in seen.dependencies:
        if system in at and needed in movers and system != needed:
            assert needed in at, "a system has a date and what it needs has none"
            assert needed in knot_mates[system] or positions[needed] < positions[system]
        if system in at:
            assert seen.others.get(needed) not in {Standing.UNDECIDED, Standing.POSTPONED, Standing.RETIRING}
    for code, mates in knot_mates.items():
        assert len({at.get(mate) for mate in mates | {code}}) == 1, "a knot is torn"
    _check_waves(seen, plan, movers)


def _check_waves(seen: Snapshot, plan: WavePlan, movers: dict[str, Mover]) -> None:
    barred: dict[str, set[date]] = {zone: _barred(seen, zone) for zone in ("extranet", "internet")}
    everywhere = {day for freeze_ in seen.schedule.freezes if not freeze_.zones for day in _days(freeze_)}
    end = MONDAY - timedelta(days=1)
    for number, wave in enumerate(plan.waves, seen.first):
        assert wave.number == number
        assert wave.slot.starts_on > end
        end = wave.slot.ends_on
        assert len(wave.slot.days) == seen.schedule.days
        assert not everywhere & set(wave.slot.days)
        assert all(seen.schedule.calendar.works(day)[0] for day in wave.slot.days)
        moved = [movers[place.code] for place in wave.places]
        assert wave.size == (len(moved), sum(one.vcpu for one in moved), sum(one.memory_mib for one in moved))
        assert wave.size.within(seen.room)
        for one in moved:
            assert one.ready_on is None or one.ready_on <= wave.slot.starts_on
            assert not barred[one.zone] & set(wave.slot.days)
        assert all(place.reasons for place in wave.places)
    assert all(block.reasons for block in plan.blocked)


@settings(max_examples=100)
@given(snapshots(), st.randoms(use_true_random=False))
def test_in_whatever_order_the_facts_come_the_plan_is_the_same(seen: Snapshot, dice: random.Random) -> None:
    movers, needs = list(seen.movers), list(seen.dependencies)
    dice.shuffle(movers)
    dice.shuffle(needs)
    shuffled = dict(dice.sample(list(seen.others.items()), len(seen.others)))
    windows = dice.sample(list(seen.schedule.freezes), len(seen.schedule.freezes))
    again = replace(
        seen,
        movers=movers,
        dependencies=[*needs, *needs[:3]],
        others=shuffled,
        schedule=replace(seen.schedule, freezes=windows),
    )
    assert plan_waves(again) == plan_waves(seen)


def _mates(seen: Snapshot) -> dict[str, set[str]]:
    """With whom each system can only move together."""
    codes = {mover.code for mover in seen.movers}
    needs = {
        code: {needed for system, needed in seen.dependencies if system == code and needed in codes} for code in codes
    }
    reach = {}
    for code in codes:
        found = set(needs[code])
        while more := {to for at in found for to in needs[at]} - found:
            found |= more
        reach[code] = found
    return {code: {other for other in reach[code] if code in reach[other]} - {code} for code in codes}


def _barred(seen: Snapshot, zone: str) -> set[date]:
    return {day for window in seen.schedule.freezes if zone in (window.zones or [zone]) for day in _days(window)}


def _days(window: Freeze) -> set[date]:
    day, days = window.starts_at, set()
    while day < window.ends_at:
        days.add(day.astimezone(PEOPLE_ZONE).date())
        day += timedelta(hours=1)
    return days


def test_a_long_row_is_planned_wave_by_wave() -> None:
    codes = [f"s{number:04d}" for number in range(400)]
    plan = plan_waves(snapshot(codes, *zip(codes[1:], codes, strict=False), room=Size(1, 8, 8192)))
    assert [wave.places[0].code for wave in plan.waves] == codes
