"""Syncing what clouds have into PostgreSQL, against their own libraries merely reading it.

vSphere: 10,000 VMs of the simulator against one plain pyVmomi read of eight properties; the whole inventory with
devices, networks and snapshots beside it; the same at 40,000. OpenStack: 1,000 servers in the shape of Nova's listing
against openstacksdk's own list of them. Each reading is a process of its own, the rounds are interleaved.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.bench.measures import Goal, Measure
from tests.bench.servers import await_http, free_port, process
from tests.lab.postgres import PostgresServer
from tests.lab.vcenter import VcenterServer

SERVERS = 1000
ROUNDS = {10_000: 3, 40_000: 1}
FIRST, AGAIN, NOTHING_NEW = "0 full", "1 full", "3 incremental"
Told = dict[str, Any]


@dataclass(slots=True)
class Readings:
    """What the rounds of one way of reading cost."""

    rounds: list[Told]

    def of(self, reading: str, figure: str = "wall_s") -> float:
        """The median."""
        return median(told[reading][figure] for told in self.rounds)

    @property
    def memory_mib(self) -> float:
        """The highest peak."""
        return max(told["memory_mib"] for told in self.rounds)


def measure() -> list[Measure]:
    """The ratios for both kinds of cloud."""
    with PostgresServer() as postgres, TemporaryDirectory() as directory:
        smaller, larger = (_vsphere(postgres, Path(directory), size) for size in ROUNDS)
        return [*_figures(smaller), *_growth(smaller, larger), *_openstack(postgres, Path(directory))]


@dataclass(slots=True)
class Vsphere:
    """One size: the plain read, our sync of the servers, our sync of everything."""

    size: int
    plain: Readings
    servers: Readings
    everything: Readings


def _vsphere(postgres: PostgresServer, directory: Path, size: int) -> Vsphere:
    with VcenterServer(vms=size, clusters=4, hosts=16, folders=size // 500, snapshot_every=10) as vcenter:
        clouds = str(vcenter.write_clouds(directory / "clouds.yaml"))
        found: tuple[list[Told], ...] = ([], [], [])
        for _ in range(ROUNDS[size]):
            found[0].append(_read("pyvmomi", clouds))
            for rounds, which in ((found[1], "servers"), (found[2], "everything")):
                with _database(postgres) as url:
                    rounds.append(_read("vsphere", clouds, url, str(postgres.pid), which))
    return Vsphere(size, *(Readings(rounds) for rounds in found))


def _figures(at: Vsphere) -> list[Measure]:
    plain, many = at.plain.of("read"), f"{at.size:,} VMs"
    first, servers = at.everything.of(FIRST), at.servers.of(FIRST)
    objects = int(at.everything.of(FIRST, "objects"))
    cpu = f"CPU {at.servers.of(FIRST, 'cpu_s'):.1f} s with PostgreSQL's against {at.plain.of('read', 'cpu_s'):.1f} s"
    return [
        Measure(
            f"full sync of {many} into PostgreSQL", "one plain pyVmomi read of 8 properties", servers / plain,
            Goal("<=", 0.6), f"{servers:.1f} s against {plain:.1f} s; {cpu}",
        ),
        Measure(
            f"the same with devices, networks, snapshots: {objects:,} objects", "the same read", first / plain,
            None, f"{first:.1f} s against {plain:.1f} s",
        ),
        Measure(
            f"full sync of {many}, unchanged", "the first", at.everything.of(AGAIN) / first, Goal("<=", 0.8),
            f"{at.everything.of(AGAIN):.1f} s against {first:.1f} s",
        ),
        Measure(
            f"incremental sync of {many}, nothing new", "the first", at.everything.of(NOTHING_NEW) / first,
            Goal("<=", 0.1), f"{at.everything.of(NOTHING_NEW) * 1000:.0f} ms against {first:.1f} s",
        ),
        Measure(
            f"memory of a process that syncs {many}", "-", at.everything.memory_mib, Goal("<=", 400),
            f"peak resident; {at.plain.memory_mib:.0f} MiB for the plain read", " MiB",
        ),
    ]  # fmt: skip


def _growth(smaller: Vsphere, larger: Vsphere) -> list[Measure]:
    """Cost against size: 1 is as fast as the inventory grows."""
    times = larger.size / smaller.size
    measures = []
    for name, reading in (("a first full sync", FIRST), ("an unchanged one", AGAIN)):
        few, many = smaller.everything.of(reading, "cpu_s"), larger.everything.of(reading, "cpu_s")
        measures.append(
            Measure(
                f"CPU a VM of {name} at {larger.size:,} VMs",
                f"at {smaller.size:,}",
                many / few / times,
                Goal("<=", 1.1),
                f"{many:.1f} s against {few:.1f} s, {larger.everything.memory_mib:.0f} MiB",
            )
        )
    return measures


def _openstack(postgres: PostgresServer, directory: Path) -> Iterator[Measure]:
    port = free_port()
    account = {
        "auth": {
            "auth_url": f"http://127.0.0.1:{port}/identity/v3",
            "username": "admin",
            "password": "bench",
            "project_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
        "region_name": "R",
        "identity_api_version": "3",
    }
    clouds = directory / "nova.yaml"
    clouds.write_text(json.dumps({"clouds": {"bench-nova": account}}), encoding="utf-8")
    with process([sys.executable, "-m", "tests.bench.nova", str(port), str(SERVERS)]):
        await_http(port, "/compute/v2.1/")
        theirs, ours = [], []
        for _ in range(3):
            theirs.append(_read("openstacksdk", str(clouds)))
            with _database(postgres) as url:
                ours.append(_read("openstack", str(clouds), url, str(postgres.pid)))
    sdk, sync = Readings(theirs), Readings(ours)
    cpu, their_cpu = sync.of(FIRST, "cpu_s"), sdk.of("read", "cpu_s")
    yield Measure(
        f"CPU of a full sync of {SERVERS:,} Nova servers into PostgreSQL",
        "openstacksdk compute.servers(details=True)",
        cpu / their_cpu,
        Goal("<=", 1 / 30),
        f"{cpu * 1000:.0f} ms with PostgreSQL's against {their_cpu:.1f} s; 1/{their_cpu / cpu:.0f}",
    )


@contextmanager
def _database(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.create_database()
    yield url
    postgres.drop_database(url.rpartition("/")[2])


def _read(*arguments: str) -> Told:
    command = [sys.executable, "-m", "tests.bench.inventory_reader", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told: Told = json.loads(done.stdout.splitlines()[-1])
    print(arguments[0], arguments[-1] if len(arguments) > 2 else "", told, flush=True)
    return told
