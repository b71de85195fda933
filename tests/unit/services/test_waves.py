"""Waves on record: what a plan writes, what it leaves alone, and what a day brings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.assessments import Disposition
from cloudctl.domain.calendars import end_of_day
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.freezes import Bound
from cloudctl.governance.consolidation.health import Health
from cloudctl.ports.queries import PageAsk
from cloudctl.services import assessments, consolidation, freezes, moves, readiness, waves
from tests.factories import installation
from tests.seeds import person
from tests.unit.services.migrating import Migrating

MANY = PageAsk(limit=500)
MONDAY = date(2026, 3, 9)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Migrating]:
    with installation(tmp_path) as city:
        yield Migrating(city)


def test_a_plan_puts_waves_moves_and_steps_on_record_with_reasons(town: Migrating) -> None:
    sso, app = town.system("sso"), town.system("app")
    town.needs(app, sso)
    planned = town.plan()
    assert planned.kept
    assert town.wave_of() == {"sso": 1, "app": 1}
    wave = town.waves()[1]
    assert (wave.systems, wave.vcpu, wave.memory_mib, len(wave.days)) == (2, 16, 32768, 10)
    assert wave.starts_on > town.today
    assert town.move(app).words == [
        {"en": "It needs sso, which moves in wave 1.", "zh_CN": town.move(app).words[0]["zh_CN"]}
    ]
    steps = town.steps(app)
    assert [step.kind.value for step in steps] == ["approve", "manual", "playbook", "manual", "verify"]
    assert [step.due_on for step in steps] == [wave.days[day - 1] for day in (2, 4, 7, 9, 10)]
    (event,) = town.city.audited(action="update/wave-plan")
    assert event


def test_a_dry_run_says_the_same_and_keeps_nothing(town: Migrating) -> None:
    town.system("a")
    before = town.city.rows()
    dry = town.plan(dry_run=True)
    assert town.city.rows() == before
    kept = town.plan()
    assert (dry.plan, dry.shifts, dry.ends_on) == (kept.plan, kept.shifts, kept.ends_on)
    assert [(shift.code, shift.before, shift.after) for shift in kept.shifts] == [("a", None, 1)]


def test_the_same_plan_again_writes_nothing_but_its_event(town: Migrating) -> None:
    for code in ("a", "b"):
        town.system(code)
    town.plan()
    before, versions = town.city.rows(), town.waves()[1].version
    again = town.plan()
    assert again.shifts == []
    assert town.waves()[1].version == versions
    assert {name: count for name, count in town.city.rows().items() if before[name] != count} == {
        "audit_events": before["audit_events"] + 1
    }


def test_who_may_plan(town: Migrating) -> None:
    for login in ("officer", "operator", "auditor", "reviewer"):
        with pytest.raises(Forbidden):
            waves.plan(town.city.ctx, town.city.people[login])
    for login in ("operator", "auditor", "reviewer"):
        waves.plan(town.city.ctx, town.city.people[login], dry_run=True)
    with pytest.raises(Forbidden):  # it would name other departments' systems
        waves.plan(town.city.ctx, town.city.people["officer"], dry_run=True)


@pytest.mark.parametrize("days", [0, -1, 5 * 366 + 1])
def test_a_first_day_that_cannot_be_is_refused(town: Migrating, days: int) -> None:
    town.system("a")
    before = town.city.rows()
    with pytest.raises(Invalid) as told:
        town.plan(starts_on=town.today + timedelta(days=days))
    assert told.value.field == "starts_on"
    assert town.city.rows() == before


def test_undecided_and_postponed_systems_block_who_needs_them(town: Migrating) -> None:
    old, app = town.system("old", verdict=None), town.system("app")
    town.needs(app, old)
    planned = town.plan()
    assert town.wave_of() == {"app": None}
    assert town.move(app).state == "blocked"
    assert "assessments decide old" in town.move(app).words[0]["en"]
    assert planned.standings == {"undecided": 3}  # old, and the city's oa and ys
    town.decide(old, Disposition.KEEP)
    town.plan()
    assert town.wave_of() == {"app": 1}
    assert len(town.steps(app)) == 5


def test_a_merger_decided_on_leads_to_the_successor(town: Migrating) -> None:
    _new, old, app = town.system("new"), town.system("old"), town.system("app")
    town.needs(app, old)
    town.decide(old, Disposition.MERGE, successor="new")
    town.plan()
    assert town.wave_of() == {"new": 1, "app": 1}
    assert town.move(app).words[0]["en"] == "It needs new, which moves in wave 1."


def test_a_department_that_is_ready_later_moves_later(town: Migrating) -> None:
    city = town.city
    town.system("mine")
    town.system("theirs", owner="stranger")
    day = town.today + timedelta(days=40)
    readiness.put(city.ctx, city.people["office-admin"], city.ids["czj"], ready_on=day, reason="新办公楼")
    town.plan()
    assert town.wave_of() == {"mine": 1, "theirs": 2}
    assert town.waves()[2].starts_on >= day
    readiness.put(city.ctx, city.people["office-admin"], city.ids["czj"], ready_on=town.today, reason="提前")
    planned = town.plan()
    assert [(shift.code, shift.before, shift.after) for shift in planned.shifts] == [("theirs", 2, 1)]
    assert sorted(town.waves()) == [1]


def test_a_freeze_window_moves_the_days_and_the_steps(town: Migrating) -> None:
    city, key = town.city, town.system("a")
    town.plan()
    wave = town.waves()[1]
    freezes.create(
        city.ctx, city.people["office-admin"], name="两会", starts_at=end_of_day(wave.days[2] - timedelta(days=1)),
        ends_at=end_of_day(wave.days[4]), binds=[Bound.MIGRATIONS], zones=[], reason="重保",
    )  # fmt: skip
    before = [step.due_on for step in town.steps(key)]
    town.plan()
    moved = town.waves()[1]
    assert moved.starts_on == wave.starts_on
    assert not {wave.days[2], wave.days[3], wave.days[4]} & set(moved.days)
    assert "两会" in moved.words[0]["zh_CN"]
    assert [step.due_on for step in town.steps(key)] != before
    assert {step.due_on for step in town.steps(key)} <= set(moved.days)


def begun(town: Migrating, *codes: str) -> dict[str, object]:
    """Systems in one wave that has begun."""
    keys = {code: town.system(code) for code in codes}
    town.plan(starts_on=MONDAY)
    town.wait_for(town.waves()[1].starts_on)
    town.follow_up()
    return keys  # type: ignore[return-value]


def test_the_first_day_begins_a_wave_and_tells_the_departments_once(town: Migrating) -> None:
    begun(town, "a", "b")
    town.follow_up()
    assert town.waves()[1].state == "running"
    assert town.waves()[1].promised_on == town.waves()[1].ends_on
    assert len(told(town, "wave_begins")) == 2  # the officer and the head of fgw


def told(town: Migrating, template: str) -> list[Any]:
    """The notices of a template."""
    return [row for row in town.city.ctx.queries.notices.page(None, {}, MANY).items if row.template == template]


def test_steps_are_done_in_their_order_by_who_owes_them(town: Migrating) -> None:
    keys = begun(town, "a")
    first, second, *_ = town.steps(keys["a"])
    people = town.city.people
    with pytest.raises(Forbidden):
        moves.complete_step(town.city.ctx, people["officer"], first.id)
    with pytest.raises(Conflict) as told:
        moves.complete_step(town.city.ctx, people["officer"], second.id)
    assert str(first.id) in told.value.way_out.format(**told.value.params)
    town.complete(keys["a"], 1)
    assert town.move(keys["a"]).state == "running"
    assert town.city.read(lambda uow: uow.systems.get(keys["a"])).status == "migrating"
    town.complete(keys["a"], 2, 3, 4, 5)
    assert town.move(keys["a"]).state == "done"
    assert town.waves()[1].state == "done"
    system = town.city.read(lambda uow: uow.systems.get(keys["a"]))
    assert (system.status, system.status_on) == ("on_platform", town.today)
    with pytest.raises(Conflict):
        town.complete(keys["a"], 5)


def test_a_foreign_departments_step_is_not_there(town: Migrating) -> None:
    keys = begun(town, "a")
    step = town.steps(keys["a"])[0]
    with pytest.raises(NotFound):
        moves.complete_step(town.city.ctx, town.city.people["strange-head"], step.id)
    with pytest.raises(NotFound):
        moves.get_step(town.city.ctx, town.city.people["stranger"], step.id)


def test_who_did_a_step_does_not_verify(town: Migrating) -> None:
    keys = begun(town, "a")
    town.complete(keys["a"], 1, 2, 3, 4)
    verify = town.steps(keys["a"])[-1]
    with town.city.ctx.unit_of_work(town.city.people["office-admin"]) as uow:
        uow.move_steps.get(town.steps(keys["a"])[2].id).done_by = town.city.ids["reviewer"]
    with pytest.raises(Conflict):
        moves.complete_step(town.city.ctx, town.city.people["reviewer"], verify.id)
    other, _secret, _key = person(town.city.ctx, "reviewer2", Role.OFFICE_REVIEWER, None)
    moves.complete_step(town.city.ctx, other, verify.id)
    assert town.move(keys["a"]).state == "done"


def test_before_its_first_day_nothing_of_a_wave_is_done(town: Migrating) -> None:
    key = town.system("a")
    town.plan(starts_on=town.today + timedelta(days=20))
    with pytest.raises(Conflict):
        town.complete(key, 1)


def test_a_new_plan_leaves_what_has_begun_where_it_is(town: Migrating) -> None:
    keys = begun(town, "a", "b")
    town.complete(keys["a"], 1)
    late = town.system("late")
    planned = town.plan()
    assert town.wave_of() == {"a": 1, "b": 1, "late": 2}
    assert town.waves()[2].starts_on > town.waves()[1].ends_on
    assert planned.standings["moving"] == 2
    town.wait_for(town.waves()[1].ends_on + timedelta(days=1))
    town.plan()  # the wave is over: what has begun stays, the rest goes to the next one
    assert town.wave_of() == {"a": 1, "b": 2, "late": 2}
    assert town.move(keys["a"]).state == "running"
    assert {step.due_on for step in town.steps(keys["b"])} <= set(town.waves()[2].days)
    assert late


def test_a_slip_is_noticed_once_a_day_due_and_told_to_who_owes_the_step(town: Migrating) -> None:
    keys = begun(town, "a")
    due = town.steps(keys["a"])[0].due_on
    town.wait_for(due + timedelta(days=1))
    assert town.follow_up() == 1
    assert town.follow_up() == 0
    (row,) = town.city.ctx.queries.slips.page(None, {}, MANY).items
    assert (row.system, row.due_on, row.noticed_on, row.done_at) == ("a", due, town.today, None)
    told = [row for row in town.city.ctx.queries.notices.page(None, {}, MANY).items if row.template == "step_overdue"]
    assert len(told) == 1
    town.complete(keys["a"], 1)
    (row,) = town.city.ctx.queries.slips.page(None, {}, MANY).items
    assert row.done_at is not None


def health_of(town: Migrating, number: int = 1) -> tuple[Health, list[str]]:
    """As the use case explains it; the list has to say the same."""
    wave = town.waves()[number]
    _wave, found = waves.get(town.city.ctx, town.city.people["auditor"], wave.id)
    (row,) = town.city.ctx.queries.waves.page(None, {"number": number}, MANY).items
    assert row.health == found.health.value
    return found.health, [sign["en"] for sign in found.signs]


def test_health_is_the_same_explained_and_listed(town: Migrating) -> None:
    keys = begun(town, "a", "b")
    assert health_of(town) == (Health.ON_TRACK, [])
    town.wait_for(town.steps(keys["a"])[0].due_on + timedelta(days=1))
    health, signs = health_of(town)
    assert health is Health.LAGGING
    assert len(signs) == 2
    moves.hold_step(town.city.ctx, town.city.people["head"], town.steps(keys["a"])[0].id, reason="等密评结论")
    health, signs = health_of(town)
    assert (health, signs[0]) == (Health.BLOCKED, "a: the step “The head agrees to the dates” is held: 等密评结论")
    moves.resume_step(town.city.ctx, town.city.people["head"], town.steps(keys["a"])[0].id)
    assert health_of(town)[0] is Health.LAGGING
    for key in keys.values():
        town.complete(key)
    assert health_of(town) == (Health.ON_TRACK, [])


def test_a_wave_waits_for_what_slipped_out_of_an_earlier_one(town: Migrating) -> None:
    base, app = town.system("base"), town.system("app")
    town.needs(app, base)
    for number in range(19):
        town.system(f"s{number:02d}")
    town.plan()
    first = town.waves()[1]
    waits = next(code for code, number in town.wave_of().items() if number == 2)
    assert waits
    town.wait_for(town.waves()[2].starts_on)
    town.follow_up()
    health, signs = health_of(town, 2)
    assert first.ends_on < town.today
    assert health_of(town, 1)[0] is Health.LAGGING
    if waits == "app":
        assert (health, signs[0]) == (Health.BLOCKED, "app needs base, which has not arrived.")


def test_a_decision_not_to_move_takes_a_system_out_of_its_wave(town: Migrating) -> None:
    keys = begun(town, "a")
    town.complete(keys["a"], 1)
    town.decide(keys["a"], Disposition.POSTPONE, until=town.today + timedelta(days=90))
    assert town.move(keys["a"]).state == "withdrawn"
    assert town.city.read(lambda uow: uow.systems.get(keys["a"])).status == "in_use"
    assert town.waves()[1].state == "done"
    assert town.steps(keys["a"]) == []


def test_the_forecast_needs_a_pace_and_then_has_a_spread(town: Migrating) -> None:
    ask = town.city.ctx, town.city.people["auditor"]
    none = consolidation.outlook(*ask)
    assert (none.remaining, none.found.given, none.undecided) == (0, False, 2)
    keys = begun(town, "a", "b", "c", "d", "e", "f")
    assert "no pace" in consolidation.outlook(*ask).found.why
    for code in ("a", "b", "c"):
        town.complete(keys[code])
        town.city.clock.move(days=7)
    town.city.clock.move(days=7)
    found = consolidation.outlook(*ask)
    assert found.found.given, found.found
    assert found.found.early_on is not None
    assert found.found.late_on is not None
    assert town.today < found.found.early_on <= found.found.likely_on <= found.found.late_on  # type: ignore[operator]
    assert (found.moved, found.remaining) == (3, 3)


def test_an_explanation_names_wave_reasons_steps_and_neighbours(town: Migrating) -> None:
    sso, app = town.system("sso"), town.system("app")
    town.needs(app, sso)
    town.plan()
    found = consolidation.explain(town.city.ctx, town.city.people["officer"], app)
    assert found.wave is not None
    assert found.wave.number == 1
    assert [(one.code, one.standing) for one in found.needs] == [("sso", "to_move")]
    assert len(found.steps) == 5
    other = consolidation.explain(town.city.ctx, town.city.people["officer"], sso)
    assert [one.code for one in other.needed_by] == ["app"]
    with pytest.raises(NotFound):
        consolidation.explain(town.city.ctx, town.city.people["stranger"], app)


def test_two_plans_at_the_same_day_are_the_same(town: Migrating) -> None:
    for code in ("c", "a", "b"):
        town.system(code)
    assert town.plan(dry_run=True).plan == town.plan(dry_run=True).plan
    assert isinstance(town.plan().ends_on, date)


def waiting(town: Migrating, who: str) -> list[tuple[str, str]]:
    rows = town.city.ctx.queries.todo([town.city.people[who].actor], 100)
    return [(row.source, row.number) for row in rows if row.source in {"move_step", "assessment_due"}]


def test_the_next_step_waits_for_who_owes_it_and_for_nobody_else(town: Migrating) -> None:
    keys = begun(town, "a")
    assert waiting(town, "head") == [("move_step", "a")]
    for who in ("officer", "operator", "reviewer", "strange-head", "auditor"):
        assert waiting(town, who) == []
    town.complete(keys["a"], 1)
    assert waiting(town, "head") == []
    assert waiting(town, "officer") == [("move_step", "a")]
    town.decide(keys["a"], Disposition.POSTPONE, until=town.today)
    assert waiting(town, "officer") == []
    town.city.clock.move(days=1)
    assessments.lapse(town.city.ctx, town.city.people["office-admin"])
    assert waiting(town, "office-admin") == [("assessment_due", "a")]
