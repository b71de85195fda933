"""What a look for shadow systems looks at: machines and who answers for them, sweeps, and the register."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from cloudctl.domain.addresses import IPNetwork
from cloudctl.domain.dns import plain, pointing
from cloudctl.domain.shadows import ShadowRules
from cloudctl.domain.sweeps import Certificate, DnsRecord, Host, Sweep, SweepKind, entries_of
from cloudctl.governance.consolidation.duplicates import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A server as a cloud shows it, and what our records say of it.

    `finding_id` is the finding of drift that says that no record has it. `addresses` are those that it has or had
    lately. Of one that is not `settled`, because an order is at work on it or its cloud does not show it just now,
    nothing is said; one that is `put_by` is switched off and kept for its retention. `ports` are those that were
    declared for its system (None: nobody declared any).
    """

    object_id: UUID
    native_id: str
    cloud: str
    name: str
    addresses: frozenset[str] = frozenset()
    resource_id: UUID | None = None
    system_id: UUID | None = None
    department_id: UUID | None = None
    finding_id: UUID | None = None
    first_seen_at: datetime
    settled: bool = True
    put_by: bool = False
    ports: frozenset[int] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A system of the register that has not ended. `weight` tells which one of a pair stays: the greater."""

    id: UUID
    code: str
    name: str
    department_id: UUID
    check_url: str | None
    weight: tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class Landscape:
    """All of it at one moment. `blocks` are the platform's addresses, `sweeps` the newest of each source.

    `claimed` are the shadows that were registered before, by their ids, with the systems that answer for them.
    """

    now: datetime
    rules: ShadowRules
    machines: Sequence[Machine]
    blocks: Sequence[str]
    systems: Mapping[UUID, Registered]
    sweeps: Sequence[Sweep] = ()
    pairs: Sequence[Pair] = ()
    claimed: Mapping[UUID, UUID] = field(default_factory=dict)
    unread: Collection[str] = ()

    def fresh(self, sweep: Sweep) -> bool:
        """Whether it still counts."""
        return sweep.taken_at > self.now - timedelta(days=self.rules.sweep_days)

    @cached_property
    def networks(self) -> list[IPNetwork]:
        """The platform's blocks."""
        return [ip_network(block) for block in self.blocks]

    @cached_property
    def by_address(self) -> dict[str, Machine]:
        """Whose each address is; the machine that is on record goes before another."""
        found: dict[str, Machine] = {}
        for machine in sorted(self.machines, key=lambda one: (one.resource_id is not None, one.object_id)):
            found.update(dict.fromkeys(machine.addresses, machine))
        return found

    @cached_property
    def by_native_id(self) -> dict[str, Machine]:
        """Machines by the id that they know themselves, as far as that is the cloud's."""
        return {plain_uuid(machine.native_id): machine for machine in self.machines}

    @cached_property
    def answered(self) -> dict[str, UUID]:
        """By host name the system that is said to answer there."""
        found = {}
        for system in self.systems.values():
            host = host_of(system.check_url)
            if host:
                found[host] = system.id
        return found

    @cached_property
    def names(self) -> list[tuple[Sweep, dict[str, frozenset[str]]]]:
        """What the names of each DNS sweep lead to."""
        return [(sweep, pointing(records(sweep))) for sweep in self.sweeps if sweep.kind is SweepKind.DNS]

    def ours(self, address: str) -> bool:
        """Whether an address is the platform's."""
        if address in self.by_address:
            return True
        one = ip_address(address)
        return any(one in block for block in self.networks if block.version == one.version)

    def system_at(self, names: Iterable[str]) -> UUID | None:
        """The system that is said to answer at one of these names."""
        return next((self.answered[name] for name in names if name in self.answered), None)


def host_of(url: str | None) -> str:
    """The host of an address to look at."""
    if not url:
        return ""
    try:
        return plain(urlsplit(url.strip() if "//" in url else f"//{url.strip()}").hostname or "")
    except ValueError:
        return ""


def plain_uuid(text: str) -> str:
    """A UUID as it is compared; anything else as it stands."""
    return text.strip().casefold()


def hosts(sweep: Sweep) -> list[Host]:
    """The hosts of a sweep of services."""
    return entries_of(SweepKind.SERVICES, sweep.entries)


def records(sweep: Sweep) -> list[DnsRecord]:
    """The records of a DNS sweep."""
    return entries_of(SweepKind.DNS, sweep.entries)


def certificates(sweep: Sweep) -> list[Certificate]:
    """The certificates of a sweep."""
    return entries_of(SweepKind.CERTIFICATES, sweep.entries)
