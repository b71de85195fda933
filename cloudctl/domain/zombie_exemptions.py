"""Exemptions from the zombie policy: asked for by the department, granted by somebody else, until a day.

    requested -> granted | refused;  granted -> ended (taken back)

An exemption lifts the clearing, not the verdict: the system is still judged, and shown as exempt. It is renewed by
another one that names it, no oftener than the policy allows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from cloudctl.domain.accounts import Actor
from cloudctl.domain.errors import Forbidden, Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_zombies import ZOMBIE_EXEMPTIONS


@dataclass(kw_only=True, eq=False)
class ZombieExemption:
    """`renewal` counts the renewals before this one, `renews_id` is what it follows on.

    `asked_by` and `asked_for` are the hands that applied (who, and for whom a deputy acted), `decided_by` and
    `decided_for` those that granted or refused: no person is among both. `ended_at` is when it was taken back.
    """

    id: UUID = field(default_factory=new_id)
    system_id: UUID
    department_id: UUID
    reason: str
    ends_on: date
    state: str = "requested"
    renews_id: UUID | None = None
    renewal: int = 0
    asked_by: UUID
    asked_for: UUID | None = None
    decided_by: UUID | None = None
    decided_for: UUID | None = None
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    answer: str | None = None
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise Invalid(
                "An exemption needs a reason.", field="reason", way_out="Say why the system has to stay as it is."
            )

    def lifts(self, today: date) -> bool:
        """Whether it holds on a day for people; its last day is `ends_on`."""
        return self.state == "granted" and today <= self.ends_on

    def decide(self, event: str, actor: Actor, now: datetime, answer: str | None) -> None:
        """Grants or refuses it; raises Refused for what the table does not list, Forbidden for one's own."""
        if actor.account_id is None:
            raise Forbidden("An exemption is decided on by a person.", way_out="Log in as the office.")
        if actor.persons & _persons(self.asked_by, self.asked_for):
            raise Forbidden(
                "Who asks for an exemption does not decide on it.", way_out="Have somebody else of the office decide."
            )
        self.state = ZOMBIE_EXEMPTIONS.next(self.state, event)
        self.decided_by, self.decided_for = actor.account_id, actor.for_account_id
        self.decided_at, self.answer = now, answer

    def end(self, now: datetime, reason: str) -> None:
        """Takes it back; raises Refused unless it is granted."""
        self.state = ZOMBIE_EXEMPTIONS.next(self.state, "end")
        self.ended_at, self.answer = now, reason

    def held_at(self, moment: datetime, day: date) -> bool:
        """Whether it held at a moment of a day for people, as things stood then."""
        granted = self.state in {"granted", "ended"} and self.decided_at is not None and self.decided_at <= moment
        return granted and day <= self.ends_on and (self.ended_at is None or self.ended_at > moment)


def check_end(ends_on: date, today: date, most_days: int) -> None:
    """Raises Invalid for an end that is over, or further off than the policy allows."""
    if ends_on < today:
        raise Invalid("{day} is over.", field="ends_on", way_out="Choose a later day.", day=ends_on)
    if ends_on > today + timedelta(days=most_days):
        raise Invalid(
            "An exemption lasts at most {most} days.",
            field="ends_on",
            way_out="Choose {latest} or an earlier day, and renew it then.",
            most=most_days,
            latest=today + timedelta(days=most_days),
        )


def check_renewals(renewal: int, most: int) -> None:
    """Raises Invalid where an exemption was renewed as often as the policy allows."""
    if renewal > most:
        raise Invalid(
            "This exemption was renewed {most} times already: no more.",
            field="ends_on",
            way_out="Show that the system is used, merge it, or give it up.",
            most=most,
        )


def _persons(*keys: UUID | None) -> frozenset[UUID]:
    return frozenset(key for key in keys if key is not None)
