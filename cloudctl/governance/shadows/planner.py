"""Says what is a shadow system in a landscape, and why; it acts on nothing.

    plan = look(Landscape(...))
    plan.lines          # each with its reason, what it consists of and what else is known
    plan.silent         # ids of shadows of which nothing can be said just now: they stay as they are

One thing counts once. A server that nobody answers for is one shadow, and the names, certificates and sockets that lead
to it are its evidence. What another cloud shows of a server that is on record is that server. A name is no identity,
and an address is one only for those who have nothing better: a server is looked for under those it had lately too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.dns import names_an_address, plain
from cloudctl.domain.shadows import ShadowKind, ShadowSubject, shadow_id
from cloudctl.domain.sweeps import Certificate, Host, Sweep, SweepKind
from cloudctl.governance.shadows.landscape import Landscape, Machine, certificates, hosts, plain_uuid

MOST_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One shadow: `why` names its sentence, `facts` are what it consists of, `evidence` what else is known of it."""

    kind: ShadowKind
    subject: ShadowSubject
    key: str
    why: str
    name: str
    cloud: str | None = None
    department_id: UUID | None = None
    object_id: UUID | None = None
    resource_id: UUID | None = None
    finding_id: UUID | None = None
    system_id: UUID | None = None
    other_id: UUID | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The shadow's id."""
        return shadow_id(self.kind, self.subject, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a look comes to. `sources` are those whose sweeps no longer count: what was found by them stays."""

    lines: Sequence[Line]
    silent: Collection[UUID]
    sources: Collection[tuple[SweepKind, str]]


def look(land: Landscape) -> Plan:
    """Every shadow of the landscape, in the order of machines, names, certificates and pairs."""
    return _Look(land).plan()


class _Look:
    """One look: machines first, because what leads to one of them is no shadow of its own."""

    def __init__(self, land: Landscape) -> None:
        self.land = land
        self.silent: set[UUID] = set()
        self.leading: defaultdict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.named: dict[str, str] = {}  # the names that are shadows themselves, with their addresses
        self.recorded = {plain_uuid(one.native_id) for one in land.machines if one.resource_id is not None}
        self.fresh = [sweep for sweep in land.sweeps if land.fresh(sweep)]

    def plan(self) -> Plan:
        others = [*self._services(), *self._names(), *self._certificates()]
        lines = [*self._machines(), *others, *self._duplicates()]
        stale = {(sweep.kind, sweep.source) for sweep in self.land.sweeps if not self.land.fresh(sweep)}
        wanted = [line for line in lines if self.land.claimed.get(line.id) not in self.land.systems]
        return Plan(lines=wanted, silent=self.silent, sources=stale)

    def _machines(self) -> Iterator[Line]:
        for machine in self.land.machines:
            key = shadow_id(ShadowKind.UNREGISTERED, ShadowSubject.SERVER, str(machine.object_id))
            if machine.cloud in self.land.unread or not machine.settled:
                self.silent.add(key)
            elif self._nobodys(machine) and not machine.put_by:
                yield self._server(machine, "record" if machine.resource_id else "cloud")

    def _nobodys(self, machine: Machine) -> bool:
        """Whether no system answers for it: no record has it, or its record has no system."""
        if machine.resource_id is not None:
            return machine.system_id is None
        if machine.finding_id is None or plain_uuid(machine.native_id) in self.recorded:
            return False  # the same server as another cloud shows it, or one that drift has no word for yet
        return machine.first_seen_at <= self.land.now - timedelta(hours=self.land.rules.unknown_hours)

    def _server(self, machine: Machine, why: str) -> Line:
        led = {what: sorted(found)[:MOST_NAMED] for what, found in sorted(self.leading[machine.object_id].items())}
        return Line(
            kind=ShadowKind.UNREGISTERED,
            subject=ShadowSubject.SERVER,
            key=str(machine.object_id),
            why=why,
            name=machine.name,
            cloud=machine.cloud,
            department_id=machine.department_id,
            object_id=machine.object_id,
            resource_id=machine.resource_id,
            finding_id=machine.finding_id,
            facts=dict(machine.facts),
            evidence={
                "native_id": machine.native_id,
                "addresses": sorted(machine.addresses),
                "first_seen_at": machine.first_seen_at,
                **led,
            },
        )

    def _services(self) -> Iterator[Line]:
        """Listening sockets, seen from inside: of a server of nobody's they are evidence, else what nobody declared."""
        for sweep in self.fresh:
            if sweep.kind is not SweepKind.SERVICES:
                continue
            for host in hosts(sweep):
                if host.reached:
                    yield from self._host(sweep, host)

    def _host(self, sweep: Sweep, host: Host) -> Iterator[Line]:
        rules = self.land.rules
        heard = {
            one.port: one.process
            for one in host.listening
            if not one.within and one.port not in rules.usual_ports and one.process not in rules.usual_processes
        }
        machine = self._machine_of(host)
        if machine is None:
            address = next((one for one in host.addresses if self.land.ours(one)), None)
            if heard and address is not None:
                yield _service(sweep, host, heard, why="nowhere", key=address)
        elif machine.system_id is None:
            told = {f"{port} {process}".strip() for port, process in heard.items()}
            self.leading[machine.object_id]["listening"] |= told
        elif machine.ports is not None:
            more = {port: process for port, process in heard.items() if port not in machine.ports}
            if more:
                yield _service(sweep, host, more, why="undeclared", key=str(machine.object_id), machine=machine)

    def _machine_of(self, host: Host) -> Machine | None:
        if host.native_id and (known := self.land.by_native_id.get(plain_uuid(host.native_id))):
            return known
        return next((self.land.by_address[one] for one in host.addresses if one in self.land.by_address), None)

    def _names(self) -> Iterator[Line]:
        for sweep, leads in self.land.names:
            if not self.land.fresh(sweep):
                continue
            for name, addresses in leads.items():
                line = self._name(sweep, name, addresses)
                if line is not None:
                    yield line

    def _name(self, sweep: Sweep, name: str, addresses: frozenset[str]) -> Line | None:
        ours = sorted(address for address in addresses if self.land.ours(address))
        if not ours or self.land.system_at([name, f"www.{name}", name.removeprefix("www.")]) is not None:
            return None
        if any(names_an_address(name, address) for address in ours):
            return None
        if self._leads_somewhere("names", name, ours):
            return None
        self.named[name] = ours[0]
        return Line(
            kind=ShadowKind.UNREGISTERED,
            subject=ShadowSubject.DNS_NAME,
            key=f"{sweep.source}/{name}",
            why="nowhere",
            name=name,
            facts={"addresses": ours},
            evidence=_of(sweep),
        )

    def _leads_somewhere(self, what: str, name: str, addresses: Sequence[str]) -> bool:
        """Whether a machine has one of the addresses; one that nobody answers for takes the name as its evidence."""
        machines = [self.land.by_address[one] for one in addresses if one in self.land.by_address]
        for machine in machines:
            if machine.system_id is None:
                self.leading[machine.object_id][what].add(name)
        return bool(machines)

    def _certificates(self) -> Iterator[Line]:
        leads = {name: found for _, names in self.land.names for name, found in names.items()}
        for sweep in self.fresh:
            if sweep.kind is not SweepKind.CERTIFICATES:
                continue
            for one in certificates(sweep):
                names = [plain(name) for name in one.names]
                line = self._certificate(sweep, one, names, [leads.get(name, frozenset()) for name in names])
                if line is not None:
                    yield line

    def _certificate(
        self, sweep: Sweep, one: Certificate, names: list[str], leads: Sequence[frozenset[str]]
    ) -> Line | None:
        met = {one.address} if one.address else set().union(*leads)
        ours = sorted(address for address in met if self.land.ours(address))
        if not ours or self.land.system_at(names) is not None or any(name in self.named for name in names):
            return None
        told = names[0] if names else one.serial
        if self._leads_somewhere("certificates", told, ours):
            return None
        return Line(
            kind=ShadowKind.UNREGISTERED,
            subject=ShadowSubject.CERTIFICATE,
            key=f"{sweep.source}/{one.serial or told}",
            why="nowhere",
            name=told,
            facts={"names": names[:MOST_NAMED], "addresses": ours},
            evidence={"issuer": one.issuer, "ends_on": one.ends_on, **_of(sweep)},
        )

    def _duplicates(self) -> Iterator[Line]:
        by_code = {system.code: system for system in self.land.systems.values()}
        for pair in self.land.pairs:
            one, other = by_code.get(pair.first), by_code.get(pair.second)
            if one is None or other is None or pair.score < self.land.rules.duplicate_points:
                continue
            leaving, staying = sorted((one, other), key=lambda system: (system.weight, system.code))
            yield Line(
                kind=ShadowKind.DUPLICATE,
                subject=ShadowSubject.SYSTEM,
                key="/".join(sorted((str(one.id), str(other.id)))),
                why="pair",
                name=leaving.name,
                department_id=leaving.department_id,
                system_id=leaving.id,
                other_id=staying.id,
                facts={"code": leaving.code, "other": staying.code, "other_name": staying.name, "score": pair.score,
                       "signs": {reason.sign: dict(reason.params) for reason in pair.reasons}},
            )  # fmt: skip


def _service(
    sweep: Sweep, host: Host, heard: dict[int, str], *, why: str, key: str, machine: Machine | None = None
) -> Line:
    ports = sorted(heard)
    return Line(
        kind=ShadowKind.UNREGISTERED,
        subject=ShadowSubject.SERVICE,
        key=f"{sweep.source}/{key}",
        why=why,
        name=host.name,
        cloud=machine.cloud if machine else None,
        department_id=machine.department_id if machine else None,
        object_id=machine.object_id if machine else None,
        resource_id=machine.resource_id if machine else None,
        facts={"ports": ports},
        evidence={
            "addresses": sorted(host.addresses),
            "listening": [f"{port} {heard[port]}".strip() for port in ports][:MOST_NAMED],
            **_of(sweep),
        },
    )


def _of(sweep: Sweep) -> dict[str, Any]:
    return {"source": sweep.source, "taken_at": sweep.taken_at, "sweep_id": str(sweep.id)}
