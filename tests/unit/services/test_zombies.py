"""Scans: what goes on record, what is computed again the same, and what faults of clocks, metrics and policies do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as altered

from cloudctl.domain.errors import Conflict, Forbidden, Invalid, NotFound
from cloudctl.domain.metrics import Metric
from cloudctl.domain.purposes import Purpose
from cloudctl.domain.telemetry import DateKnown
from cloudctl.domain.verdicts import Rule, VerdictState
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk, scope_of
from cloudctl.services import purposes, systems, zombie_exemptions, zombies
from tests.factories import installation
from tests.unit.services.measuring import Measured

MANY = PageAsk(limit=500)


@pytest.fixture
def measured(tmp_path: Path) -> Iterator[Measured]:
    with installation(tmp_path) as city:
        yield Measured(city)


@pytest.fixture
def dead(measured: Measured) -> Measured:
    """Idle for ninety days, few users, and nobody about."""
    measured.live(95)
    measured.tell(measured.server("oa-1"), 90)
    register(measured, user_count=3)
    return measured


def register(measured: Measured, **changes: Any) -> None:
    systems.update(measured.city.ctx, measured.city.people["officer"], measured.system, changes)


def with_policy(measured: Measured, **changes: Any) -> None:
    """Somebody edits the policy, and the office restarts the platform."""
    ctx = measured.city.app.context
    edited = altered(ctx.zombie_policies["default"], **changes)
    measured.city.app.context = replace(ctx, zombie_policies={"default": edited})


def test_a_scan_puts_the_verdict_its_grounds_and_the_policy_on_record(dead: Measured) -> None:
    found = dead.scan()
    assert (found.states["zombie"], found.day, found.policy, found.policy_version) == (1, dead.today, "default", 1)
    (verdict,) = dead.verdicts()
    assert (verdict.state, verdict.rule, verdict.before) == (VerdictState.ZOMBIE, Rule.IDLE, None)
    assert (verdict.policy_digest, verdict.scan_id) == (found.policy_digest, found.id)
    assert verdict.digest == verdict.judged.digest
    events = dead.city.audited(action="evaluate/verdict")
    assert [event["after"]["state"] for event in events if event["after"]["system"] == "oa"] == ["zombie"]


def test_what_is_as_it_was_is_not_written_again_and_what_is_old_is_renewed(dead: Measured) -> None:
    assert dead.scan().changed >= 1
    before = len(dead.verdicts())
    assert dead.scan().changed == 0
    dead.city.clock.move(days=3)
    dead.tell(dead.server("oa-1"), 3)
    dead.scan()
    assert len(dead.verdicts()) == before
    dead.city.clock.move(days=4)
    dead.tell(dead.server("oa-1"), 4)
    dead.scan()
    assert [one.state.value for one in dead.verdicts()] == ["zombie", "zombie"]


def test_a_verdict_is_computed_again_the_same_whatever_happened_since(dead: Measured) -> None:
    dead.scan()
    (verdict,) = dead.verdicts()
    assert dead.explain().same
    dead.city.clock.move(days=1)
    register(dead, user_count=9000, use_frequency="daily", contract_ends_on=dead.today + timedelta(days=900))
    dead.tell(dead.server("oa-1"), 20, until=dead.last - timedelta(days=1), source="late", cpu=90.0, logins=40)
    purposes.declare(
        dead.city.ctx, dead.city.people["officer"], dead.system, purpose=Purpose.STANDBY, reason="备机值守"
    )
    with_policy(dead, version=2, title={"zh_CN": "改", "en": "edited"})
    again = dead.explain()
    assert again.verdict is not None
    assert (again.verdict.id, again.same, again.policy_version) == (verdict.id, True, 1)
    assert again.judged.digest == verdict.digest
    past = dead.explain(day=verdict.day)
    assert (past.same, past.judged.state) == (True, VerdictState.ZOMBIE)
    dead.scan()
    assert dead.explain().judged.state is not VerdictState.ZOMBIE


def test_a_past_day_is_judged_as_of_then_and_nothing_is_kept(dead: Measured) -> None:
    rows = dead.city.rows()
    past = dead.scan(day=dead.today - timedelta(days=80))
    assert past.states.get("zombie", 0) == 0
    assert {name: count for name, count in dead.city.rows().items() if name != "zombie_policies"} == {
        name: count for name, count in rows.items() if name != "zombie_policies"
    }
    with pytest.raises(Invalid, match="still to come"):
        dead.scan(day=dead.today + timedelta(days=1))


def test_a_policy_that_was_edited_under_its_version_is_refused_and_one_with_a_new_one_judges_anew(
    dead: Measured,
) -> None:
    dead.scan()
    windows = dead.city.ctx.zombie_policies["default"].windows
    with_policy(dead, windows=altered(windows, off_after_idle_days=120))
    rows = dead.city.rows()
    with pytest.raises(Conflict, match="still calls itself version 1"):
        dead.scan()
    assert dead.city.rows() == rows
    with_policy(dead, version=2)
    dead.scan()
    old, new = dead.verdicts()
    assert [(one.state.value, one.policy_version) for one in (old, new)] == [("zombie", 1), ("suspect", 2)]
    assert new.before is VerdictState.ZOMBIE


def test_a_clock_that_stands_before_what_is_on_record_changes_nothing(dead: Measured) -> None:
    dead.city.clock.move(days=3)
    dead.scan()
    dead.city.clock.move(days=-2)
    with pytest.raises(Conflict, match="the clock says"):
        dead.scan()
    assert len(dead.verdicts()) == 1


def test_a_clock_that_runs_ahead_makes_no_data_and_no_zombie(dead: Measured) -> None:
    dead.city.clock.move(days=60)
    assert dead.scan().states.get("zombie", 0) == 0
    assert dead.verdicts()[-1].state is VerdictState.NO_DATA


def test_metrics_that_stop_make_no_data(dead: Measured) -> None:
    dead.scan()
    dead.city.clock.move(days=8)
    dead.scan()
    assert [one.state.value for one in dead.verdicts()] == ["zombie", "no_data"]


def test_use_that_returns_ends_it(dead: Measured) -> None:
    dead.scan()
    dead.city.clock.move(days=2)
    dead.tell(dead.server("oa-1"), 2, logins=3, http_requests=200, network_mib=80.0)
    dead.scan()
    assert dead.verdicts()[-1].state is VerdictState.ACTIVE


def test_what_was_never_measured_or_never_seen_is_no_data(measured: Measured) -> None:
    measured.scan()
    assert measured.verdicts()[-1].state is VerdictState.NO_DATA
    measured.live(95)
    measured.scan()
    assert measured.verdicts()[-1].state is VerdictState.NO_DATA


def test_what_the_cloud_has_had_off_for_long_comes_by_its_own_rule(dead: Measured) -> None:
    record = dead.city.resource(dead.made["oa-1"].id)
    provider = dead.city.ctx.clouds.provider(dead.city.record)
    tenant = dead.city.read(lambda uow: uow.tenants.get(dead.city.ids["fgw"], "sim-1"))
    provider.servers.stop(tenant.backend_id, record.backend_id)
    dead.sync()
    dead.scan()
    before = dead.verdicts()[-1]
    assert before.rule is Rule.POWERED_OFF
    assert before.state is VerdictState.WATCH
    dead.city.clock.move(days=31)
    dead.scan()
    assert (dead.verdicts()[-1].rule, dead.verdicts()[-1].state) == (Rule.POWERED_OFF, VerdictState.ZOMBIE)
    assert dead.explain(day=before.day).judged.state is VerdictState.WATCH


def test_dates_of_the_sources_count_up_to_the_day(dead: Measured) -> None:
    old = dead.today - timedelta(days=900)
    with dead.city.ctx.unit_of_work(platform("test")) as uow:
        uow.telemetry.know(
            [DateKnown(subject_id=dead.server("oa-1"), metric=Metric.CONTENT_CHANGED_ON, on=old, day=dead.last,
                       source="probe", known_at=uow.now)]
        )  # fmt: skip
    dead.scan()
    (one,) = [one for one in dead.verdicts()[-1].judged.signals if one.name == "content_changed_on"]
    assert (one.side.value, one.since) == ("for", old)


def test_a_department_sees_its_own_and_scans_nothing(dead: Measured) -> None:
    dead.scan()
    city = dead.city
    assert dead.explain("officer").judged.state is VerdictState.ZOMBIE
    with pytest.raises(NotFound):
        dead.explain("stranger")
    own = city.ctx.queries.zombies.page(scope_of(city.people["officer"].actor), {}, MANY).items
    other = city.ctx.queries.zombies.page(scope_of(city.people["stranger"].actor), {}, MANY).items
    assert {row.system for row in own} >= {"oa"}
    assert not {row.system for row in own} & {row.system for row in other}
    with pytest.raises(Forbidden):
        zombies.scan(city.ctx, city.people["officer"])


def test_a_scan_of_a_department_judges_no_other(dead: Measured) -> None:
    found = dead.scan(department_id=dead.city.ids["czj"])
    assert found.department_id == dead.city.ids["czj"]
    assert dead.verdicts() == []


def test_the_list_shows_the_last_verdict_only(dead: Measured) -> None:
    dead.scan()
    dead.city.clock.move(days=8)
    dead.scan()
    rows = [
        row for row in dead.city.ctx.queries.zombies.page(None, {"state": "no_data"}, MANY).items if row.system == "oa"
    ]
    assert [(row.state, row.before) for row in rows] == [("no_data", "zombie")]
    assert not dead.city.ctx.queries.zombies.page(None, {"state": "zombie"}, MANY).items


def test_the_round_scans_once_a_day_and_not_before_the_morning(dead: Measured) -> None:
    city, job = dead.city, platform("job:zombies")
    hour = dead.now.astimezone(zombies.PEOPLE_ZONE).hour
    city.clock.move(hours=(24 - hour + 3) % 24)
    assert zombies.scan_due(city.ctx, job) == 0
    city.clock.move(hours=7)
    assert zombies.scan_due(city.ctx, job) > 0
    city.clock.move(hours=2)
    assert zombies.scan_due(city.ctx, job) == 0
    city.clock.move(days=1)
    assert zombies.scan_due(city.ctx, job) > 0


def test_judging_now_keeps_nothing(dead: Measured) -> None:
    rows = dead.city.rows()
    assert zombies.judge_now(dead.city.ctx, [dead.system])[dead.system].state is VerdictState.ZOMBIE
    assert dead.city.rows() == rows


def test_an_owner_who_leaves_changes_nothing_of_the_verdict(dead: Measured) -> None:
    dead.scan()
    with dead.city.ctx.unit_of_work(platform("test")) as uow:
        for role in dead.city.people["officer"].actor.roles | dead.city.people["head"].actor.roles:
            for person in uow.accounts.with_role(role, dead.city.ids["fgw"]):
                person.active = False
    assert dead.scan().changed == 0
    assert dead.explain().same


def test_an_exemption_shows_with_the_verdict_as_of_its_time(dead: Measured) -> None:
    dead.scan()
    city = dead.city
    asked = zombie_exemptions.ask(
        city.ctx, city.people["officer"], dead.system, ends_on=dead.today + timedelta(days=60), reason="汛期值守"
    )
    dead.scan()
    assert dead.verdicts()[-1].exempt_until is None
    zombie_exemptions.decide(city.ctx, city.people["reviewer"], asked.id, "grant")
    dead.scan()
    assert dead.verdicts()[-1].exempt_until == asked.ends_on
    assert dead.verdicts()[-1].state is VerdictState.ZOMBIE
    zombie_exemptions.revoke(city.ctx, city.people["reviewer"], asked.id, "已整合")
    city.clock.move(minutes=1)
    dead.scan()
    assert [one.exempt_until for one in dead.verdicts()] == [None, asked.ends_on, None]
