"""Shadow systems (影子系统), of two kinds that are always counted apart.

`unregistered`: something runs on the platform and no system of the register answers for it. `duplicate`: two systems of
the register are one under two names. A shadow is known by its kind, its subject and the subject's own stable key, so
that however often it is looked for there is one. Nothing here acts by itself: a person registers, merges, clears or
dismisses it, and every turn stays on record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

import msgspec

from cloudctl.domain.errors import Conflict
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.lifecycle_shadows import SHADOWS

NAMESPACE = UUID("8f0b8a6e-2d53-5c77-9d0a-64b1b9c0d1f2")
"""The namespace that the ids of shadows are derived in."""


class ShadowKind(StrEnum):
    """Of what kind it is; the two are never added up."""

    UNREGISTERED = "unregistered"
    DUPLICATE = "duplicate"


class ShadowSubject(StrEnum):
    """What was found."""

    SERVER = "server"  # a server that no record has, or whose record has no system
    SERVICE = "service"  # something that listens, seen from inside
    DNS_NAME = "dns_name"
    CERTIFICATE = "certificate"
    SYSTEM = "system"  # a system of the register that another one duplicates


class ShadowAct(StrEnum):
    """What a person can do about it."""

    REGISTER = "register"
    MERGE = "merge"
    CLEAR = "clear"
    DISMISS = "dismiss"


ACTS: dict[ShadowKind, tuple[ShadowAct, ...]] = {
    ShadowKind.UNREGISTERED: (ShadowAct.REGISTER, ShadowAct.CLEAR, ShadowAct.DISMISS),
    ShadowKind.DUPLICATE: (ShadowAct.MERGE, ShadowAct.CLEAR, ShadowAct.DISMISS),
}
"""What each kind allows, the usual first."""


class ShadowRules(msgspec.Struct, frozen=True, kw_only=True):
    """When something is a shadow; `policies/shadows.yaml`.

    A server counts from `unknown_hours` after it was first seen, a sweep for `sweep_days`. Ports and processes that
    every server has are `usual_ports` and `usual_processes`. `former_days` is how long a server is still looked for
    under an address that it had: a card that is down takes no name away. `duplicate_points` is the score of a pair.
    """

    version: int
    unknown_hours: int
    sweep_days: int
    former_days: int
    usual_ports: frozenset[int]
    usual_processes: frozenset[str]
    duplicate_points: int


@dataclass(kw_only=True, eq=False)
class Shadow:
    """One shadow. `subject_key` is the subject's own key; `object_id`, `resource_id`, `finding_id` name what is known.

    `system_id` is the system that would be merged and `other_id` the one that would stay (duplicates alone). `facts`
    are what it consists of, `mark` their digest, `evidence` what else is known. `target_id` is what became of it: the
    system that it was registered or merged to, or what clears it. `until_on` is the last day of a dismissal.
    """

    id: UUID
    kind: ShadowKind
    subject: ShadowSubject
    subject_key: str
    name: str
    cloud: str | None = None
    department_id: UUID | None = None
    object_id: UUID | None = None
    resource_id: UUID | None = None
    finding_id: UUID | None = None
    system_id: UUID | None = None
    other_id: UUID | None = None
    facts: dict[str, Any]
    evidence: dict[str, Any]
    mark: str
    words: dict[str, str]
    next_step: dict[str, str]
    state: str = "open"
    found_at: datetime
    settled_at: datetime | None = None
    act: ShadowAct | None = None
    settled_by: UUID | None = None
    reason: str | None = None
    until_on: date | None = None
    target_id: UUID | None = None
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = SHADOWS.next(self.state, event)

    @property
    def acts(self) -> tuple[ShadowAct, ...]:
        """What may be done about it: a server on record is its department's, and not cleared over its head."""
        on_record = self.subject is ShadowSubject.SERVER and self.resource_id is not None
        return tuple(act for act in ACTS[self.kind] if not (on_record and act is ShadowAct.CLEAR))

    def settle(
        self,
        act: ShadowAct,
        *,
        by: UUID | None,
        reason: str,
        now: datetime,
        target_id: UUID | None = None,
        until: date | None = None,
    ) -> None:
        """Puts a person's decision on record; raises Conflict for an act that its kind does not allow."""
        if act not in self.acts:
            raise Conflict(
                "A shadow of the kind {kind} is not settled by {act}.",
                way_out="Possible: {possible}.",
                kind=self.kind.value,
                act=act.value,
                possible=", ".join(self.acts),
            )
        self.advance(act.value)
        self.act, self.settled_by, self.reason = act, by, reason
        self.settled_at, self.target_id, self.until_on = now, target_id, until

    def reopen(self, event: str) -> None:
        """Open again; what was decided stays among its turns."""
        self.advance(event)
        self.act = self.settled_by = self.reason = self.settled_at = self.until_on = self.target_id = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A state that a shadow came to: when, by which act and whose, and what it was turned into. Only ever added."""

    id: UUID = field(default_factory=new_id)
    shadow_id: UUID
    kind: ShadowKind
    subject: ShadowSubject
    department_id: UUID | None
    state: str
    act: ShadowAct | None
    by: UUID | None
    reason: str | None
    target_id: UUID | None
    at: datetime


def shadow_id(kind: ShadowKind, subject: ShadowSubject, key: str) -> UUID:
    """The id of a shadow: the same whenever the same is found."""
    return uuid5(NAMESPACE, f"{kind}/{subject}/{key}")
