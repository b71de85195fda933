"""Drift (漂移): where a cloud and our records disagree, or a record has nobody and no term any longer.

Nothing here is put right in silence. A disagreement is a finding: what was seen, when and in which sync, and one next
step. A finding is known by its cloud, its kind and what it is about, so that however often it is looked for there is
one. What is no longer so becomes `vanished` and stays on record; should it be so again, the same finding is open again.

    finding.require(DriftAct.RESTORE)       # raises Conflict naming what its kind allows
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any
from uuid import UUID, uuid5

import msgspec

from cloudctl.domain.errors import Conflict
from cloudctl.domain.inventory import ObjectKind
from cloudctl.domain.lifecycle import FINDINGS
from cloudctl.domain.quotas import Dimension

NAMESPACE = UUID("0d6c5a52-3c2f-5b1e-8d57-7f0a4c1e9b63")
"""The namespace that the ids of findings are derived in."""


class DriftKind(StrEnum):
    """What is not as it should be."""

    UNKNOWN = "unknown"  # the cloud has it, and no record does
    MISSING = "missing"  # it is on record, and the cloud has it no longer
    CHANGED = "changed"  # the cloud has it otherwise than the record
    LEAKED = "leaked"  # it carries a key of ours that no living record has
    ORPHAN = "orphan"  # a disk that hangs on nothing, a snapshot whose server is gone
    EXPIRED = "expired"  # its term is over
    OWNERLESS = "ownerless"  # there is nobody who could be asked about it
    OVER_QUOTA = "over-quota"  # a department has more than its limit


class DriftAct(StrEnum):
    """What can be done about a finding: the record follows, the cloud follows, or the object goes."""

    ADOPT = "adopt"
    ACCEPT = "accept"
    RESTORE = "restore"
    RELEASE = "release"


ACTS: dict[DriftKind, tuple[DriftAct, ...]] = {
    DriftKind.UNKNOWN: (DriftAct.ADOPT, DriftAct.RELEASE, DriftAct.ACCEPT),
    DriftKind.MISSING: (DriftAct.ACCEPT,),
    DriftKind.CHANGED: (DriftAct.ACCEPT, DriftAct.RESTORE),
    DriftKind.LEAKED: (DriftAct.RELEASE,),
    DriftKind.ORPHAN: (DriftAct.RELEASE, DriftAct.ACCEPT),
    DriftKind.EXPIRED: (DriftAct.RELEASE,),
    DriftKind.OWNERLESS: (DriftAct.ACCEPT,),
    DriftKind.OVER_QUOTA: (DriftAct.ACCEPT,),
}
"""What each kind allows, the usual first."""


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What our records say of one resource, as much as a comparison needs; sizes with their unit in the name.

    `since` is when it was delivered or adopted, `order` and `order_state` are those of its order, `applicant_gone` says
    that whoever asked for it has no active account any longer.
    """

    id: UUID
    kind: ObjectKind
    cloud: str
    name: str
    state: str
    zone: str
    backend_id: str | None
    department_id: UUID
    system_id: UUID | None
    claimed: bool
    gone_at: datetime | None
    expires_on: date | None
    since: datetime
    order: str | None
    order_state: str | None
    applicant_gone: bool
    vcpu: int | None = None
    memory_mib: int | None = None
    disk_gib: int | None = None
    power: str | None = None
    network_id: UUID | None = None
    server_id: UUID | None = None

    @property
    def settled(self) -> bool:
        """In use or retained, and no order is at work on it."""
        return self.state in {"active", "retained"} and not self.claimed

    @property
    def gone(self) -> bool:
        """The record says that the cloud has it no longer, or never had."""
        return self.state in {"released", "undone"}


class Excess(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the quota ledger that holds and uses more than its limit."""

    quota_id: UUID
    department_id: UUID
    department: str
    zone: str
    dimension: Dimension
    taken: int
    limit: int


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """Who changed an object last as far as its cloud tells, and when a sync learnt of it."""

    at: datetime
    who: str | None


class Known(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A finding on record, as much as it takes to tell that nothing is new."""

    id: UUID
    subject_id: UUID
    state: str
    mark: str
    name: str
    act: DriftAct | None
    version: int


class News(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A finding to be put on record, anew or again; `version` is the one it has there, `again` that it was over."""

    id: UUID
    kind: DriftKind
    subject_id: UUID
    subject_kind: str
    name: str
    object_id: UUID | None
    resource_id: UUID | None
    department_id: UUID | None
    facts: dict[str, Any]
    evidence: dict[str, Any]
    mark: str
    words: dict[str, str]
    next_step: dict[str, str]
    version: int | None = None
    again: bool = False


@dataclass(kw_only=True, eq=False)
class Finding:
    """One disagreement. `subject_id` is what it is about: an object of the inventory, a record, or a quota account.

    `facts` are what it consists of (their digest, `mark`, tells whether it is still the same); `evidence` is what else
    is known: who, since when. `words` and `next_step` are by locale. `act`, `resolved_by` and `reason` are of the
    decision, `last_error` is why its last act did not succeed.
    """

    id: UUID
    cloud: str
    kind: DriftKind
    subject_id: UUID
    subject_kind: str
    name: str
    object_id: UUID | None
    resource_id: UUID | None
    department_id: UUID | None
    facts: dict[str, Any]
    evidence: dict[str, Any]
    mark: str
    words: dict[str, str]
    next_step: dict[str, str]
    sync_id: UUID
    state: str = "open"
    found_at: datetime
    vanished_at: datetime | None = None
    act: DriftAct | None = None
    asked_by: UUID | None = None
    reason: str | None = None
    resolved_at: datetime | None = None
    last_error: str | None = None
    created_at: datetime
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = FINDINGS.next(self.state, event)

    def decide(self, act: DriftAct, account_id: UUID | None, reason: str) -> None:
        """Whose decision it is, what, and why; what an earlier one came to is forgotten."""
        self.act, self.asked_by, self.reason = act, account_id, reason
        self.last_error = None

    @property
    def acts(self) -> tuple[DriftAct, ...]:
        """What may be done about it: of a snapshot no more than to keep it on record."""
        keepable = self.subject_kind != ObjectKind.SNAPSHOT
        return tuple(act for act in ACTS[self.kind] if keepable or act is not DriftAct.RELEASE)

    def require(self, act: DriftAct) -> None:
        """Raises Conflict unless the finding's kind allows the act."""
        if act not in self.acts:
            raise Conflict(
                "A finding of the kind {kind} is not resolved by {act}.",
                field="by",
                way_out="Possible: {possible}.",
                kind=self.kind.value,
                act=act.value,
                possible=", ".join(self.acts),
            )


def finding_id(cloud: str, kind: DriftKind, subject_id: UUID) -> UUID:
    """The id of a finding: the same whenever the same is found."""
    return uuid5(NAMESPACE, f"{cloud}/{kind}/{subject_id}")


def mark_of(facts: Mapping[str, Any]) -> str:
    """A digest of what a finding consists of."""
    return blake2b(msgspec.json.encode(facts, order="deterministic"), digest_size=12).hexdigest()
