"""What a look for shadow systems looks at, read in one transaction: clouds and records, sweeps, the register."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from cloudctl.domain.drift import DriftKind, Record, finding_id
from cloudctl.domain.inventory import ObjectKind, ObjectState, Recorded
from cloudctl.domain.sweeps import is_address
from cloudctl.domain.systems import ENDED
from cloudctl.governance.shadows.landscape import Landscape, Machine, Registered
from cloudctl.ports.context import Context
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services.assessments import weight
from cloudctl.services.duplicates import pairs

ON_NO_RECORD = (DriftKind.UNKNOWN, DriftKind.LEAKED)
WEB = frozenset({80, 443})
MOST_PORTS = 2000  # of a range in a form: a wider one says nothing
_PORTS = re.compile(r"(\d{1,5})(?:\s*[-–—~至到]\s*(\d{1,5}))?")


def landscape(ctx: Context, uow: UnitOfWork) -> Landscape:
    """Everything as it stands now."""
    rows = [row for row in uow.systems.on_record().values() if row["status"] not in ENDED]
    unread = {cloud.code for cloud in uow.clouds.all() if not read_well(ctx, uow, cloud.code)}
    shadows = uow.shadows.known()
    return Landscape(
        now=uow.now,
        rules=ctx.shadow_rules,
        machines=_machines(ctx, uow, rows),
        blocks=[supernet.cidr for supernet in uow.prefixes.supernets(None)],
        systems={row["id"]: _registered(row) for row in rows},
        sweeps=uow.sweeps.newest(),
        pairs=pairs(rows, least=ctx.shadow_rules.duplicate_points),
        claimed={
            key: one.target_id
            for key, one in shadows.items()
            if one.state == "registered" and one.target_id is not None
        },
        unread=unread,
    )


def read_well(ctx: Context, uow: UnitOfWork, code: str) -> bool:
    """Whether the last look at a cloud was a clean one, and not too long ago."""
    latest, clean = uow.syncs.latest(code), uow.syncs.latest(code, clean=True)
    if latest is None or clean is None or latest.state in {"failed", "partial"} or clean.started_at is None:
        return False
    return clean.started_at >= uow.now - ctx.limits.rhythm.stale_after


def _registered(row: Mapping[str, Any]) -> Registered:
    return Registered(
        id=row["id"],
        code=row["code"],
        name=row["name"],
        department_id=row["department_id"],
        check_url=row["check_url"],
        weight=weight(row),
    )


def _machines(ctx: Context, uow: UnitOfWork, systems: Iterable[Mapping[str, Any]]) -> Sequence[Machine]:
    former = uow.shadows.former_addresses(uow.now - timedelta(days=ctx.shadow_rules.former_days))
    ports = _ports(uow.shadows.declared_ports(), systems)
    found = []
    for cloud in uow.clouds.all():
        if cloud.retired:
            continue
        records = {record.id: record for record in uow.drift.records(cloud.code)}
        opened = {one.id for one in uow.drift.known(cloud.code).values() if one.state == "open"}
        floating, tenants = _floating(uow, cloud.code), uow.drift.tenants(cloud.code)
        for thing in uow.inventory.of(cloud.code, kind=ObjectKind.SERVER, state=None):
            record = None if thing.resource_id is None else records.get(thing.resource_id)
            if thing.state is not ObjectState.PRESENT and record is None:
                continue  # gone, and nobody's
            addresses = {*thing.object.addresses, *former.get(thing.id, ()), *floating.get(thing.object.native_id, ())}
            found.append(_machine(thing, record, addresses, opened=opened, ports=ports, tenants=tenants))
    return found


def _machine(
    thing: Recorded,
    record: Record | None,
    addresses: set[str],
    *,
    opened: Collection[UUID],
    ports: Mapping[UUID, frozenset[int]],
    tenants: Mapping[str, UUID],
) -> Machine:
    what = thing.object
    findings = (finding_id(thing.cloud, kind, thing.id) for kind in ON_NO_RECORD)
    sizes = {name: getattr(what, name) for name in ("vcpu", "memory_mib", "disk_gib")}
    shared: dict[str, Any] = {
        "object_id": thing.id,
        "native_id": what.native_id,
        "cloud": thing.cloud,
        "name": what.name,
        "addresses": frozenset(address for address in addresses if is_address(address)),
        "first_seen_at": thing.first_seen_at,
        "facts": {name: size for name, size in sizes.items() if size is not None},
    }
    if record is None:
        return Machine(
            **shared,
            department_id=tenants.get(what.tenant or ""),
            finding_id=next((key for key in findings if key in opened), None),
            settled=thing.state is ObjectState.PRESENT and not thing.misses,
        )
    return Machine(
        **shared,
        resource_id=record.id,
        system_id=record.system_id,
        department_id=record.department_id,
        settled=record.settled,
        put_by=record.state != "active",
        ports=None if record.system_id is None else ports.get(record.system_id),
    )


def _floating(uow: UnitOfWork, cloud: str) -> Mapping[str, set[str]]:
    """Floating addresses by the native id of the server that they lead to."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for thing in uow.inventory.of(cloud, kind=ObjectKind.ADDRESS):
        if thing.object.server is not None:
            found[thing.object.server] |= {*thing.object.addresses, thing.object.name}
    return found


def _ports(declared: Mapping[UUID, Sequence[str]], systems: Iterable[Mapping[str, Any]]) -> dict[UUID, frozenset[int]]:
    """By system the ports that were declared for it, by its orders or by where it is said to answer."""
    found: defaultdict[UUID, set[int]] = defaultdict(set)
    for key, texts in declared.items():
        found[key] |= {port for text in texts for port in ports_in(text)} | WEB
    for row in systems:
        if row["id"] in found and row["check_url"]:
            found[row["id"]] |= _port_of(row["check_url"])
    return {key: frozenset(ports) for key, ports in found.items()}


def ports_in(text: str) -> frozenset[int]:
    """The ports that a form names, ranges included.

    >>> sorted(ports_in("80、443，8080-8082"))
    [80, 443, 8080, 8081, 8082]
    """
    found: set[int] = set()
    for first, last in _PORTS.findall(text):
        begin, end = int(first), int(last or first)
        if begin <= end < begin + MOST_PORTS:
            found.update(range(begin, end + 1))
    return frozenset(port for port in found if 0 < port < 65536)


def _port_of(url: str) -> set[int]:
    try:
        port = urlsplit(url).port
    except ValueError:
        return set()
    return set() if port is None else {port}
