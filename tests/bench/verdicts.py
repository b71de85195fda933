"""A scan for zombie systems: every system of a city judged, 1,200 and 20,000 of them, with a server and 90 days each.

The first scan puts every verdict on record, the one after it finds nothing new: that is the daily one. Register,
records and inventory are on SQLite, the telemetry is that of the bench of the same name; its days repeat after five.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import wrap
from uuid import UUID

from sqlalchemy import insert

from cloudctl.bootstrap import App
from cloudctl.domain.departments import Level
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.inventory import CloudObject, ObjectKind, ObjectStatus
from cloudctl.domain.systems import System
from cloudctl.persistence import tables
from cloudctl.ports.context import platform
from cloudctl.services import departments, zombies
from tests.bench.measures import Goal, Measure, Rounds
from tests.bench.telemetry import (
    BEGIN,
    CLOUD,
    DAYS,
    LAST,
    MANY,
    MANY_DAYS,
    SEED,
    SERVERS,
    app_in,
    on_day,
    parts_of,
    put,
    subjects,
    timed,
)
from tests.bench.telemetry_points import points

DEPARTMENTS, AT_ONCE = 100, 1_000
SINCE = datetime(BEGIN.year, BEGIN.month, BEGIN.day, tzinfo=UTC) - timedelta(days=400)
AFTER = datetime(LAST.year, LAST.month, LAST.day, tzinfo=UTC) + timedelta(hours=30)
WHOSE = wrap("教育卫生民政交通水务农业林业文化体育旅游商务审计统计信访司法公安财政人社住建环保应急气象", 2)
WHAT = wrap("许可备案年检补贴救助投诉执法监测档案统计培训考核资产项目合同人事会议公文值班舆情车辆物资", 2)
HOW = wrap("申报审批登记查询公示调度分析归集预警督办评价填报发布核验结算巡查交换展示台账回访抽查汇总", 2)
KINDS = ("管理系统", "服务平台", "信息系统", "网上大厅")


def measure() -> list[Measure]:
    """The cost of a scan of either size, and how it grows."""
    rounds, sizes = Rounds(), (SERVERS, MANY)
    with TemporaryDirectory() as directory:
        for size in sizes:
            app = _city(Path(directory, str(size)), size)
            scan = timed([os.getpid()], lambda app=app: _judged(app))  # type: ignore[misc]
            rounds.run({f"first {size}": scan}, rounds=1)
            rounds.run({f"daily {size}": scan}, rounds=3 if size == SERVERS else 1)
            app.stop()
    return [*_measures(rounds, "first"), *_measures(rounds, "daily")]


def _measures(rounds: Rounds, which: str) -> Iterator[Measure]:
    small, large = (rounds.cpu(f"{which} {size}") for size in (SERVERS, MANY))
    raw = ", ".join(
        f"{size:,} systems {rounds.cpu(f'{which} {size}'):.2f} s CPU, {rounds.wall(f'{which} {size}'):.2f} s wall"
        for size in (SERVERS, MANY)
    )
    name = f"zombies: the {which} scan, 90 days"
    yield Measure(f"{name}: CPU a system, 20,000 systems", "itself", 1000 * large / MANY, None, raw, " ms")
    growth = (large / MANY) / (small / SERVERS)
    yield Measure(f"{name}: CPU a system, 20,000 against 1,200", "itself", growth, Goal("<=", 1.5), raw, "x")


def _judged(app: App) -> None:
    found = zombies.scan(app.context, platform("bench"))
    assert found.systems == sum(found.states.values())
    assert "no_data" not in found.states, found.states


def _city(place: Path, size: int) -> App:
    """So many systems, each with a server that is seen and measured."""
    app, ids = app_in(place, {}, AFTER), subjects(size)
    owners = [
        departments.create(app.context, platform("bench"), code=f"d{number:03}", name=f"d{number}", level=Level.CITY).id
        for number in range(DEPARTMENTS)
    ]
    names = [f"{whose}{what}{how}{kind}" for how, kind, what, whose in product(HOW, KINDS, WHAT, WHOSE)]
    made = [
        System(
            department_id=owners[number * 7 % DEPARTMENTS], code=f"s{number:05}", name=names[number * 31 % len(names)],
            mlps_level=2, status="in_use", user_count=1 + number % 40, created_at=SINCE,
        )
        for number in range(size)
    ]  # fmt: skip
    for start in range(0, size, AT_ONCE):
        with app.context.unit_of_work(platform("bench")) as uow:
            for system in made[start : start + AT_ONCE]:
                uow.systems.add(system)
    servers = [_server(number, system) for number, system in enumerate(made)]
    with app.engines.write.begin() as connection:
        connection.execute(insert(tables.servers), servers)
        objects = [_object(key, number, row) for number, (key, row) in enumerate(zip(ids, servers, strict=True))]
        connection.execute(insert(tables.inventory_objects), objects)
    known = [parts_of(ids, day, columns) for day, columns in points(size, MANY_DAYS, SEED)]
    for number in range(DAYS):
        put(app, [on_day(BEGIN + timedelta(days=number), part) for part in known[number % MANY_DAYS]])
    return app


def _server(number: int, system: System) -> dict[str, object]:
    return {
        "id": new_id(), "order_id": None, "item": 0, "department_id": system.department_id, "system_id": system.id,
        "cloud": CLOUD, "zone": "extranet", "name": f"v{number}", "state": "active", "backend_id": str(number),
        "created_at": SINCE, "version": 1, "specification": "s2", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40,
        "image": None, "network_id": None, "ssh_keys": [], "fixed_addresses": [], "power": "on",
    }  # fmt: skip


def _object(key: UUID, number: int, server: dict[str, object]) -> dict[str, object]:
    seen = CloudObject(kind=ObjectKind.SERVER, native_id=str(number), name=f"v{number}", status=ObjectStatus.ACTIVE)
    return {
        "id": key, "cloud": CLOUD, "kind": "server", "native_id": str(number), "key": None, "name": seen.name,
        "status": "active", "facts": seen, "fingerprint": 1, "state": "present", "misses": 0,
        "resource_id": server["id"], "first_seen_at": SINCE, "seen_at": AFTER, "changed_at": SINCE,
    }  # fmt: skip
