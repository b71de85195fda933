"""All indicators of a province for one past date: 16 cities, 10,000 systems in three versions each, 20,000 servers.

Peer: one SQL statement of GROUP BYs over the same as-of rows (systems with their newest evidence, servers, devices,
rooms with theirs), written by hand, which only counts: no shares, no exclusions, no scopes, no judging of rooms. CPU
counts this process and PostgreSQL.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, insert, text

from cloudctl.bootstrap import App, build
from cloudctl.domain.accounts import PLATFORM
from cloudctl.domain.evidence import EvidenceKind, Source, Subject
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.inventory import CloudObject, ObjectKind
from cloudctl.domain.register import standing_at
from cloudctl.persistence import tables
from cloudctl.ports.context import Request, platform
from cloudctl.services import departments as department_service
from cloudctl.services import indicators
from cloudctl.settings import load
from tests.bench.measures import Clock, Goal, Measure, Rounds, clocked
from tests.lab.postgres import PostgresServer

CITIES, UNITS, SYSTEMS, SERVERS, DEVICES, ROOMS = 16, 20, 10_000, 20_000, 8_000, 1_000
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAY = date(2026, 6, 30)
LOOKS = 12  # of each kind a system; seven of ten days apart, of which the last still counts
SYSTEM_KINDS = (EvidenceKind.RESOURCES_SYNCED, EvidenceKind.CHECK_ANSWERS, EvidenceKind.OLD_SERVERS)
ROOM_KINDS = (
    EvidenceKind.POWER_READING, EvidenceKind.CIRCUITS_CUT, EvidenceKind.SIGN_OFF, EvidenceKind.SIGN_OFF,
    EvidenceKind.PHOTO, EvidenceKind.METER_PHOTO,
)  # fmt: skip
STATUSES = ("in_use", "migrating", "on_platform", "on_platform", "on_platform", "retired")

BY_HAND = text("""
WITH seen AS (
    SELECT DISTINCT ON (subject_id, kind, about) subject_kind, subject_id, kind, holds, by FROM evidence
    WHERE created_at <= :at AND observed_at <= :at AND expires_at > :at
    ORDER BY subject_id, kind, about, observed_at DESC, created_at DESC, id DESC
), shown AS (
    SELECT subject_id, string_agg(kind || holds, ',' ORDER BY kind) AS what FROM seen GROUP BY subject_id
)
SELECT 'systems' AS noun, s.department_id, s.status, shown.what, count(*), sum(s.data_items),
    sum(s.data_items_provided), sum(s.data_items_structured)
FROM systems_versions s LEFT JOIN shown ON shown.subject_id = s.id
WHERE s.since <= :at AND (s.until IS NULL OR s.until > :at) GROUP BY s.department_id, s.status, shown.what
UNION ALL
SELECT 'rooms', r.department_id, r.status || r.kind, shown.what, count(*), sum(r.power_kw), sum(r.area_m2), 0
FROM rooms_versions r LEFT JOIN shown ON shown.subject_id = r.id
WHERE r.since <= :at AND (r.until IS NULL OR r.until > :at) GROUP BY r.department_id, r.status || r.kind, shown.what
UNION ALL
SELECT 'devices', d.department_id, d.status || d.kind, r.kind, count(*), sum(d.vm_count), 0, 0
FROM devices_versions d LEFT JOIN rooms_versions r
    ON r.id = d.room_id AND r.since <= :at AND (r.until IS NULL OR r.until > :at)
WHERE d.since <= :at AND (d.until IS NULL OR d.until > :at) GROUP BY d.department_id, d.status || d.kind, r.kind
UNION ALL
SELECT 'servers', v.department_id, v.cloud, '', count(*), sum(v.vcpu), 0, 0
FROM servers v JOIN inventory_objects o ON o.resource_id = v.id
WHERE v.created_at <= :at AND o.first_seen_at <= :at AND (v.gone_at IS NULL OR v.gone_at > :at)
GROUP BY v.department_id, v.cloud
""")


def measure() -> list[Measure]:
    """Time and CPU against the statement by hand."""
    with PostgresServer() as postgres, tempfile.TemporaryDirectory() as directory:
        app = build(load({}, {"database_url": postgres.create_database(), "data_dir": directory}))
        app.prepare()
        _fill(app)
        at = standing_at(DAY)
        asking = Request(actor=PLATFORM, request_id="bench")
        pids = [os.getpid(), postgres.pid]
        told: list[Any] = []
        rounds = Rounds()
        rounds.run(
            {
                "ours": _timed(
                    pids, lambda: told.append(indicators.figures(app.context, asking, day=DAY, scope="all"))
                ),
                "by hand": _timed(pids, lambda: told.append(_by_hand(app, at))),
            }
        )
        _check(told[0], told[1])
        app.stop()
    raw = ", ".join(
        f"{name} {1000 * rounds.wall(name):.0f} ms, {1000 * rounds.cpu(name):.0f} ms CPU"
        for name in ("ours", "by hand")
    )
    peer = "one SQL GROUP BY over the same as-of rows"
    wall, cpu = (clock("ours") / clock("by hand") for clock in (rounds.wall, rounds.cpu))
    return [
        Measure("indicators: a past date of a province, time", peer, wall, Goal("<=", 3.0), raw),
        Measure("indicators: a past date of a province, CPU", peer, cpu, None, raw),
    ]


def _timed(pids: list[int], work: Callable[[], object]) -> Callable[[], Clock]:
    def run() -> Clock:
        with clocked(pids) as clock:
            work()
        return clock

    return run


def _by_hand(app: App, at: datetime) -> list[Any]:
    with app.engines.read.connect() as connection:
        return list(connection.execute(BY_HAND, {"at": at}).all())


def _check(lines: Any, rows: Any) -> None:
    """Both count the same things."""
    figures = {line.definition.name: line.figure for line in lines}
    systems = sum(row[4] for row in rows if row[0] == "systems")
    assert figures["systems-surveyed"].numerator == systems == SYSTEMS, (figures["systems-surveyed"], systems)
    assert sum(row[4] for row in rows if row[0] == "servers") == SERVERS
    assert 0 < figures["centralisation-systems"].numerator < SYSTEMS
    assert 0 < figures["centralisation-rooms"].numerator < ROOMS


def _fill(app: App) -> None:
    """The province, straight into the tables."""
    owners = _departments(app)
    with app.engines.write.begin() as connection:
        systems = _systems(connection, owners)
        rooms = _rooms(connection, owners)
        _devices(connection, owners, systems, rooms)
        _servers(connection, owners, systems)
        _proofs(connection, owners, systems, rooms)
    with app.engines.write.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _departments(app: App) -> list[UUID]:
    from cloudctl.domain.departments import Level

    owners = []
    for city in range(CITIES):
        top = department_service.create(
            app.context, platform("bench"), code=f"c{city}", name=f"市{city}", level=Level.CITY
        )
        for unit in range(UNITS):
            made = department_service.create(
                app.context,
                platform("bench"),
                code=f"c{city}-{unit}",
                name=f"局{unit}",
                level=Level.CITY,
                parent_id=top.id,
            )
            owners.append(made.id)
    with app.engines.write.begin() as connection:
        connection.execute(text("UPDATE departments SET created_at = :at"), {"at": BEGIN})
        connection.execute(text("UPDATE departments_versions SET since = :at, created_at = :at"), {"at": BEGIN})
    return owners


def _put(connection: Connection, table: Table, rows: Iterator[dict[str, Any]], size: int = 5000) -> None:
    some: list[dict[str, Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            connection.execute(insert(table), some)
            some = []
    if some:
        connection.execute(insert(table), some)


def _systems(connection: Connection, owners: list[UUID]) -> list[UUID]:
    keys = [new_id() for _ in range(SYSTEMS)]

    def row(place: int, version: int) -> dict[str, Any]:
        status = "in_use" if version == 1 else STATUSES[place % len(STATUSES)]
        return {
            "id": keys[place], "department_id": owners[place % len(owners)], "code": f"s{place}",
            "name": f"系统{place}", "mlps_level": 2, "xinchuang": False, "status": status,
            "status_on": DAY if status == "retired" else None,
            "data_items": 100, "data_items_provided": place % 100, "data_items_structured": place % 90,
            "created_at": BEGIN, "version": version,
        }  # fmt: skip

    def versions() -> Iterator[dict[str, Any]]:
        for place in range(SYSTEMS):
            for version in (1, 2, 3):
                yield row(place, version) | _span(version)

    _put(connection, tables.systems, (row(place, 3) for place in range(SYSTEMS)))
    _put(connection, tables.systems_versions, versions())
    return keys


def _span(version: int) -> dict[str, Any]:
    """The first version stood two months, the second until after the day that is asked for."""
    since = [BEGIN, BEGIN + timedelta(days=60), BEGIN + timedelta(days=150)][version - 1]
    until = [BEGIN + timedelta(days=60), BEGIN + timedelta(days=150), None][version - 1]
    return {"since": since, "until": until, "by_id": None, "by_name": "bench", "request_id": "bench", "reason": None}


def _rooms(connection: Connection, owners: list[UUID]) -> list[UUID]:
    keys = [new_id() for _ in range(ROOMS)]

    def row(place: int, version: int) -> dict[str, Any]:
        closed = version > 1 and place % 3 > 0
        return {
            "id": keys[place], "code": f"r{place}", "name": f"机房{place}",
            "department_id": owners[place % len(owners)], "kind": "own", "category": "server_room", "address": "",
            "zones": [], "area_m2": 60.0, "power_kw": 20.0,
            "status": "closed" if closed else "in_use", "closed_on": DAY if closed else None, "contact_name": "",
            "contact_phone": "", "note": "", "created_at": BEGIN, "version": version,
        }  # fmt: skip

    _put(connection, tables.rooms, (row(place, 3) for place in range(ROOMS)))
    _put(
        connection,
        tables.rooms_versions,
        (row(place, version) | _span(version) for place in range(ROOMS) for version in (1, 2, 3)),
    )
    return keys


def _devices(connection: Connection, owners: list[UUID], systems: list[UUID], rooms: list[UUID]) -> None:
    keys = [new_id() for _ in range(DEVICES)]

    def row(place: int, version: int) -> dict[str, Any]:
        off = version > 1 and place % 4 > 0
        return {
            "id": keys[place], "code": f"d{place}", "name": "", "kind": "server", "room_id": rooms[place % ROOMS],
            "department_id": owners[place % len(owners)], "system_id": systems[place], "vendor": "", "model": "",
            "serial": "", "addresses": [], "virtual_host": place % 5 == 0, "vm_count": 8 if place % 5 == 0 else None,
            "status": "off" if off else "running", "off_on": DAY if off else None, "note": "", "created_at": BEGIN,
            "version": version,
        }  # fmt: skip

    _put(connection, tables.devices, (row(place, 3) for place in range(DEVICES)))
    _put(
        connection,
        tables.devices_versions,
        (row(place, version) | _span(version) for place in range(DEVICES) for version in (1, 2, 3)),
    )


def _servers(connection: Connection, owners: list[UUID], systems: list[UUID]) -> None:
    keys = [new_id() for _ in range(SERVERS)]
    _put(
        connection,
        tables.servers,
        (
            {
                "id": key, "order_id": None, "item": 0, "department_id": owners[place % len(owners)],
                "system_id": systems[place % SYSTEMS], "cloud": "cloud-a", "zone": "extranet", "name": f"v{place}",
                "state": "active", "backend_id": f"n{place}", "protected": False, "contact": "", "vcpu": 4,
                "memory_mib": 8192, "root_disk_gib": 40, "ssh_keys": [], "fixed_addresses": [], "power": "on",
                "created_at": BEGIN, "version": 1,
            }
            for place, key in enumerate(keys)
        ),
    )  # fmt: skip
    _put(
        connection,
        tables.inventory_objects,
        (
            {
                "id": new_id(), "cloud": "cloud-a", "kind": "server", "native_id": f"n{place}", "key": key,
                "name": f"v{place}", "status": "active",
                "facts": CloudObject(kind=ObjectKind.SERVER, native_id=f"n{place}", name=f"v{place}"), "fingerprint": 1,
                "state": "present", "misses": 0, "resource_id": key, "first_seen_at": BEGIN, "seen_at": BEGIN,
                "changed_at": BEGIN,
            }
            for place, key in enumerate(keys)
        ),
    )  # fmt: skip


def _proofs(connection: Connection, owners: list[UUID], systems: list[UUID], rooms: list[UUID]) -> None:
    hand = count()

    def row(
        subject: Subject, key: UUID, owner: UUID, kind: EvidenceKind, seen_at: datetime, days: int
    ) -> dict[str, Any]:
        number = next(hand)
        return {
            "id": new_id(), "subject_kind": subject, "subject_id": key, "department_id": owner, "kind": kind,
            "about": "", "value": {}, "holds": number % 50 > 0, "observed_at": seen_at,
            "expires_at": seen_at + timedelta(days=days), "source": Source.PLATFORM,
            "for_account_id": new_id() if kind is EvidenceKind.SIGN_OFF else None,
            "digest": f"{number:064x}" if "photo" in kind.value else None, "created_at": seen_at,
        }  # fmt: skip

    def rows() -> Iterator[dict[str, Any]]:
        for place, key in enumerate(systems):
            for kind in SYSTEM_KINDS if STATUSES[place % len(STATUSES)] != "in_use" else SYSTEM_KINDS[2:]:
                for look in range(LOOKS):
                    seen_at = BEGIN + timedelta(days=10 * look + 1, seconds=place)
                    yield row(Subject.SYSTEM, key, owners[place % len(owners)], kind, seen_at, 12)
        for place, key in enumerate(rooms):
            for kind in ROOM_KINDS if place % 3 else ():
                seen_at = BEGIN + timedelta(days=80, seconds=place)
                yield row(Subject.ROOM, key, owners[place % len(owners)], kind, seen_at, 365)

    _put(connection, tables.evidence, rows())
