"""Cases that open by themselves: once for each cause, owed by who it was up to, closed only on proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudctl.domain.accounts import Role
from cloudctl.domain.calendars import is_working_day
from cloudctl.domain.cases import Case, CaseOrigin
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.evidence import EvidenceKind, Subject
from cloudctl.domain.rooms import RoomKind, RoomStatus
from cloudctl.ports.context import platform
from cloudctl.ports.queries import PageAsk
from cloudctl.services import cases, contradictions, evidence, moves, openings, standings, todo
from cloudctl.services.explanations import explain_system
from tests.factories import Installed, installation
from tests.unit.services.migrating import Migrating
from tests.unit.services.proving import Proof, photo, proven


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Migrating]:
    with installation(tmp_path) as city:
        yield Migrating(city)


@pytest.fixture
def proof(tmp_path: Path) -> Iterator[Proof]:
    with proven(tmp_path) as made:
        yield made


def opened(city: Installed) -> int:
    return openings.open_due(city.ctx, platform("job:openings"))


def listed(city: Installed) -> list[Case]:
    rows = city.ctx.queries.cases.page(None, {}, PageAsk(limit=100)).items
    return [cases.get(city.ctx, city.people["auditor"], row.id) for row in reversed(rows)]


def slipped(town: Migrating, *done: int, days: int = 5) -> Any:
    """A system whose next step is so many working days late; some steps are done before."""
    key = town.system("late")
    town.plan()
    wave = town.waves()[1]
    town.wait_for(wave.starts_on)
    if done:
        town.complete(key, *done)
    step = town.steps(key)[len(done)]
    town.wait_for(step.due_on)
    for _ in range(days):
        town.city.clock.move(days=1)
        while not works(town):
            town.city.clock.move(days=1)
    town.follow_up()
    return key


def works(town: Migrating) -> bool:
    return is_working_day(town.today)[0]


def test_a_step_that_is_late_for_long_is_listed_once(town: Migrating) -> None:
    key = slipped(town)
    assert opened(town.city) == 1
    (case,) = listed(town.city)
    assert (case.origin, case.subject_id, case.role) == (CaseOrigin.SLIP, key, None)
    assert (case.department_id, case.title) == (town.city.ids["fgw"], "late 系统late")
    assert (case.state, case.number, case.due_on > town.today) == ("open", "督办〔2026〕1号", True)
    assert "单位负责人确认迁移安排" in case.reason
    assert "5" in case.reason
    waiting = todo.waiting(town.city.ctx, town.city.people["officer"], 50)
    assert ("case", case.number) in [(row.source, row.number) for row in waiting]
    assert opened(town.city) == 0
    town.city.clock.move(days=30)
    town.follow_up()
    assert opened(town.city) == 0, "the steps that wait for the late one are nobody's to do yet"


def test_before_the_grace_is_over_nothing_is_listed(town: Migrating) -> None:
    slipped(town, days=4)
    assert opened(town.city) == 0


def test_a_step_that_was_done_late_is_not_listed(town: Migrating) -> None:
    key = slipped(town)
    town.complete(key, 1)
    assert opened(town.city) == 0


def test_what_operations_owe_is_theirs_and_not_the_departments(town: Migrating) -> None:
    slipped(town, 1, 2)
    assert opened(town.city) == 1
    (case,) = listed(town.city)
    assert case.role is Role.OPERATOR
    people = town.city.people
    waiting = {who: todo.waiting(town.city.ctx, people[who], 50) for who in ("officer", "operator")}
    mine = {who: {row.number for row in rows} for who, rows in waiting.items()}
    assert case.number in mine["operator"] - mine["officer"]
    with pytest.raises(Forbidden):
        cases.prove(town.city.ctx, people["officer"], case.id, proof="不是我们的")
    notices = town.city.ctx.queries.notices.page(None, {}, PageAsk(limit=200)).items
    assert {row.account_id for row in notices if row.template == "case_opened"} == {town.city.ids["operator"]}
    town.city.clock.move(days=60)
    owed = town.city.ctx.queries.standings.cases_owed(town.city.clock.now())
    assert town.city.ids["fgw"] not in owed, "it counts against no department"


def test_a_slips_case_closes_when_the_step_is_done_or_on_a_file_and_opens_no_second_one(town: Migrating) -> None:
    key = slipped(town)
    opened(town.city)
    (case,) = listed(town.city)
    people, ctx = town.city.people, town.city.ctx
    cases.prove(ctx, people["officer"], case.id, proof="已确认")
    with pytest.raises(Conflict) as refused:
        cases.close(ctx, people["reviewer"], case.id)
    assert refused.value.field == "proof"
    evidence.hand_in(
        ctx, people["officer"], subject_kind=Subject.CASE, subject_id=case.id, kind=EvidenceKind.CASE_PROOF,
        name="x.jpg", content=photo("x"),
    )  # fmt: skip
    assert cases.close(ctx, people["reviewer"], case.id).state == "closed"
    assert opened(town.city) == 0
    town.complete(key, 1)
    other = cases.open_case(
        ctx, people["reviewer"], department_id=town.city.ids["fgw"], title="x", reason="x", origin=CaseOrigin.SLIP,
        cause=case.cause,
    )  # fmt: skip
    cases.prove(ctx, people["officer"], other.id, proof="已完成")
    assert cases.close(ctx, people["reviewer"], other.id).state == "closed", "the step is done: that is the proof"


def test_a_held_step_is_late_all_the_same(town: Migrating) -> None:
    key = slipped(town, days=5)
    step = town.steps(key)[0]
    moves.hold_step(town.city.ctx, town.city.people["head"], step.id, reason="等密评")
    assert opened(town.city) == 1


def test_a_lie_is_listed_once_and_again_on_newer_evidence(proof: Proof) -> None:
    city = proof.city
    assert opened(city) == 0
    proof.reading("srv-old-1", 48_000_000_000)
    assert opened(city) == 1
    assert opened(city) == 0
    (case,) = listed(city)
    assert (case.origin, case.subject_id) == (CaseOrigin.LIE, proof.system)
    assert "srv-old-1" in case.reason
    evidence.hand_in(
        city.ctx, city.people["officer"], subject_kind=Subject.CASE, subject_id=case.id, kind=EvidenceKind.CASE_PROOF,
        name="x.jpg", content=photo("x"),
    )  # fmt: skip
    cases.prove(city.ctx, city.people["officer"], case.id, proof="已断网")
    city.clock.move(minutes=5)
    cases.close(city.ctx, city.people["reviewer"], case.id)
    assert opened(city) == 0, "nothing was seen since"
    city.clock.move(hours=1)
    proof.reading("srv-old-1", 50_000_000_000)
    assert opened(city) == 1
    assert [one.state for one in listed(city)] == ["closed", "open"]


def test_what_only_does_not_answer_is_contradicted_and_no_lie(proof: Proof) -> None:
    proof.network.answers.clear()
    proof.city.clock.move(hours=1)
    proof.gather()
    assert [one.signs for one in contradictions.contradictions(proof.city.ctx, proof.city.people["auditor"])] == [
        ("check_fails",)
    ]
    assert opened(proof.city) == 0


def test_a_change_of_class_opens_nothing_and_a_reopened_room_does(proof: Proof) -> None:
    first, second = proof.room("r-1"), proof.room("r-2")
    proof.close(second)
    proof.city.clock.move(days=1)
    proof.change("rooms", first, kind=RoomKind.CARRIER)
    assert opened(proof.city) == 0
    proof.change("rooms", second, status=RoomStatus.REOPENED, closed_on=None)
    assert opened(proof.city) == 1
    (case,) = listed(proof.city)
    assert (case.origin, case.subject_id) == (CaseOrigin.REOPENED, second)


def test_all_contradictions_in_one_list_with_signs_and_cases(proof: Proof) -> None:
    city, today = proof.city, proof.today
    proof.close(proof.room("r-good"), "good")
    key = proof.room("r-1")
    proof.close(key)
    city.clock.move(days=1)
    proof.observe(EvidenceKind.POWER_READING, key, "operator", it_power_w=4200)
    proof.reading("srv-old-1", 48_000_000_000)
    opened(city)
    found = contradictions.contradictions(city.ctx, city.people["auditor"])
    numbers = {one.number for one in listed(city)}
    told = [(one.subject_kind, one.subject_id, one.claimed, one.signs) for one in found]
    assert told == [
        (Subject.SYSTEM, proof.system, "on_platform", ("old_server_runs",)),
        (Subject.ROOM, key, "closed", ("power_on",)),
    ]  # fmt: skip
    assert {one.case for one in found} == numbers
    assert len(numbers) == 2
    assert contradictions.contradictions(city.ctx, city.people["auditor"], day=today) == []
    assert len(contradictions.contradictions(city.ctx, city.people["officer"])) == 2
    assert contradictions.contradictions(city.ctx, city.people["stranger"]) == []
    proof.change("systems", proof.system, status="in_use")
    assert [one.subject_kind for one in contradictions.contradictions(city.ctx, city.people["auditor"])] == ["room"]


@pytest.mark.parametrize("claimed", ["on_platform", "retired"])
def test_the_list_and_the_explanation_agree(proof: Proof, claimed: str) -> None:
    who, ctx = proof.city.people["auditor"], proof.city.ctx
    for act in (lambda: None, lambda: proof.reading("srv-old-1", 1), proof.switch_off):
        act()
        proof.city.clock.move(hours=1)
        proof.sync()
        proof.gather()
        proof.change("systems", proof.system, status=claimed)
        told = explain_system(ctx, who, proof.system)
        found = contradictions.contradictions(ctx, who)
        assert [one.code for one in found] == ([told.code] if told.verified == "contradicted" else [])
        assert all(one.signs for one in found)


def test_a_day_before_the_department_stood_is_refused_by_that_day(proof: Proof) -> None:
    with pytest.raises(Invalid) as refused:
        standings.status(proof.city.ctx, proof.city.people["officer"], day=proof.today - timedelta(days=400))
    assert (refused.value.field, bool(refused.value.way_out)) == ("date", True)
    with pytest.raises(Forbidden):
        standings.status(proof.city.ctx, proof.city.people["officer"], scope="all")
