"""Access grants (访问授权): who may enter which servers of a system, from where, until when, on whose approval.

    asked -> approved | refused;  approved -> revoked | ended

A grant opens nothing by itself: under it certificates of hours are signed, for the person's own key. So what is taken
back ends within hours everywhere, whatever a server knows of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_network
from uuid import UUID

from cloudctl.domain.accounts import Actor
from cloudctl.domain.calendars import end_of_day
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_access_grants import ACCESS_GRANTS

MOST_SERVERS = 200  # OpenSSH takes 256 principals in a certificate
WIDEST = {4: 16, 6: 32}
"""The shortest prefix of a network that access may be granted from."""


class AccessLevel(StrEnum):
    """As whom one enters."""

    USER = "user"
    ADMIN = "admin"  # with sudo


ACCOUNTS = {AccessLevel.USER: "cloudctl-user", AccessLevel.ADMIN: "cloudctl-admin"}
"""The accounts on a host that people enter by; who it was stands in the certificate, and so in the host's log."""


@dataclass(kw_only=True, eq=False)
class AccessGrant:
    """`holder_id` is the account of who enters, None for a contractor's person without one, who has a `public_key`.

    A contractor's person has `organisation`, `contract_number` and `contract_ends_on`. `servers` empty: all of the
    system, at each signing. `networks` are CIDRs. `ends_on` is the last day, in Asia/Shanghai.
    """

    id: UUID = field(default_factory=new_id)
    system_id: UUID
    department_id: UUID
    holder_id: UUID | None
    holder: str
    organisation: str | None = None
    contract_number: str | None = None
    contract_ends_on: date | None = None
    public_key: str | None = None
    level: AccessLevel
    servers: list[UUID] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    ends_on: date
    reason: str
    state: str = "asked"
    asked_by: UUID
    asked_for: UUID | None = None
    decided_by: UUID | None = None
    decided_for: UUID | None = None
    decided_at: datetime | None = None
    answer: str | None = None
    ended_at: datetime | None = None
    ended_because: str | None = None
    signed_at: datetime | None = None
    signed: int = 0
    created_at: datetime
    version: int = 1

    @property
    def contractor(self) -> bool:
        """Whether it is for somebody of a contractor."""
        return self.organisation is not None

    @property
    def last_day(self) -> date:
        """The day after which it opens nothing: its own last one, or the contract's."""
        return self.ends_on if self.contract_ends_on is None else min(self.ends_on, self.contract_ends_on)

    @property
    def ends_at(self) -> datetime:
        """The end of its last day in Asia/Shanghai."""
        return end_of_day(self.last_day)

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = ACCESS_GRANTS.next(self.state, event)

    def decide(self, event: str, actor: Actor, now: datetime, answer: str | None) -> None:
        """Approves or refuses it; raises Forbidden for who asked and who would enter."""
        if actor.account_id is None:
            raise Forbidden("A grant is decided on by a person.", way_out="Log in as the office.")
        if actor.persons & {self.asked_by, self.asked_for, self.holder_id}:
            raise Forbidden(
                "Who asks for access, or would have it, does not approve it.",
                way_out="Have somebody else of the office decide.",
            )
        self.advance(event)
        self.decided_by, self.decided_for, self.decided_at = actor.account_id, actor.for_account_id, now
        self.answer = answer

    def end(self, event: str, now: datetime, because: str) -> None:
        """Revokes it, or ends it by itself, and says why."""
        self.advance(event)
        self.ended_at, self.ended_because = now, because

    def require_force(self, now: datetime) -> None:
        """Raises Conflict, saying why, unless it opens something now."""
        if self.state == "approved" and now < self.ends_at:
            return
        if self.state == "approved":
            raise Conflict("The grant ended with {day}.", way_out="Ask for another one.", day=self.last_day.isoformat())
        if self.ended_because is not None:
            raise Conflict(
                "The grant is {state}: {because}", way_out="Ask for another one.",
                state=self.state, because=self.ended_because,
            )  # fmt: skip
        raise Conflict("The grant is {state}.", way_out="Only what is approved opens something.", state=self.state)


def principal_of(level: AccessLevel, server_id: UUID) -> str:
    """The name that a certificate carries to enter a host by a person's account."""
    return f"{level}-host-{server_id}"


def check_networks(networks: list[str]) -> list[str]:
    """The networks as they are written; raises Invalid for none, for what is no network, and for too wide a one."""
    if not networks:
        raise Invalid(
            "A grant names the networks that it is used from.", field="networks", way_out="Give them as 10.8.0.0/24."
        )
    return [_network(given) for given in networks]


def _network(given: str) -> str:
    try:
        found = ip_network(given.strip(), strict=True)
    except ValueError:
        raise Invalid(
            "{given} is no network.", field="networks", way_out="Give an address, or one like 10.8.0.0/24.",
            given=given[:80],
        ) from None  # fmt: skip
    if found.prefixlen < WIDEST[found.version]:
        raise Invalid(
            "{given} is too wide to enter from.", field="networks",
            way_out="Name the network of the place where the work is done: /{most} or smaller.",
            given=given, most=WIDEST[found.version],
        )  # fmt: skip
    return str(found)


def check_end(ends_on: date, contract_ends_on: date | None, today: date, most_days: int) -> None:
    """Raises Invalid for an end that is over or too far off, and for a contract that has ended."""
    if contract_ends_on is not None and contract_ends_on < today:
        raise Invalid(
            "The contract ended with {day}.", field="contract_ends_on", way_out="Have it renewed first.",
            day=contract_ends_on.isoformat(),
        )  # fmt: skip
    if ends_on < today:
        raise Invalid("{day} is over.", field="ends_on", way_out="Choose a later day.", day=ends_on)
    latest = today + timedelta(days=most_days)
    if ends_on > latest:
        raise Invalid(
            "Access is granted for at most {most} days.", field="ends_on", way_out="Choose {latest} or an earlier day.",
            most=most_days, latest=latest,
        )  # fmt: skip
