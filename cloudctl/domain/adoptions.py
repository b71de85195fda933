"""Adoption (纳管): what already runs becomes a department's resource, as if it had been ordered.

Rules, or the rows of a sheet, say whose an object is. An adoption is one act of the office: each object that it takes
is one `Taking`, which is put on record first and marked with its key in the cloud afterwards.

    rule = AdoptionRule(code="fgw", matches={Criterion.FOLDER: "市直/发改委/*"}, target=...)
    rule.fits(recorded, networks)
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import derived_id, new_id
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectStatus, Recorded
from cloudctl.domain.lifecycle import ADOPTIONS, TAKINGS
from cloudctl.domain.networks import Network
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume

LONGEST_TERM_MONTHS = 120


class Criterion(StrEnum):
    """By what a rule knows an object; `folder`, `name` and `network` take the wildcards * and ?."""

    CLOUD = "cloud"
    PLACE = "place"
    FOLDER = "folder"
    PROJECT = "project"
    TAG = "tag"
    NAME = "name"
    NETWORK = "network"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Whose an object becomes. `zone` is the network zone it counts to; None: the one its network or cloud tells."""

    department_id: UUID
    system_id: UUID
    zone: str | None = None
    term_months: int
    contact: str = ""


@dataclass(kw_only=True, eq=False)
class AdoptionRule:
    """Objects that meet all of `matches` go to the target; the highest `priority` that fits decides."""

    id: UUID = field(default_factory=new_id)
    code: str
    priority: int = 0
    matches: dict[Criterion, str]
    department_id: UUID
    system_id: UUID
    zone: str | None = None
    term_months: int
    contact: str = ""
    created_by: UUID
    created_at: datetime
    version: int = 1

    def __post_init__(self) -> None:
        if not any(self.matches.values()):
            raise Invalid(
                "A rule without a criterion would take everything.", field="matches",
                way_out="Give at least one of: {criteria}.", criteria=", ".join(Criterion),
            )  # fmt: skip
        if not 1 <= self.term_months <= LONGEST_TERM_MONTHS:
            raise Invalid(
                "A term has 1 to {most} months.", field="term_months", way_out="Correct it.", most=LONGEST_TERM_MONTHS
            )

    @property
    def target(self) -> Target:
        """Whose the objects become."""
        return Target(
            department_id=self.department_id,
            system_id=self.system_id,
            zone=self.zone,
            term_months=self.term_months,
            contact=self.contact,
        )

    def fits(self, found: Recorded, networks: Mapping[str, str]) -> bool:
        """Whether the object meets every criterion; `networks` are the names of its cloud's networks by native id."""
        return all(_meets(Criterion(name), wanted, found, networks) for name, wanted in self.matches.items() if wanted)


def _meets(criterion: Criterion, wanted: str, found: Recorded, networks: Mapping[str, str]) -> bool:
    thing = found.object
    match criterion:
        case Criterion.CLOUD:
            return found.cloud == wanted
        case Criterion.PLACE:
            return thing.zone == wanted
        case Criterion.PROJECT:
            return wanted in {thing.tenant, thing.tenant_name}
        case Criterion.TAG:
            return wanted in thing.tags
        case Criterion.NETWORK:
            return any(wanted == key or _like(networks.get(key), wanted) for key in thing.networks)
    return _like(thing.tenant_name if criterion is Criterion.FOLDER else thing.name, wanted)


def _like(text: str | None, pattern: str) -> bool:
    """Wildcards without regard to case; `*` goes over the parts of a path."""
    return text is not None and fnmatchcase(text.casefold(), pattern.casefold())


@dataclass(kw_only=True, eq=False)
class Adoption:
    """One act of the office: by rules (their codes) or by a sheet (its digest). `rejected` are the sheet's other rows.

    `number` is what people quote. `attempt` counts the sagas that were started for it.
    """

    id: UUID = field(default_factory=new_id)
    number: str
    source: str
    rules: list[str] = field(default_factory=list)
    digest: str | None = None
    rejected: list[dict[str, object]] = field(default_factory=list)
    asked_by: UUID
    state: str = "running"
    attempt: int = 1
    last_error: str | None = None
    created_at: datetime
    ended_at: datetime | None = None
    version: int = 1

    def advance(self, event: str) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = ADOPTIONS.next(self.state, event)

    @property
    def workflow_id(self) -> str:
        """The id of the saga of the current attempt: the same attempt is never started twice."""
        return f"adoption:{self.id}:{self.attempt}"


@dataclass(kw_only=True, eq=False)
class Taking:
    """One object that an adoption takes; `id` is that of the resource it becomes, and so the key it gets.

    `object_id` is its row of the inventory, `native_id` and `tenant` are the cloud's own. `server_id` and `network_id`
    are resources. `booked` is what the ledger was charged. `note` says why it was refused or not marked.
    """

    id: UUID
    adoption_id: UUID
    position: int
    source: str
    object_id: UUID
    cloud: str
    kind: ObjectKind
    native_id: str
    tenant: str | None
    name: str
    department_id: UUID
    system_id: UUID
    zone: str
    expires_on: date
    contact: str
    server_id: UUID | None = None
    network_id: UUID | None = None
    booked: dict[str, int] = field(default_factory=dict)
    state: str = "planned"
    note: str | None = None

    def advance(self, event: str, note: str | None = None) -> None:
        """Moves along the life-cycle table; raises Refused for what it does not list."""
        self.state = TAKINGS.next(self.state, event)
        self.note = note


def taking_id(adoption_id: UUID, object_id: UUID) -> UUID:
    """The id of the resource that an object becomes: the same however often a chunk is tried."""
    return derived_id(adoption_id, str(object_id))


def prefixes_of(network: CloudObject) -> tuple[str | None, str | None]:
    """The first IPv4 and the first IPv6 prefix of a network, as far as its cloud tells them."""
    found: dict[int, str] = {}
    for text in network.addresses:
        with suppress(ValueError):
            prefix = ip_network(text)
            found.setdefault(prefix.version, str(prefix))
    return found.get(4), found.get(6)


def record_of(
    thing: CloudObject, shared: Mapping[str, Any], *, network_id: UUID | None = None, server_id: UUID | None = None
) -> Resource | None:
    """The resource that an object is to be on record as; None for a kind that is never one.

    `shared` are the fields of every kind; `network_id` and `server_id` are the records that it hangs on.
    """
    match thing.kind:
        case ObjectKind.SERVER:
            return Server(
                **shared,
                specification=None,
                vcpu=thing.vcpu or 0,
                memory_mib=thing.memory_mib or 0,
                root_disk_gib=thing.disk_gib or 0,
                image=None,
                network_id=network_id,
                fixed_addresses=list(thing.addresses),
                power="on" if thing.status is ObjectStatus.ACTIVE else "off",
            )
        case ObjectKind.VOLUME:
            return Volume(**shared, size_gib=thing.disk_gib or 0, volume_type=None, server_id=server_id)
        case ObjectKind.NETWORK:
            v4, v6 = prefixes_of(thing)
            return Network(**shared, cidr_v4=v4 or "", cidr_v6=v6)
    return None


def footprint_of(thing: CloudObject) -> Demand:
    """What an object takes from its department's quota once it is adopted."""
    match thing.kind:
        case ObjectKind.SERVER:
            return Demand(
                {
                    Dimension.SERVERS: 1,
                    Dimension.VCPU: thing.vcpu or 0,
                    Dimension.MEMORY_MIB: thing.memory_mib or 0,
                    Dimension.VOLUME_GIB: thing.disk_gib or 0,
                }
            )
        case ObjectKind.VOLUME:
            return Demand({Dimension.VOLUME_GIB: thing.disk_gib or 0})
        case ObjectKind.NETWORK:
            return Demand({Dimension.SEGMENTS: 1})
    return Demand()
