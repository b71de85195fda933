"""Cases from the question to the close-out, and everything that can come between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cloudctl.domain.clearings import Answer
from cloudctl.domain.errors import Conflict, Forbidden, Refused, UserError
from cloudctl.services import clearing_answers, clearing_decisions, clearings
from tests.unit.services.clearing_city import DIGEST, Town, cleared


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    with cleared(tmp_path, monkeypatch) as made:
        yield made


def test_a_case_nobody_answers_goes_to_its_deletion_by_two_persons(town: Town) -> None:
    case = town.started()
    assert town.round() == 1
    assert town.case(case).state == "notified"
    assert sorted(town.told("clearing_asked")) == ["head", "officer"]
    town.days(31)
    now = town.case(case)
    assert (now.state, now.saga) == ("due", "quarantine_system")
    assert town.told("clearing_reminded") == ["officer", "officer", "head"]  # half time; the last three days
    assert "reviewer" in town.told("clearing_lapsed")
    assert "office-admin" in town.told("clearing_lapsed")
    town.machine.quarantine(case)
    assert town.case(case).saga == "back_up_system"
    assert {server.power for server in town.servers} == {"off"}
    town.machine.back_up(case)
    people, ctx = town.city.people, town.city.ctx
    with pytest.raises(Conflict):
        clearing_decisions.propose(ctx, people["reviewer"], case.id, reason="提前")
    town.days(31)
    clearing_decisions.propose(ctx, people["operator"], case.id, reason="隔离期满，备份已验证")
    for who in ("reviewer", "operator", "officer"):
        with pytest.raises(Forbidden):
            clearing_decisions.confirm(ctx, people[who], case.id, reason="同意")
    clearing_decisions.confirm(ctx, people["security"], case.id, reason="同意")
    assert town.case(case).saga == "delete_system"
    held_before = town.city.ledger()
    town.machine.delete(case)
    now = town.case(case)
    assert now.state == "deleted"
    assert now.returned is not None
    assert (now.returned.servers, now.returned.disk_gib > 0) == (2, True)
    assert town.city.ledger()["vcpu"][1] == held_before["vcpu"][1] - now.returned.vcpu
    assert {server.state for server in town.servers} == {"released"}
    actions = [event["action"] for event in town.city.audited() if event["target"]["id"] == str(case.id)]
    assert actions.count("update/clearing-quarantine") == 1
    assert actions[-1] == "delete/clearing"


def test_a_department_sees_only_its_own(town: Town) -> None:
    case = town.started()
    town.round()
    people, ctx = town.city.people, town.city.ctx
    assert clearings.get(ctx, people["officer"], case.id).number == case.number
    for act in (
        lambda: clearings.get(ctx, people["stranger"], case.id),
        lambda: clearing_answers.answer(ctx, people["stranger"], case.id, answer=Answer.RELEASE),
        lambda: clearing_decisions.restore(ctx, people["stranger"], case.id, reason="x"),
    ):
        with pytest.raises(UserError) as refused:
            act()
        assert refused.value.code == "not-found"
    assert town.case(case).state == "notified"


@pytest.mark.parametrize("state", ["nominated", "notified", "snoozed", "due", "released"])
def test_use_that_returns_ends_the_case_in_every_state_before_it_is_off(town: Town, state: str) -> None:
    case = town.started()
    ctx, officer = town.city.ctx, town.city.people["officer"]
    if state != "nominated":
        town.round()
    if state == "snoozed":
        until = town.today + timedelta(days=30)
        clearing_answers.answer(ctx, officer, case.id, answer=Answer.SNOOZE, reason="年底", until=until)
    if state == "due":
        town.days(25)
    if state == "released":
        clearing_answers.answer(ctx, officer, case.id, answer=Answer.RELEASE)
    assert town.case(case).state == state
    town.used_on.add(town.today + timedelta(days=1))
    town.days(2)
    now = town.case(case)
    assert now.state == "dismissed", (now.state, now.saga)
    assert now.cause is not None
    assert "oa-" in now.cause["en"]
    assert town.told("clearing_dismissed")


def test_use_that_returns_while_it_is_being_switched_off_brings_it_back(town: Town) -> None:
    case = town.started()
    town.round()
    town.days(31)
    assert town.case(case).saga == "quarantine_system"
    town.used_on.add(town.today)
    town.city.clock.move(days=1)
    town.round()
    assert town.case(case).state == "restoring"
    assert not clearings.may_go_on(town.city.ctx, case.id, "quarantine_system").given
    clearings.stopped(town.city.ctx, case.id, "quarantine_system", "不再继续")
    assert town.case(case).saga == "release_quarantine"
    town.machine.restore(case)
    assert town.case(case).state == "dismissed"


def test_metrics_that_stop_or_a_clock_that_jumps_switch_nothing_off(town: Town) -> None:
    case = town.started()
    town.round()
    town.unseen_from = town.today + timedelta(days=2)
    town.city.clock.move(days=120)
    for _ in range(3):
        town.round()
    now = town.case(case)
    assert (now.state, now.saga, now.off_at) == ("due", None, None)
    town.unseen_from = None  # what was late comes in
    town.round()
    assert town.case(case).saga == "quarantine_system"


def test_a_clock_that_goes_back_is_not_believed(town: Town) -> None:
    case = town.started()
    town.round()
    due = town.case(case).due_on
    town.city.clock.move(days=-3)
    town.round()
    with pytest.raises(Conflict) as refused:
        clearing_answers.answer(
            town.city.ctx, town.city.people["officer"], case.id, answer=Answer.RELEASE, reason="不用了"
        )
    assert "clock" in str(refused.value)
    now = town.case(case)
    assert (now.state, now.due_on, now.answers) == ("notified", due, [])


def test_restoring_is_one_command_whatever_is_stopped(town: Town) -> None:
    case = town.off()
    town.machine.back_up(case)
    clearing_decisions.restore(town.city.ctx, town.city.people["officer"], case.id, reason="业务要用")
    assert town.case(case).saga == "release_quarantine"
    assert clearings.may_go_on(town.city.ctx, case.id, "release_quarantine").given
    town.machine.restore(case)
    town.machine.restore(case)  # the step runs again after a crash
    now = town.case(case)
    assert (now.state, now.claim) == ("restored", None)
    assert {(server.power, server.claimed_by) for server in town.servers} == {("on", None)}


def test_a_server_that_was_off_before_is_off_on_record_afterwards(town: Town) -> None:
    case = town.started()
    town.round()
    town.days(31)
    idle, running = sorted(case.servers)
    clearings.seen_running(town.city.ctx, case.id, [running])
    clearings.quarantined(town.city.ctx, case.id)
    town.machine.back_up(case)
    clearing_decisions.restore(town.city.ctx, town.city.people["officer"], case.id, reason="业务要用")
    town.machine.restore(case)
    assert [town.city.resource(key).power for key in (idle, running)] == ["off", "on"]


def test_a_repeated_report_of_a_saga_does_nothing(town: Town) -> None:
    case = town.off()
    events = len(town.city.audited())
    clearings.quarantined(town.city.ctx, case.id)
    town.machine.back_up(case)
    done = town.case(case)
    town.machine.back_up(case)
    clearings.stopped(town.city.ctx, case.id, "quarantine_system", "late")
    assert town.case(case).version == done.version
    assert len(town.city.audited()) == events + 2


def test_a_machine_that_fails_waits_for_a_person_who_lets_it_go_on(town: Town) -> None:
    case = town.off()
    clearings.stopped(town.city.ctx, case.id, "back_up_system", "存储已满")
    now = town.case(case)
    assert (now.state, now.paused, now.cause) == ("attention", "quarantined", {"zh_CN": "存储已满", "en": "存储已满"})
    assert "operator" in town.told("clearing_attention")
    town.round()
    assert town.case(case).state == "attention"
    clearing_decisions.resume(town.city.ctx, town.city.people["reviewer"], case.id, reason="已扩容")
    town.round()
    assert town.case(case).saga == "back_up_system"


def test_another_backup_than_the_one_on_record_is_not_deleted_by(town: Town) -> None:
    case = town.tested()
    people, ctx = town.city.people, town.city.ctx
    clearing_decisions.propose(ctx, people["operator"], case.id, reason="期满")
    clearing_decisions.confirm(ctx, people["security"], case.id, reason="同意")
    with pytest.raises(Conflict):
        clearings.begin_deletion(ctx, case.id, digest="d" * 64)
    with pytest.raises(Conflict):
        clearings.restore_tested(ctx, case.id, digest="d" * 64) or clearings.begin_deletion(ctx, case.id, digest="")
    clearings.deleted(ctx, case.id)
    assert town.case(case).state == "deletion_confirmed"
    assert {server.state for server in town.servers} == {"active"}
    clearings.begin_deletion(ctx, case.id, digest=DIGEST)
    assert town.case(case).state == "deleting"
    with pytest.raises(UserError):
        clearing_decisions.restore(ctx, people["officer"], case.id, reason="太晚")


def test_a_server_in_quarantine_is_started_by_nobody_and_a_start_by_hand_is_seen(town: Town) -> None:
    from cloudctl.services import resources

    case = town.off()
    server = town.servers[0]
    with pytest.raises(Conflict) as refused:
        resources.start(town.city.ctx, town.city.people["officer"], server.id)
    assert case.number in str(refused.value.params)
    town.machine.back_up(case)
    town.city.clock.move(hours=1)
    town.sync()  # the simulated machines were never really switched off: the sync sees them running
    town.round()
    now = town.case(case)
    assert (now.state, now.paused, now.digest) == ("attention", "quarantined", None)
    assert now.cause is not None
    assert server.name in now.cause["en"]


def test_a_backup_that_counts_no_more_is_taken_anew_and_signed_anew(town: Town) -> None:
    case = town.tested()
    people, ctx = town.city.people, town.city.ctx
    clearing_decisions.propose(ctx, people["operator"], case.id, reason="期满")
    clearing_decisions.confirm(ctx, people["security"], case.id, reason="同意")
    clearings.void(ctx, case.id, "oa-1 被手动开机")
    clearings.stopped(ctx, case.id, "delete_system", "oa-1 被手动开机")
    now = town.case(case)
    assert (now.state, now.paused, now.saga, now.digest, now.confirmed) == (
        "attention",
        "quarantined",
        None,
        None,
        None,
    )
    clearing_decisions.resume(ctx, people["reviewer"], case.id, reason="已关机")
    town.round()
    now = town.case(case)
    assert (now.state, now.saga) == ("quarantined", "back_up_system")
    assert now.quarantined_until is not None
    assert now.quarantined_until > town.city.clock.now() + timedelta(days=29)


def test_no_data_consumer_is_left_behind(town: Town) -> None:
    from cloudctl.services import dependencies

    case = town.tested()
    ctx, people = town.city.ctx, town.city.people
    made = dependencies.add(ctx, people["office-admin"], system_id=town.city.ids["ys"], on_id=town.city.ids["oa"])
    with pytest.raises(Conflict) as refused:
        clearing_decisions.propose(ctx, people["operator"], case.id, reason="期满")
    assert "consumer" in refused.value.message
    dependencies.remove(ctx, people["office-admin"], made.id)
    clearing_decisions.propose(ctx, people["operator"], case.id, reason="期满")
    clearing_decisions.confirm(ctx, people["security"], case.id, reason="同意")
    dependencies.add(ctx, people["office-admin"], system_id=town.city.ids["ys"], on_id=town.city.ids["oa"])
    with pytest.raises(Conflict):
        clearings.begin_deletion(ctx, case.id, digest=DIGEST)
    assert town.case(case).state == "deletion_confirmed"


def test_only_what_is_possible_is_answered(town: Town) -> None:
    case = town.off()
    with pytest.raises(Refused) as refused:
        clearing_answers.answer(
            town.city.ctx, town.city.people["officer"], case.id, answer=Answer.KEEP, reason="要",
            until=town.today + timedelta(days=9),
        )  # fmt: skip
    assert "restore" in str(refused.value.params)
