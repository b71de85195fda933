"""Deputies (AB岗): who acts for whom, from when until when.

A deputy lends hands, not powers: what somebody holds only because he is a deputy himself is never passed on, and an
order counts the deputy and the principal alike where duties are separated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from cloudctl.domain.accounts import Account
from cloudctl.domain.errors import Conflict, Forbidden, Invalid
from cloudctl.domain.identifiers import new_id

LONGEST = timedelta(days=366)


@dataclass(kw_only=True, eq=False)
class Deputy:
    """An appointment: `deputy_id` acts for `principal_id` from `starts_at` until just before `ends_at`."""

    id: UUID = field(default_factory=new_id)
    principal_id: UUID
    deputy_id: UUID
    department_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    appointed_by: UUID | None
    created_at: datetime
    revoked_at: datetime | None = None
    version: int = 1

    def in_force(self, now: datetime) -> bool:
        """Begun, neither ended nor revoked."""
        return self.revoked_at is None and self.starts_at <= now < self.ends_at

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it stands at some moment of that period."""
        return self.revoked_at is None and self.starts_at < ends_at and starts_at < self.ends_at


def check_period(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises Invalid for a period that is empty, over already, or longer than `LONGEST`."""
    if ends_at <= starts_at:
        raise Invalid("The end is not after the start.", field="ends_at", way_out="Give a later end.")
    if ends_at <= now:
        raise Invalid("The period is over already.", field="ends_at", way_out="Give an end that is to come.")
    if ends_at - starts_at > LONGEST:
        raise Invalid(
            "A deputy is appointed for at most {most} days.",
            field="ends_at",
            way_out="Choose a nearer end and renew it then.",
            most=LONGEST.days,
        )


def check_pair(principal: Account, deputy: Account) -> None:
    """Raises Invalid unless these are two active people of the same department, or both of the office."""
    if principal.id == deputy.id:
        raise Invalid("Nobody is one's own deputy.", field="deputy", way_out="Name another person.")
    for field_name, account in (("principal", principal), ("deputy", deputy)):
        if not account.active:
            raise Invalid(
                "The account {login} is not active.", field=field_name, way_out="Name another.", login=account.login
            )
    if principal.department_id != deputy.department_id:
        raise Invalid(
            "{login} belongs to another department.",
            field="deputy",
            way_out="A deputy is of the same department, or of the office as well.",
            login=deputy.login,
        )


def check_chain(
    standing: Iterable[Deputy], principal: Account, deputy: Account, starts_at: datetime, ends_at: datetime
) -> None:
    """Raises Conflict when the principal has a deputy then, or a chain would come about: a deputy of a deputy.

    `standing` are the appointments in which either person takes part.
    """
    for other in standing:
        if not other.overlaps(starts_at, ends_at):
            continue
        if other.principal_id == principal.id:
            raise _refused("{login} has a deputy in that time already.", "starts_at", principal)
        if other.principal_id == deputy.id:
            raise _refused("{login} is replaced by somebody else in that time.", "deputy", deputy)
        if other.deputy_id == principal.id:
            raise _refused("{login} is a deputy in that time: there is no deputy of a deputy.", "principal", principal)


def _refused(message: str, field_name: str, person: Account) -> Conflict:
    return Conflict(
        message,
        field=field_name,
        way_out="Choose another person or time, or revoke the other appointment.",
        login=person.login,
    )


def ended(principal: str) -> Forbidden:
    """The one wording for an appointment that is not in force: never begun, over, revoked, or never made."""
    return Forbidden(
        "You are not the deputy of {principal} now.",
        field="Act-For",
        way_out="Act in your own name, or have yourself appointed: `cloudctl deputies list` shows who acts for whom.",
        principal=principal,
    )
