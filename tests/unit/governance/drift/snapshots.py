"""Snapshots for the comparison's tests: one cloud with a network, a server on it and a volume at the server.

town = Town()
town.change("web", status=ObjectStatus.STOPPED)       # behind our back
town.found()                                          # {("changed", "web")}
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec

from cloudctl.domain.drift import Record
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectState, ObjectStatus, Recorded, object_id
from cloudctl.governance.drift.planner import Line, Plan, Snapshot, compare

CLOUD = "city-a"
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=90)
NAMES = UUID(int=7)


def named(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMES, name)


def record(name: str, kind: ObjectKind, **changes: Any) -> Record:
    values: dict[str, Any] = {
        "id": named(name),
        "kind": kind,
        "cloud": CLOUD,
        "name": name,
        "state": "active",
        "zone": "extranet",
        "backend_id": f"{name}-native",
        "department_id": named("fgw"),
        "system_id": named("oa"),
        "claimed": False,
        "gone_at": None,
        "expires_on": date(2027, 6, 30),
        "since": LONG_AGO,
        "order": "SQ2026-0001",
        "order_state": "delivered",
        "applicant_gone": False,
    }
    return Record(**values | changes)


def seen(thing: CloudObject, **changes: Any) -> Recorded:
    values: dict[str, Any] = {
        "id": object_id(CLOUD, thing.kind, thing.native_id),
        "cloud": CLOUD,
        "state": ObjectState.PRESENT,
        "misses": 0,
        "resource_id": None,
        "first_seen_at": LONG_AGO,
        "seen_at": LONG_AGO,
        "changed_at": LONG_AGO,
        "object": thing,
    }
    return Recorded(**values | changes)


class Town:
    """A cloud and our records of it, in agreement until a test changes one of them."""

    def __init__(self) -> None:
        self.records = {
            "net": record("net", ObjectKind.NETWORK),
            "web": record(
                "web", ObjectKind.SERVER, vcpu=2, memory_mib=4096, disk_gib=40, power="on", network_id=named("net")
            ),
            "data": record("data", ObjectKind.VOLUME, disk_gib=100, server_id=named("web")),
        }
        self.objects = {
            "net": seen(thing("net", ObjectKind.NETWORK)),
            "web": seen(
                thing(
                    "web",
                    ObjectKind.SERVER,
                    status=ObjectStatus.ACTIVE,
                    vcpu=2,
                    memory_mib=4096,
                    disk_gib=40,
                    networks=("net-native",),
                )
            ),
            "data": seen(thing("data", ObjectKind.VOLUME, disk_gib=100, server="web-native")),
        }
        self.others: dict[str, Any] = {}

    def add(self, name: str, kind: ObjectKind, *, when: datetime = LONG_AGO, **facts: Any) -> None:
        """An object that no record has, unless `key` says so."""
        what = thing(name, kind, **{"key": None} | facts)
        self.objects[name] = seen(what, first_seen_at=when, changed_at=when)

    def change(self, which: str, /, **facts: Any) -> None:
        old = self.objects[which]
        self.objects[which] = msgspec.structs.replace(old, object=msgspec.structs.replace(old.object, **facts))

    def lose(self, name: str) -> None:
        self.objects[name] = msgspec.structs.replace(self.objects[name], state=ObjectState.MISSING, misses=3)

    def on_record(self, name: str, **fields: Any) -> None:
        self.records[name] = msgspec.structs.replace(self.records[name], **fields)

    def snapshot(self, **changes: Any) -> Snapshot:
        whole = Snapshot(
            cloud=CLOUD,
            today=NOW.date(),
            now=NOW,
            began_at=NOW - timedelta(minutes=1),
            certain_since=NOW - timedelta(days=3),
            objects=list(self.objects.values()),
            records=list(self.records.values()),
        )
        return replace(whole, **self.others | changes)

    def plan(self, **changes: Any) -> Plan:
        return compare(self.snapshot(**changes))

    def lines(self, **changes: Any) -> list[Line]:
        return list(self.plan(**changes).lines)

    def found(self, **changes: Any) -> set[tuple[str, str]]:
        """(kind, name) of every line."""
        return {(line.kind.value, line.name) for line in self.lines(**changes)}


def thing(called: str, kind: ObjectKind, /, **facts: Any) -> CloudObject:
    values: dict[str, Any] = {"key": named(called), "tenant": "p1", "tenant_name": "fgw"}
    return CloudObject(kind=kind, native_id=f"{called}-native", **{"name": called} | values | facts)
