"""Campaigns: caps, one case a system, the frozen policy, the kill switch, freeze windows, owners who leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cloudctl.domain.departments import Level
from cloudctl.domain.errors import Conflict, Forbidden, Frozen, Invalid
from cloudctl.domain.freezes import Bound
from cloudctl.domain.verdicts import VerdictState
from cloudctl.governance.zombies.nominations import STALE, Candidate, nominate
from cloudctl.services import accounts, campaigns, clearings, departments, freezes, stops, zombies
from tests.unit.services.clearing_city import Town, cleared


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with cleared(tmp_path, monkeypatch) as made:
        yield made


def candidate(town: Town, number: int, **fields: Any) -> Candidate:
    ids = town.city.ids
    values: dict[str, Any] = {
        "system_id": ids["oa"], "code": f"s{number}", "name": "s", "department_id": ids["fgw"], "department": "d",
        "verdict_id": ids["oa"], "day": town.today, "state": VerdictState.ZOMBIE, "confidence": 90 - number,
        "purpose": "ordinary", "cleared": True, "signs": ("idle",), "words": {}, "servers": (ids["oa"],),
    }  # fmt: skip
    return Candidate(**values | fields)


def test_the_dry_run_says_who_would_be_taken_on_and_keeps_nothing(town: Town) -> None:
    town.verdict()
    town.verdict("ys", VerdictState.NO_DATA)
    rows = town.city.rows()
    planned = campaigns.plan(town.city.ctx, town.city.people["auditor"], policy="default")
    told = {line.candidate.code: (line.taken, line.message) for line in planned.lines}
    assert told["oa"][0]
    assert not told["ys"][0]
    assert "no data" in told["ys"][1]
    assert town.city.rows() == rows
    with pytest.raises(Forbidden):
        campaigns.plan(town.city.ctx, town.city.people["officer"], policy="default")
    with pytest.raises(Invalid) as refused:
        campaigns.plan(town.city.ctx, town.city.people["auditor"], policy="rash")
    assert refused.value.field == "policy"


def test_caps_by_run_and_department_keep_the_surest(town: Town) -> None:
    policy = town.city.ctx.zombie_policies["default"]
    many = [candidate(town, number) for number in range(6)]
    caps = msgspec.structs.replace(policy.caps, per_run=4, per_department=3)
    rules = {"today": town.today, "stale_before": town.today, "again_after_days": 180}
    lines = nominate(many, caps, {}, room=caps.per_run, **rules)
    assert [line.taken for line in lines] == [True, True, True, False, False, False]
    other = [candidate(town, number, department_id=town.city.ids["czj"]) for number in range(6, 9)]
    lines = nominate([*other, *many], caps, {}, room=caps.per_run, **rules)
    assert [line.candidate.code for line in lines if line.taken] == ["s0", "s1", "s2", "s6"]
    assert nominate(many[:1], caps, {town.city.ids["fgw"]: 3}, room=4, **rules)[0].taken is False


def test_what_is_no_zombie_stale_kept_asked_lately_or_spared_is_not_taken(town: Town) -> None:
    policy, today = town.city.ctx.zombie_policies["default"], town.today
    cases = [
        candidate(town, 1, state=VerdictState.NO_DATA),
        candidate(town, 2, state=VerdictState.SUSPECT),
        candidate(town, 3, day=today - timedelta(days=8)),
        candidate(town, 4, cleared=False),
        candidate(town, 5, exempt_until=today),
        candidate(town, 6, kept_until=today + timedelta(days=1)),
        candidate(town, 7, ended_on=today - timedelta(days=100)),
        candidate(town, 8, servers=()),
        candidate(town, 9, standing=("清理〔2026〕1号", "清理行动〔2026〕1号")),
    ]
    lines = nominate(
        cases, policy.caps, {}, today=today, room=50, stale_before=today - timedelta(days=7), again_after_days=180
    )
    assert not any(line.taken for line in lines)
    assert len({line.message for line in lines}) == len(cases)


def test_a_second_campaign_on_a_system_is_refused_with_the_number_of_the_first(town: Town) -> None:
    case = town.started()
    first = town.city.read(lambda uow: uow.campaigns.get(case.campaign_id))
    with pytest.raises(Conflict) as refused:
        town.campaign(title="又一次", systems=[town.city.ids["oa"]])
    assert refused.value.params["number"] == case.number
    assert refused.value.params["campaign"] == first.number
    assert len(town.standing()) == 1
    assert town.campaign(title="全市").number != first.number  # it takes on nobody
    assert len(town.standing()) == 1


def test_a_scan_of_one_department_makes_no_other_verdict_fresh(town: Town) -> None:
    ctx, admin, ids = town.city.ctx, town.city.people["office-admin"], town.city.ids
    town.verdict()
    town.city.clock.move(days=10)
    zombies.scan(ctx, admin, department_id=ids["czj"])
    (line,) = campaigns.plan(ctx, admin, policy="default", systems=[ids["oa"]]).lines
    assert (line.taken, line.message) == (False, STALE)


def test_a_campaign_in_a_district_is_about_what_stands_below_it_too(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, admin, ids = town.city.ctx, town.city.people["office-admin"], town.city.ids
    town.verdict()
    below = departments.create(ctx, admin, code="jd", name="街道", level=Level.TOWNSHIP, parent_id=ids["qu"]).id
    with ctx.unit_of_work(admin) as uow:
        uow.systems.lock(ids["ys"]).department_id = below
    monkeypatch.setitem(ids, "czj", below)  # whose the verdict is
    town.verdict("ys")
    told = campaigns.plan(ctx, admin, policy="default", departments=[ids["qu"]]).lines
    assert [line.candidate.code for line in told] == ["ys"]
    assert zombies.scan(ctx, admin, department_id=ids["qu"]).systems == 1


def test_the_days_cap_keeps_the_next_from_being_switched_off(town: Town) -> None:
    case = town.started()
    town.round()
    policy = msgspec.structs.replace(
        town.city.ctx.zombie_policies["default"],
        caps=msgspec.structs.replace(town.city.ctx.zombie_policies["default"].caps, per_day=0),
    )
    with town.city.ctx.unit_of_work(town.city.people["reviewer"]) as uow:
        uow.campaigns.lock(case.campaign_id).policy = policy
    town.days(35)
    assert (town.case(case).state, town.case(case).off_at) == ("due", None)
    assert "As many as a day allows" in str(town.case(case).cause), "it says what it waits for"


def test_a_policy_edit_in_mid_campaign_changes_nothing_and_is_said_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = town.started()
    town.round()
    before = town.case(case).due_on
    ctx = town.city.ctx
    policy = ctx.zombie_policies["default"]
    longer = msgspec.structs.replace(policy, clock=msgspec.structs.replace(policy.clock, quarantine_days=90))
    edited = replace(ctx, zombie_policies={"default": longer})
    monkeypatch.setattr(type(town.city), "ctx", property(lambda _: edited))
    town.days(31)
    assert town.case(case).due_on == before
    town.machine.quarantine(case)
    off = town.case(case)
    assert off.quarantined_at is not None
    assert off.quarantined_until == off.quarantined_at + timedelta(days=30)
    campaign, differs = campaigns.get(edited, town.city.people["auditor"], case.campaign_id)
    assert differs
    assert campaign.policy.clock.quarantine_days == 30
    assert len(town.told("policy_edited")) == 1


def test_the_kill_switch_stops_every_step_but_bringing_back_and_two_persons_lift_it(town: Town) -> None:
    case = town.started()
    town.round()
    town.days(31)
    ctx, people = town.city.ctx, town.city.people
    with pytest.raises(Forbidden):
        stops.throw(ctx, people["officer"], reason="x")
    stops.throw(ctx, people["operator"], reason="误关在用系统")
    leave = clearings.may_go_on(ctx, case.id, "quarantine_system")
    assert not leave.given
    assert "误关在用系统" in leave.reason
    clearings.stopped(ctx, case.id, "quarantine_system", leave.reason)
    now = town.case(case)
    assert (now.state, now.paused, now.saga) == ("held", "due", None)
    with pytest.raises(Conflict):
        town.campaign(title="不行")
    town.days(3)
    assert town.case(case).state == "held"
    assert clearings.may_go_on(ctx, case.id, "release_quarantine").given is False  # it is not being brought back
    stops.ask(ctx, people["office-admin"], reason="名单已核对")
    with pytest.raises(Forbidden):
        stops.lift(ctx, people["office-admin"])
    stops.lift(ctx, people["security"])
    town.round()
    assert town.case(case).saga == "quarantine_system"


def test_a_stopped_campaign_holds_its_cases_and_another_person_lets_it_go_on(town: Town) -> None:
    case = town.started()
    town.round()
    ctx, people = town.city.ctx, town.city.people
    campaigns.stop(ctx, people["reviewer"], case.campaign_id, reason="先停")
    town.days(40)
    held = town.case(case)
    assert (held.state, held.paused) == ("held", "notified")
    with pytest.raises(Forbidden):
        campaigns.resume(ctx, people["reviewer"], case.campaign_id)
    campaigns.resume(ctx, people["office-admin"], case.campaign_id)
    town.round()
    now = town.case(case)
    assert now.state == "notified"
    assert now.due_on is not None
    assert now.due_on > town.today + timedelta(days=15)  # not a working day was lost


def test_a_freeze_window_begins_no_campaign_and_holds_what_runs(town: Town) -> None:
    case = town.started()
    town.round()
    ctx, people = town.city.ctx, town.city.people
    now = town.city.clock.now()
    freezes.create(
        ctx, people["office-admin"], name="两会", starts_at=now, ends_at=now + timedelta(days=10),
        binds=[Bound.CAMPAIGNS], zones=[], reason="重保",
    )  # fmt: skip
    with pytest.raises(Frozen):
        town.campaign(title="不行")
    town.round()
    held = town.case(case)
    assert held.state == "held"
    assert held.cause is not None
    assert "两会" in held.cause["zh_CN"]
    town.days(11)
    assert town.case(case).state == "notified"


def test_an_owner_who_leaves_leaves_more_time_and_who_comes_has_all_of_it(town: Town) -> None:
    case = town.started()
    town.round()
    due = town.case(case).due_on
    ctx, admin, ids = town.city.ctx, town.city.people["office-admin"], town.city.ids
    for login in ("officer", "head"):
        accounts.update(ctx, admin, ids[login], {"active": False})
    town.days(1)
    orphaned = town.case(case)
    assert orphaned.owner_known is False
    assert due is not None
    assert orphaned.due_on is not None
    assert orphaned.due_on > due
    assert "office-admin" in town.told("clearing_asked")
    town.days(10)
    accounts.update(ctx, admin, ids["head"], {"active": True})
    accounts.create(
        ctx, admin, login="new", name="new", email="new@example.gov.cn", department_id=ids["fgw"],
        roles=town.city.people["officer"].actor.roles,
    )  # fmt: skip
    accounts.update(ctx, admin, ids["head"], {"active": False})
    town.days(1)
    assert town.case(case).owner_known is True
    assert "new" in town.told("clearing_asked")
