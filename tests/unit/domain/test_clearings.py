"""A case: no path leads to its deletion without notice, elapsed grace, a tested backup and two persons."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cloudctl.domain.calendars import Calendar, end_of_day, today_for_people
from cloudctl.domain.clearings import Answer, Clearing, Given, Returned, Signature
from cloudctl.domain.errors import Conflict, Forbidden, Invalid, UserError
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_clearings import CLEARINGS
from cloudctl.domain.zombies import Clock

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
CALENDAR = Calendar(official=lambda day: day.weekday() < 5)
CLOCK = Clock(
    answer_working_days=15,
    answer_working_days_without_owner=30,
    reminder_last_days=3,
    quarantine_days=30,
    backup_days=180,
    most_snoozes=2,
    snooze_most_days=90,
)
BACK = Returned(servers=1, vcpu=2, memory_mib=4096, disk_gib=40)
OWNER, A, B, STARTER = (new_id() for _ in range(4))
CAUSE = {"zh_CN": "x", "en": "x"}
DIGEST = "a" * 64


def opened(**fields: Any) -> Clearing:
    system = new_id()
    values: dict[str, Any] = {
        "number": "清理〔2026〕1号", "campaign_id": new_id(), "system_id": system, "department_id": new_id(),
        "verdict_id": new_id(), "claim": system, "words": CAUSE, "servers": [new_id()], "changed_at": NOW,
        "created_at": NOW,
    }  # fmt: skip
    return Clearing(**values | fields)


def told(now: datetime = NOW, **fields: Any) -> Clearing:
    case = opened(**fields)
    case.notify(CALENDAR.after(today_for_people(now), 15), now, owner_known=True)
    return case


def given(answer: Answer, at: datetime, **fields: Any) -> Given:
    return Given(**{"answer": answer, "by": OWNER, "via": "api", "at": at, "reason": "要用"} | fields)


def signed(by: UUID, at: datetime, reason: str = "可删") -> Signature:
    return Signature(by=by, at=at, reason=reason)


def ready(case: Clearing | None = None) -> tuple[Clearing, datetime]:
    """A case whose backup is tested, and the end of its quarantine."""
    case = case or told()
    assert case.due_on is not None
    at = end_of_day(case.due_on)
    case.lapse(at)
    case.begin("quarantine_system", at)
    case.quarantine(CLOCK, at)
    case.begin("back_up_system", at)
    case.back_up(DIGEST, 10, at)
    case.test_restore(DIGEST, at)
    assert case.quarantined_until is not None
    return case, case.quarantined_until


def test_the_clock_begins_with_the_notice_and_ends_with_the_last_day() -> None:
    case = told()
    assert case.due_on == date(2026, 12, 11)  # fifteen working days after Friday, 20 November
    with pytest.raises(Conflict):
        case.lapse(end_of_day(date(2026, 12, 11)) - timedelta(seconds=1))
    case.lapse(end_of_day(date(2026, 12, 11)))
    assert case.state == "due"


def test_nothing_is_dated_back() -> None:
    case, until = ready()
    with pytest.raises(Conflict) as refused:
        case.propose(signed(A, until - timedelta(seconds=1)))
    assert "quarantine until" in str(refused.value)
    case.propose(signed(A, until))
    with pytest.raises(Conflict):
        case.confirm(signed(B, until - timedelta(days=1)), set())
    assert case.state == "deletion_proposed"


def test_the_second_person_is_another_one_and_not_who_applied_the_policy_or_answered() -> None:
    case = told()
    case.snooze(given(Answer.SNOOZE, NOW, until=date(2026, 12, 1)), CALENDAR, date(2026, 11, 20), CLOCK)
    case.wake(CALENDAR, NOW + timedelta(days=12))
    case, until = ready(case)
    case.propose(Signature(by=A, for_account_id=B, at=until, reason="可删"))
    for person in (A, B, STARTER, OWNER):
        with pytest.raises(Forbidden):
            case.confirm(signed(person, until), {STARTER})
    assert case.state == "deletion_proposed"
    case.confirm(signed(new_id(), until), {STARTER})
    assert case.unmet(until) == []


def test_a_flipped_byte_stops_the_deletion() -> None:
    case, until = ready()
    case.propose(signed(A, until))
    case.confirm(signed(B, until), set())
    with pytest.raises(Conflict) as refused:
        case.begin_deletion("b" * 64, until)
    assert refused.value.field == "digest"
    assert case.state == "deletion_confirmed"
    case.begin_deletion(DIGEST, until)
    case.delete(BACK, CLOCK, until)
    assert case.backup_until == today_for_people(until) + timedelta(days=180)


def test_snoozing_keeps_what_was_left_and_ends_after_n_times() -> None:
    case = told()
    day = NOW + timedelta(days=7)
    case.snooze(given(Answer.SNOOZE, day, until=date(2026, 12, 7)), CALENDAR, date(2026, 11, 27), CLOCK)
    assert (case.state, case.left) == ("snoozed", 10)
    with pytest.raises(Conflict):
        case.wake(CALENDAR, day)
    woken = datetime(2026, 12, 7, 3, tzinfo=UTC)
    case.wake(CALENDAR, woken)
    assert case.due_on == date(2026, 12, 21)  # ten working days from Monday, 7 December
    case.snooze(given(Answer.SNOOZE, woken, until=date(2026, 12, 8)), CALENDAR, date(2026, 12, 7), CLOCK)
    case.wake(CALENDAR, woken + timedelta(days=1))
    with pytest.raises(Conflict):
        case.snooze(given(Answer.SNOOZE, woken, until=date(2026, 12, 9)), CALENDAR, date(2026, 12, 8), CLOCK)


def test_a_case_that_is_held_loses_no_day() -> None:
    case = told()
    case.hold(CAUSE, CALENDAR, NOW + timedelta(days=3))  # Monday: fourteen are left
    case.resume(CALENDAR, CLOCK, NOW + timedelta(days=60))
    assert case.state == "notified"
    assert case.due_on == CALENDAR.after(today_for_people(NOW + timedelta(days=60)), 14).day


def test_use_that_returns_brings_back_what_may_be_off() -> None:
    early = told()
    early.dismiss(CAUSE, NOW)
    assert (early.state, early.claim) == ("dismissed", None)
    late = told()
    late.lapse(end_of_day(late.due_on or date.min))
    late.begin("quarantine_system", late.changed_at)
    late.dismiss(CAUSE, late.changed_at)
    assert late.state == "restoring"
    late.finish_restore(late.changed_at)
    assert late.state == "dismissed"


def test_a_server_started_by_hand_makes_backup_and_signatures_void() -> None:
    case, until = ready()
    case.propose(signed(A, until))
    case.park(CAUSE, until, used=True)
    assert (case.paused, case.digest, case.tested_at, case.proposed) == ("quarantined", None, None, None)
    case.resume(CALENDAR, CLOCK, until)
    assert (case.state, case.quarantined_until) == ("quarantined", until + timedelta(days=30))
    with pytest.raises(UserError):
        case.propose(signed(A, until))


def test_an_answer_needs_its_reason_and_a_day_within_bounds() -> None:
    case = told()
    today = date(2026, 11, 20)
    for fields, field in (
        ({"reason": " ", "until": today + timedelta(days=9)}, "reason"),
        ({"until": today}, "until"),
        ({"until": today + timedelta(days=366)}, "until"),
        ({}, "until"),
    ):
        with pytest.raises(Invalid) as refused:
            case.keep(given(Answer.KEEP, NOW, **fields), today, 365)
        assert refused.value.field == field
    with pytest.raises(Invalid):
        case.transfer(given(Answer.TRANSFER, NOW, to_department_id=case.department_id))
    assert (case.state, case.answers) == ("notified", [])
    case.keep(given(Answer.KEEP, NOW, until=date(2027, 3, 31)), today, 365)
    assert (case.state, case.kept_until) == ("kept", date(2027, 3, 31))


def test_a_transfer_asks_the_other_department_with_a_clock_of_its_own() -> None:
    case, other = told(), new_id()
    case.transfer(given(Answer.TRANSFER, NOW, to_department_id=other))
    assert (case.state, case.department_id, case.notified_at, case.due_on) == ("transferred", other, None, None)
    with pytest.raises(UserError):
        case.lapse(NOW + timedelta(days=90))


class Walk:
    """One case, events at random times by random people; every one that is refused changes nothing."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.case = opened()
        self.now = NOW
        self.people = [OWNER, A, B, STARTER]
        self.was_used = self.was_tested = False
        self.off_since: datetime | None = None

    def step(self) -> None:
        hours = self.dice.choices((-30, 0, 5, 24, 24 * 9, 24 * 40), (1, 8, 4, 4, 2, 1))[0]
        self.now += timedelta(hours=hours)
        acts = self.acts()
        if self.dice.random() < 0.8:  # mostly what the table lists here, so that a walk gets far in little time
            listed = {event.partition("_")[0] for event in CLEARINGS.events(self.case.state)} - {"hold", "park"}
            acts = [pair for pair in acts if pair[0] in listed] or acts
        name, act = self.dice.choice(acts)
        before = self.case.state
        try:
            act()
        except UserError:
            assert self.case.state == before, name
            return
        self.note(before)

    def note(self, before: str) -> None:
        case = self.case
        if case.state == "quarantined" and before != "quarantined" and before not in {"held", "attention"}:
            self.off_since = case.quarantined_at
        if case.state == "restore_tested" and before == "backed_up":
            self.was_tested = True
        if before == "attention" and case.state == "quarantined" and self.was_used:
            self.was_used, self.was_tested, self.off_since = False, False, case.changed_at
        if case.state == "deleting" and before == "deletion_confirmed":
            assert case.notified_at is not None
            assert self.off_since is not None
            assert case.changed_at - self.off_since >= timedelta(days=30)
            assert self.was_tested
            assert case.proposed is not None
            assert case.confirmed is not None
            assert case.proposed.persons.isdisjoint(case.confirmed.persons)
            assert STARTER not in case.confirmed.persons
        if case.state == "deleted":
            assert before == "deleting"

    def park(self) -> None:
        used = self.dice.random() < 0.3 and self.case.state in USED
        self.case.park(CAUSE, self.now, used=used)
        self.was_used = self.was_used or used

    def acts(self) -> list[tuple[str, Any]]:
        case, now, dice = self.case, self.now, self.dice
        person, digest = dice.choice(self.people), dice.choice((DIGEST, "b" * 64, ""))
        until = today_for_people(now) + timedelta(days=dice.randrange(-5, 120))
        said = given(dice.choice(list(Answer)), now, by=person, until=until, to_department_id=new_id())
        return [
            ("notify", lambda: case.notify(CALENDAR.after(today_for_people(now), 15), now, owner_known=True)),
            ("keep", lambda: case.keep(said, today_for_people(now), 365) if dice.random() < 0.05 else None),
            ("release", lambda: case.release(said)),
            ("transfer", lambda: case.transfer(said) if dice.random() < 0.2 else None),
            ("snooze", lambda: case.snooze(said, CALENDAR, today_for_people(now), CLOCK)),
            ("wake", lambda: case.wake(CALENDAR, now)),
            ("lapse", lambda: case.lapse(now)),
            ("quarantine", lambda: case.quarantine(CLOCK, now)),
            ("back", lambda: case.back_up(digest, 10, now)),
            ("test", lambda: case.test_restore(digest, now)),
            ("propose", lambda: case.propose(signed(person, now))),
            ("take", lambda: case.take_back(now) if dice.random() < 0.2 else None),
            ("confirm", lambda: case.confirm(signed(person, now), {STARTER})),
            ("begin", lambda: case.begin_deletion(digest, now)),
            ("delete", lambda: case.delete(BACK, CLOCK, now)),
            ("hold", lambda: case.hold(CAUSE, CALENDAR, now)),
            ("park", self.park),
            ("resume", lambda: case.resume(CALENDAR, CLOCK, now)),
        ]


USED = {"quarantined", "backed_up", "restore_tested", "deletion_proposed", "deletion_confirmed"}


def test_no_random_walk_reaches_deleted_without_notice_grace_backup_and_two_persons() -> None:
    """Clocks that jump back and ahead among them; most walks end elsewhere, and enough reach the end."""
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    ends: dict[str, int] = {}
    for number in range(400):
        walk = Walk(seed + number)
        for _ in range(400):
            walk.step()
            if walk.case.state in {"deleted", *CLEARINGS.final}:
                break
        ends[walk.case.state] = ends.get(walk.case.state, 0) + 1
    assert ends.get("deleted", 0) >= 5, (seed, ends)
