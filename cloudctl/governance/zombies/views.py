"""What was seen of each server of a system, by the profile of its purpose and the policy's own rule.

    seen = look(server, candidate, policy, day)
    seen.view.state, seen.decision.needed_days

The rule is the one that back-tests replay and campaigns ask (`decisions`). A day without samples is neither idle nor
active. What is young, hardly measured or in no inventory is `unseen`: never idle. What the cloud has stopped is `off`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from cloudctl.domain.verdicts import ServerView
from cloudctl.domain.zombies import ZombiePolicy
from cloudctl.governance.zombies.candidates import Candidate, ServerFacts
from cloudctl.governance.zombies.days import DayUse
from cloudctl.governance.zombies.decisions import Decision, Step, decide
from cloudctl.governance.zombies.purposes import Known, judged_by, purpose_of
from cloudctl.governance.zombies.use import Past, active, profile_for, thresholds_for

PEOPLE = ("logins", "http_requests", "writes_by_people")
"""What only people do; machines make connections, too."""


class Seen(NamedTuple):
    """A server as it was seen. `used` are its days of use, those of what it was before with them."""

    server: ServerFacts
    known: Known
    past: Past
    decision: Decision
    view: ServerView
    used: frozenset[date]
    last: date

    @property
    def idle_long(self) -> bool:
        """Whether it has been idle for as long as its rule wants before it is switched off."""
        return self.view.state == "idle" and self.decision.idle_days >= self.decision.needed_days

    def off_days(self, day: date) -> int:
        """For how many days the cloud has had it stopped; 0 for what runs."""
        return 0 if self.server.off_since is None else max((day - self.server.off_since).days, 0)

    def used_within(self, days: int) -> set[date]:
        """The days of use within the last so many."""
        return {day for day in self.used if self.last - timedelta(days=days) < day <= self.last}

    def people_within(self, days: int) -> set[date]:
        """The days on which people did something."""
        first, thresholds = self.last - timedelta(days=days), self.past.thresholds
        return {
            one.day
            for one in (*self.server.days, *self.server.former)
            if first < one.day <= self.last
            and any((getattr(one, name) or 0) > getattr(thresholds, name) for name in PEOPLE)
        }


def look(server: ServerFacts, candidate: Candidate, policy: ZombiePolicy, day: date) -> Seen:
    """A server as it was seen until the end of `candidate.last`, on the people's day `day`."""
    days = [one for one in server.days if one.day <= candidate.last]
    past = Past.of(policy, days)
    known = purpose_of(server, candidate, past)
    purpose = judged_by(known)
    if thresholds_for(policy, purpose) != past.thresholds:
        past = Past.of(policy, days, purpose)
    decision = decide(policy, past, candidate.last, purpose=purpose)
    used = frozenset(date.fromordinal(ordinal) for ordinal in past.used) | _before(server, policy, candidate.last)
    window = policy.windows.window_days
    covered = past.covered(candidate.last.toordinal(), window)
    recent = any(candidate.last - timedelta(days=window) < when <= candidate.last for when in used)
    view = ServerView(
        server_id=server.server_id,
        subject=server.subject,
        name=server.name,
        cloud=server.cloud,
        purpose=known.purpose,
        recognised=known.recognised,
        since=server.since,
        window_days=window,
        observed_days=round(covered * window),
        idle_days=decision.idle_days,
        needed_days=decision.needed_days,
        covered=round(covered, 4),
        state=_state(server, policy, day, decision, _Window(recent, covered)),
        network_seen=any(one.network_mib is not None for one in past.days[-window:]),
        last_active_on=max(used, default=None),
        off_since=server.off_since,
        gone_on=server.gone_on,
    )
    return Seen(server, known, past, decision, view, used, candidate.last)


def standing(seen: Sequence[Seen]) -> list[Seen]:
    """Those that stand."""
    return [one for one in seen if one.server.gone_on is None]


def measured_days(server: ServerFacts, first: date, last: date) -> list[DayUse]:
    """Its days with telemetry from `first` to `last`, those of what it was before with them."""
    return [one for one in (*server.former, *server.days) if first <= one.day <= last]


def _before(server: ServerFacts, policy: ZombiePolicy, last: date) -> frozenset[date]:
    thresholds = thresholds_for(policy, None)
    return frozenset(one.day for one in server.former if one.day <= last and active(one, thresholds))


def _state(server: ServerFacts, policy: ZombiePolicy, day: date, decision: Decision, known: _Window) -> str:
    """`gone`, `active`, `off`, `unseen`, `idle` (the rule would ask), or `quiet`: unused, and something objects."""
    windows = policy.windows
    if server.gone_on is not None:
        return "gone"
    if known.used:
        return "active"
    if server.off_since is not None:
        return "off"
    young = (day - server.since).days < windows.least_age_days
    if server.subject is None or young or known.covered < windows.least_coverage:
        return "unseen"
    return "idle" if decision.step is Step.ASK else "quiet"


class _Window(NamedTuple):
    """Whether there was use within the window, and the share of it that was measured."""

    used: bool
    covered: float


def clears(policy: ZombiePolicy, known: Known) -> bool:
    """Whether the policy clears what has this purpose; what it says nothing of is not cleared."""
    return known.purpose.value in policy.purposes and profile_for(policy, known.purpose).cleared
