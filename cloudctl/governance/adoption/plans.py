"""What a plan of adoption looks at, and what it says: every object that somebody wants, with a reason either way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from cloudctl.domain.adoptions import AdoptionRule, Target
from cloudctl.domain.inventory import ObjectKind, Recorded


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the sheet as it was read: an object by its native id, or by its name with or without its folder."""

    row: int
    cloud: str
    native_id: str | None = None
    name: str | None = None
    folder: str | None = None
    department: str
    system: str
    zone: str | None = None
    term_months: int
    contact: str = ""

    @property
    def source(self) -> str:
        """How the plan names it."""
        return f"#{self.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What codes mean: departments' ids, systems with their departments' ids, and the zones that each cloud serves."""

    departments: Mapping[str, UUID]
    systems: Mapping[str, tuple[UUID, UUID]]
    zones: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """A resource on record that an object of the inventory is: whose, and in which zone."""

    department_id: UUID
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The objects of the clouds that are looked at, and what is on record of them.

    `stale` are clouds whose figures cannot be relied on just now; `belongings` are the records by resource id.
    """

    objects: Sequence[Recorded]
    register: Register
    stale: frozenset[str] = frozenset()
    belongings: Mapping[UUID, Belonging] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody's wish for an object: a rule's or a row's."""

    source: str
    target: Target


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """An object that is taken, and whose it becomes.

    `server` and `network` are objects of the same plan that it belongs to; `record` is the resource of that server or
    network where it is on record already. `note` says what was looked at and left alone.
    """

    object_id: UUID
    source: str
    cloud: str
    kind: ObjectKind
    native_id: str
    name: str
    tenant: str | None
    tenant_name: str | None
    department_id: UUID
    system_id: UUID
    zone: str
    term_months: int
    contact: str
    server: UUID | None = None
    network: UUID | None = None
    record: UUID | None = None
    note: str | None = None


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """An object that several want for different targets: none gets it."""

    object_id: UUID
    cloud: str
    kind: ObjectKind
    native_id: str
    name: str
    sources: tuple[str, ...]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What is not taken, a row or an object: a message id with its params, and the way out."""

    source: str
    cloud: str
    name: str
    message: str
    way_out: str
    params: dict[str, object] = {}
    row: int | None = None


class AdoptionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, in an order that depends on the objects alone. `unclaimed` counts servers that nobody wants."""

    takes: tuple[Take, ...]
    conflicts: tuple[Conflict, ...]
    refusals: tuple[Refusal, ...]
    unclaimed: int

    @property
    def taken(self) -> dict[str, int]:
        """How many objects each source takes, with what goes along."""
        counted: dict[str, int] = {}
        for take in self.takes:
            counted[take.source] = counted.get(take.source, 0) + 1
        return counted


Rules = Sequence[AdoptionRule]
