"""Runs: one playbook on hosts, from being asked for to its end, whoever carries it out.

A run keeps what it was given and what came of it, host by host; never a secret. Its hosts are its own while it is open:
another run on one of them waits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Conflict, Forbidden
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_runs import ENDED, OPEN, RUNS
from cloudctl.messages import LOCALES


class Origin(StrEnum):
    """Who carried it out: the platform, or a person by hand, reported back."""

    PLATFORM = "platform"
    HAND = "hand"


class HostStats(msgspec.Struct, frozen=True, kw_only=True):
    """How many tasks ended how on one host."""

    ok: int = 0
    changed: int = 0
    failed: int = 0
    unreachable: int = 0
    skipped: int = 0
    rescued: int = 0
    ignored: int = 0

    @property
    def good(self) -> bool:
        """Reached, and nothing failed."""
        return not (self.failed or self.unreachable)


class RunEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a run's log, secrets masked.

    `kind` is play, task, ok, changed, failed, unreachable, skipped, line (any other output) or notice (the platform's
    own words: `text` is a catalogue id). `text` is bounded; the whole output is an artifact.
    """

    at: datetime
    kind: str
    host: str = ""
    task: str = ""
    text: str = ""


class RunBatch(msgspec.Struct, frozen=True, kw_only=True):
    """What a run said in a moment. `dropped` lines came too fast to be shown; `state` is set on the last batch."""

    events: tuple[RunEvent, ...]
    dropped: int = 0
    state: str | None = None


class RunArtifact(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a run left, in the file store under its digest; secrets are masked in it."""

    name: str
    media_type: str
    size_bytes: int
    digest: str


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one playing. `outcome` is succeeded, failed, cancelled, timed_out or broken (Ansible itself failed).

    `stats` are by the hosts' names; `failed_task` is the first that failed; `results` is what the playbook gave back by
    `set_stats`. `unfinished` are hosts without a failure on which the play may have ended before its last task;
    `digest` is that of the playbooks' tree as it was played.
    """

    outcome: str
    reason: str = ""
    stats: dict[str, HostStats] = {}
    failed_task: str | None = None
    unfinished: tuple[str, ...] = ()
    results: dict[str, Any] = {}
    digest: str = ""
    dropped: int = 0


@dataclass(kw_only=True, eq=False)
class Run:
    """One run. `hosts` are host ids in order, `names` their names at the time; `digest` is that of the playbooks' tree.

    `saga` is the saga that has it carried out (`run_playbook` for those that stand alone); `subject` says what it is
    for ("app:fgw-site"). `resume_of` is the run that it goes on from.
    """

    id: UUID = field(default_factory=new_id)
    playbook: str
    arguments: dict[str, Any] = field(default_factory=dict)
    hosts: list[UUID] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    zone: str
    check: bool = False
    tags: list[str] = field(default_factory=list)
    start_at_task: str | None = None
    state: str = "planned"
    origin: Origin = Origin.PLATFORM
    saga: str = "run_playbook"
    department_id: UUID | None = None
    system_id: UUID | None = None
    subject: str = ""
    reason: str = ""
    asked_by: UUID | None = None
    asked_for: UUID | None = None
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    resume_of: UUID | None = None
    digest: str = ""
    attempts: int = 0
    waits_since: datetime | None = None
    begun_at: datetime | None = None
    playing_since: datetime | None = None
    ended_at: datetime | None = None
    words: dict[str, str] = field(default_factory=dict)
    failed_task: str | None = None
    stats: dict[str, HostStats] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)
    results: dict[str, Any] = field(default_factory=dict)
    dropped: int = 0
    created_at: datetime
    version: int = 1

    @property
    def ended(self) -> bool:
        """Nothing is carried out any more."""
        return self.state in ENDED

    @property
    def open(self) -> bool:
        """Its hosts are its own."""
        return self.state in OPEN

    @property
    def wanted_by(self) -> frozenset[UUID]:
        """Whose hands asked for it."""
        return frozenset(key for key in (self.asked_by, self.asked_for) if key is not None)

    @property
    def left(self) -> list[UUID]:
        """The hosts on which it was not carried out to the end: failed, out of reach, or never come to."""
        done = {name for name, stats in self.stats.items() if stats.good and name not in self.unfinished}
        return [host for host in self.hosts if self.names.get(str(host)) not in done]

    def approve(self, by: UUID, persons: frozenset[UUID], now: datetime) -> None:
        """A second person gives leave; raises Forbidden for whoever asked."""
        state = RUNS.next(self.state, "approve")
        if persons & self.wanted_by:
            raise Forbidden("Who asks for a run does not approve it.", way_out="Another person has to approve it.")
        self.state, self.approved_by, self.approved_at, self.waits_since = state, by, now, now

    def ask(self) -> None:
        """It needs the leave of a second person."""
        self.state = RUNS.next(self.state, "ask")

    def wait(self, now: datetime) -> None:
        """Nothing but its turn is waited for: no leave is needed, or the saga that it is part of has come to it."""
        self.state = RUNS.next(self.state, "wait")
        self.waits_since = now

    def begin(self, now: datetime) -> None:
        """Its turn: from here on its hosts are its own."""
        self.state = RUNS.next(self.state, "begin")
        self.begun_at = now

    def play(self, digest: str, now: datetime) -> None:
        """Ansible is about to be started; raises Conflict where leave was given for another tree than `digest`'s."""
        if self.approved_by is not None and digest != self.digest:
            raise Conflict("The playbooks were changed since this run was approved.", way_out="Ask for it again.")
        self.playing_since = now
        self.attempts += 1
        self.digest = digest

    def stop(self) -> None:
        """Called off: at once while nothing has begun, else what is under way is ended first."""
        self.state = RUNS.next(self.state, "stop" if self.state == "running" else "cancel")

    def end(self, played: Played, now: datetime) -> None:
        """What came of it."""
        event = {"succeeded": "succeed", "cancelled": "cancel"}.get(played.outcome, "fail")
        self.state = RUNS.next(self.state, event)
        self.ended_at, self.failed_task = now, played.failed_task
        self.words = plain(played.reason) if played.reason else {}
        self.stats, self.results = dict(played.stats), dict(played.results)
        self.unfinished = list(played.unfinished)
        self.digest = played.digest or self.digest
        self.dropped += played.dropped

    def park(self, words: dict[str, str], now: datetime) -> None:
        """Broke off in the middle: nobody repeats it unasked."""
        self.state = RUNS.next(self.state, "park")
        self.words, self.ended_at = words, now

    def settle(self) -> None:
        """A person has looked at what broke off."""
        self.state = RUNS.next(self.state, "settle")

    def require_resumable(self) -> None:
        """Raises Conflict where there is nothing to go on with."""
        if self.state not in {"failed", "cancelled", "attention"} or self.origin is not Origin.PLATFORM:
            raise Conflict(
                "A run in state {state} is not resumed.",
                way_out="Only one that failed, was called off or broke off goes on; ask for a new run otherwise.",
                state=self.state,
            )
        if not self.left:
            raise Conflict("It was carried out on all of its hosts.", way_out="Nothing is left to be done.")


def plain(words: str) -> dict[str, str]:
    """What a machine said, as it said it, for readers of either language."""
    return dict.fromkeys(LOCALES, words)


class Waiting(msgspec.Struct, frozen=True):
    """A run that waits for its turn, as the planner sees it."""

    id: UUID
    zone: str
    hosts: frozenset[UUID]


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """How many runs go on at once: in all, in a zone, and in zones of their own limit."""

    at_once: int
    per_zone: int
    zones: Mapping[str, int] = {}

    def of(self, zone: str) -> int:
        """The limit of one zone."""
        return self.zones.get(zone, self.per_zone)


def whose_turn(waiting: Collection[Waiting], going: Collection[Waiting], room: Room) -> list[UUID]:
    """Which of those that wait begin now; they come in the order in which they are served.

    A host belongs to one run at a time, and nobody overtakes an older run that waits for the same host.

    >>> from uuid import UUID
    >>> a, b, host = UUID(int=1), UUID(int=2), frozenset({UUID(int=9)})
    >>> whose_turn([Waiting(a, "x", host), Waiting(b, "x", host)], [], Room(at_once=4, per_zone=4)) == [a]
    True
    """
    taken = {host for run in going for host in run.hosts}
    counts: dict[str, int] = {}
    for run in going:
        counts[run.zone] = counts.get(run.zone, 0) + 1
    turn: list[UUID] = []
    for run in waiting:
        count = counts.get(run.zone, 0)
        if len(going) + len(turn) < room.at_once and count < room.of(run.zone) and not run.hosts & taken:
            turn.append(run.id)
            counts[run.zone] = count + 1
        taken |= run.hosts  # whoever comes later waits behind it
    return turn
