"""Clearings (清理案件): one system's case in a campaign, from the nomination to the certificate of closure.

Each method is one event and raises what keeps it from happening. Nothing is dated back: a case knows when it last
changed, and takes no event of an earlier time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from cloudctl.domain.calendars import Calendar, Deadline, end_of_day, today_for_people
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_clearings import ASKING, CLEARINGS, ENDED
from cloudctl.domain.zombies import Clock

SKEW = timedelta(minutes=5)
"""By so much two machines' clocks may differ."""


Words = dict[str, str]
"""A sentence by locale: zh_CN and en."""


class Answer(StrEnum):
    """What an owner says."""

    KEEP = "keep"
    RELEASE = "release"
    TRANSFER = "transfer"
    SNOOZE = "snooze"


class Given(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An owner's answer: by whom, through what (`api` or `link`), and what it says. `until` of keep and snooze."""

    answer: Answer
    by: UUID
    for_account_id: UUID | None = None
    via: str
    at: datetime
    reason: str
    until: date | None = None
    to_department_id: UUID | None = None


class Signature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the two persons of a deletion."""

    by: UUID
    for_account_id: UUID | None = None
    at: datetime
    reason: str

    @property
    def persons(self) -> frozenset[UUID]:
        """Whose hands they are."""
        return frozenset(key for key in (self.by, self.for_account_id) if key is not None)


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """The capacity that a deletion gave back."""

    servers: int
    vcpu: int
    memory_mib: int
    disk_gib: int


@dataclass(kw_only=True, eq=False)
class Clearing:
    """One case. `servers` are the resources that the verdict judged: nothing else of the system is ever touched.

    `claim` is the system while the case stands, so that no second one is opened for it. `department_id` owes the
    answer, until `due_on`; `left` are the working days that were left when its clock was stopped. `paused` is the state
    that it goes on in after held or attention, `cause` says why it stands there, or why it was dismissed. `saga` is the
    machine work under way, `tries` counts how often such was begun, `off_at` is when switching off was begun first.
    `ran` are the servers that were running when they were about to be switched off: only these are started again.
    `digest` is the SHA-256 of the backup's manifest.
    """

    id: UUID = field(default_factory=new_id)
    number: str
    campaign_id: UUID
    system_id: UUID
    department_id: UUID
    verdict_id: UUID
    claim: UUID | None
    words: Words
    servers: list[UUID]
    state: str = "nominated"
    paused: str | None = None
    cause: Words | None = None
    owner_known: bool = True
    notified_at: datetime | None = None
    due_on: date | None = None
    provisional: bool = False
    left: int | None = None
    reminded: int = 0
    answers: list[Given] = field(default_factory=list)
    snoozes: int = 0
    wakes_on: date | None = None
    kept_until: date | None = None
    dismissing: bool = False
    saga: str | None = None
    tries: int = 0
    off_at: datetime | None = None
    ran: list[UUID] = field(default_factory=list)
    quarantined_at: datetime | None = None
    quarantined_until: datetime | None = None
    backed_up_at: datetime | None = None
    digest: str | None = None
    size_bytes: int | None = None
    tested_at: datetime | None = None
    proposed: Signature | None = None
    confirmed: Signature | None = None
    deleted_at: datetime | None = None
    returned: Returned | None = None
    backup_until: date | None = None
    close_out: str | None = None
    closed_by: UUID | None = None
    closed_at: datetime | None = None
    changed_at: datetime
    created_at: datetime
    version: int = 1

    @property
    def ended(self) -> bool:
        """Whether nothing leads on from here."""
        return self.state in ENDED

    @property
    def stands(self) -> str:
        """Its state, or while it is held or waits for a person the one that it goes on in."""
        return self.paused or self.state

    @property
    def off(self) -> bool:
        """Whether something of it is off, or may be."""
        return self.tries > 0

    def advance(self, event: str, now: datetime) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list, Conflict for an earlier time."""
        state = CLEARINGS.next(self.state, event)
        if now < self.changed_at - SKEW:
            raise Conflict(
                "The clock stands before the last change of case {number}: nothing is dated back.",
                way_out="Have the server's clock put right.",
                number=self.number,
            )
        self.state, self.changed_at = state, max(now, self.changed_at)
        if self.ended:
            self.claim = None

    def notify(self, due: Deadline, now: datetime, *, owner_known: bool) -> None:
        """The owner is told; the clock begins with this very moment."""
        self.advance("notify", now)
        self.notified_at, self.owner_known, self.reminded = now, owner_known, 0
        self.due_on, self.provisional = due

    def keep(self, given: Given, today: date, most_days: int) -> None:
        """The owner needs it, for a reason and until a day."""
        _reasoned(given)
        if given.until is None or not today < given.until <= today + timedelta(days=most_days):
            raise Invalid(
                "What is kept is kept until a day, within {most} days.", field="until",
                way_out="Give the day until which it is needed.", most=most_days,
            )  # fmt: skip
        self._answered("keep", given)
        self.kept_until = given.until

    def release(self, given: Given) -> None:
        """The owner needs it no longer."""
        self._answered("release", given)

    def transfer(self, given: Given) -> None:
        """The owner names another department: that one is told, with a clock of its own."""
        _reasoned(given)
        if given.to_department_id is None or given.to_department_id == self.department_id:
            raise Invalid(
                "A transfer names another department.", field="to_department_id", way_out="Say whose the system is."
            )
        self._answered("transfer", given)
        self.department_id = given.to_department_id
        self.notified_at = self.due_on = self.wakes_on = self.left = None

    def snooze(self, given: Given, calendar: Calendar, today: date, rules: Clock) -> None:
        """The owner asks for time: what is left of the clock is kept."""
        _reasoned(given)
        if self.snoozes >= rules.most_snoozes:
            raise Conflict(
                "Case {number} was put off {most} times already.", way_out="Answer keep, release or transfer.",
                number=self.number, most=rules.most_snoozes,
            )  # fmt: skip
        if given.until is None or not today < given.until <= today + timedelta(days=rules.snooze_most_days):
            raise Invalid(
                "A case is put off until a day, within {most} days.", field="until",
                way_out="Give a nearer day.", most=rules.snooze_most_days,
            )  # fmt: skip
        self._answered("snooze", given)
        self._stop_clock(calendar, today)
        self.snoozes, self.wakes_on = self.snoozes + 1, given.until

    def wake(self, calendar: Calendar, now: datetime) -> None:
        """The time asked for is over; the clock goes on with what was left."""
        today = today_for_people(now)
        if self.wakes_on is None or today < self.wakes_on:
            raise Conflict("Case {number} is put off until {day}.", number=self.number, day=str(self.wakes_on))
        self.advance("wake", now)
        self._go_on(calendar, today)

    def lapse(self, now: datetime) -> None:
        """Nobody answered; raises Conflict before the whole of the last day has passed."""
        CLEARINGS.next(self.state, "lapse")
        if self.notified_at is None or self.due_on is None or now < end_of_day(self.due_on):
            raise Conflict("The time to answer case {number} is not over.", number=self.number)
        self.advance("lapse", now)

    def dismiss(self, cause: Words, now: datetime) -> None:
        """Use has returned, or it is called off: at once where nothing is off, else it is brought back first."""
        if self.off:
            self.advance("restore", now)
            self.paused, self.dismissing = None, True
        else:
            self.advance("dismiss", now)
        self.cause = cause

    def wait(self, cause: Words) -> None:
        """Nothing is done just now, for this reason."""
        if self.cause != cause:
            self.cause = cause

    def hold(self, cause: Words, calendar: Calendar, now: datetime) -> None:
        """The kill switch, a freeze window or a stopped campaign: its clock stops with it."""
        before = self.state
        self.advance("hold", now)
        self.paused, self.cause = before, cause
        self._stop_clock(calendar, today_for_people(now))

    def park(self, cause: Words, now: datetime, *, used: bool = False) -> None:
        """A person has to look. `used`: it ran while it was off, so what was backed up and agreed counts no more."""
        before = self.state
        self.advance("park", now)
        self.paused, self.cause, self.saga = before, cause, None
        if used:
            self.paused = "quarantined"
            self.quarantined_until = self.backed_up_at = self.tested_at = self.proposed = self.confirmed = None
            self.digest = self.size_bytes = None

    def resume(self, calendar: Calendar, rules: Clock, now: datetime) -> None:
        """It goes on where it was, with what its clock had left; a quarantine that was broken begins anew."""
        if self.state == "attention" and self.paused is None:
            raise Conflict("Case {number} can only be brought back.", way_out="Restore it.", number=self.number)
        self.advance(f"resume_{self.paused}", now)
        self.paused = self.cause = None
        if self.state == "notified":
            self._go_on(calendar, today_for_people(now))
        if self.state == "quarantined" and self.quarantined_until is None:
            self.quarantined_until = now + timedelta(days=rules.quarantine_days)

    def orphan(self, due: Deadline) -> None:
        """Nobody is left in its department to answer: it has as long as one with no known owner."""
        self.owner_known = False
        self._later(due)

    def adopt(self, due: Deadline) -> None:
        """Somebody new was told, and has all of the time."""
        self.owner_known = True
        self._later(due)

    def begin(self, saga: str, now: datetime) -> str:
        """Machine work begins; answers its id."""
        self.saga, self.tries = saga, self.tries + 1
        if self.state in ASKING:
            self.cause = None
        if self.off_at is None:
            self.off_at = now
        return f"{saga}:{self.id}:{self.tries}"

    def note_running(self, servers: Iterable[UUID]) -> None:
        """These run, and are about to be switched off.

        What was noted before stays: it is off only because an earlier quarantine could not bring it back.
        """
        self.ran = sorted({*self.ran, *servers})

    def forget_running(self) -> None:
        """All of it is as it was; another quarantine looks anew."""
        self.ran = []

    def quarantine(self, rules: Clock, now: datetime) -> None:
        """All of it is off; raises Refused for what was neither due nor released."""
        self.advance("quarantine", now)
        self.quarantined_at, self.quarantined_until = now, now + timedelta(days=rules.quarantine_days)
        self.saga = None

    def back_up(self, digest: str, size_bytes: int, now: datetime) -> None:
        """The backup is in the file store, under this manifest."""
        if not digest or size_bytes <= 0:
            raise Invalid("A backup has bytes and a digest.", field="digest", way_out="Have it taken again.")
        self.advance("back_up", now)
        self.digest, self.size_bytes, self.backed_up_at = digest, size_bytes, now

    def test_restore(self, digest: str, now: datetime) -> None:
        """A test restore of that very backup came up."""
        self._same(digest)
        self.advance("test_restore", now)
        self.tested_at, self.saga = now, None

    def propose(self, signature: Signature) -> None:
        """Somebody proposes the deletion; raises Conflict before its time in quarantine is over."""
        CLEARINGS.next(self.state, "propose")
        if not signature.reason.strip():
            raise Invalid("A proposal needs a reason.", field="reason", way_out="Say why it can be deleted.")
        if self.quarantined_until is None or signature.at < self.quarantined_until:
            raise Conflict(
                "Case {number} stays in quarantine until {until}.", way_out="Propose it then.", number=self.number,
                until=str(today_for_people(self.quarantined_until or signature.at)),
            )  # fmt: skip
        self.advance("propose", signature.at)
        self.proposed = signature

    def take_back(self, now: datetime) -> None:
        """The proposal is taken back, or turned down."""
        self.advance("take_back", now)
        self.proposed = None

    def confirm(self, signature: Signature, barred: Collection[UUID]) -> None:
        """A second person; raises Forbidden for who proposed it, and for the `barred` (who applied the policy)."""
        CLEARINGS.next(self.state, "confirm")
        if self.proposed is None or signature.persons & self.proposed.persons:
            raise Forbidden(
                "Who proposed the deletion does not confirm it.", way_out="A second person has to confirm it."
            )
        if not signature.persons.isdisjoint(barred):
            raise Forbidden(
                "Who applied the policy does not confirm a deletion by it.", way_out="Another person has to confirm it."
            )
        owners = {key for given in self.answers for key in (given.by, given.for_account_id)}
        if signature.persons & owners:
            raise Forbidden(
                "Who answered for the owner does not confirm the deletion.",
                way_out="Somebody of the office has to confirm it.",
            )
        self.advance("confirm", signature.at)
        self.confirmed = signature

    def begin_deletion(self, digest: str, now: datetime) -> None:
        """The backup was verified once more: from here on there is no way back but the backup."""
        self._same(digest)
        unmet = self.unmet(now)
        if unmet:
            raise Conflict("Case {number} lacks {unmet}.", number=self.number, unmet=", ".join(unmet))
        self.advance("begin_deletion", now)

    def unmet(self, now: datetime) -> list[str]:
        """What a deletion still lacks; all of it was checked on the way, and is once more before the first byte."""
        signed = self.proposed and self.confirmed and not (self.proposed.persons & self.confirmed.persons)
        conditions = {
            "notice": self.notified_at is not None,
            "grace": self.quarantined_until is not None and now >= self.quarantined_until,
            "backup": self.digest is not None and self.tested_at is not None,
            "two persons": bool(signed),
        }
        return [name for name, met in conditions.items() if not met]

    def delete(self, returned: Returned, rules: Clock, now: datetime) -> None:
        """The cloud confirms that everything is gone."""
        self.advance("delete", now)
        self.deleted_at, self.returned, self.saga = now, returned, None
        self.backup_until = today_for_people(now) + timedelta(days=rules.backup_days)

    def restore(self, cause: Words, now: datetime) -> None:
        """It is to be brought back as it was."""
        self.advance("restore", now)
        self.paused, self.cause = None, cause

    def finish_restore(self, now: datetime) -> None:
        """It runs as before."""
        self.advance("finish_dismissal" if self.dismissing else "finish_restore", now)
        self.saga = None

    def close(self, number: str, by: UUID, now: datetime) -> None:
        """Closed on record, under its close-out number."""
        self.advance("close", now)
        self.close_out, self.closed_by, self.closed_at = number, by, now

    def _answered(self, event: str, given: Given) -> None:
        self.advance(event, given.at)
        self.answers = [*self.answers, given]
        self.wakes_on = self.cause = None

    def _stop_clock(self, calendar: Calendar, today: date) -> None:
        if self.left is None and self.due_on is not None:
            self.left = max(calendar.left(today, self.due_on), 1)

    def _go_on(self, calendar: Calendar, today: date) -> None:
        """A due day that was given is never moved to an earlier one."""
        if self.left is not None:
            self._later(calendar.after(today, self.left))
        self.left = self.wakes_on = None

    def _later(self, due: Deadline) -> None:
        if self.due_on is not None and due.day > self.due_on:
            self.due_on, self.provisional = due
            self.reminded = 0

    def _same(self, digest: str) -> None:
        if not self.digest or digest != self.digest:
            raise Conflict(
                "This is not the backup of case {number}: its digest is another.",
                field="digest", way_out="Have the backup taken again.", number=self.number,
            )  # fmt: skip


def _reasoned(given: Given) -> None:
    if not given.reason.strip():
        raise Invalid("This answer needs a reason.", field="reason", way_out="Say why, for whoever looks later.")


def numbered(year: int, running: int) -> str:
    """The number that people quote.

    >>> numbered(2026, 12)
    '清理〔2026〕12号'
    """
    return f"清理〔{year}〕{running}号"


def close_out_number(year: int, running: int) -> str:
    """The close-out number (销号).

    >>> close_out_number(2026, 4)
    '销号〔2026〕4号'
    """
    return f"销号〔{year}〕{running}号"
