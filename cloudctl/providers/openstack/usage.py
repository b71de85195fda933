"""What Nova tells of the use of its servers: the diagnostics of each, which are bare counters. It keeps no history."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import msgspec

from cloudctl.domain.clouds import Capability
from cloudctl.domain.errors import Absent, Busy, Unsupported
from cloudctl.domain.metrics import USE, Metric
from cloudctl.domain.usage import Counters, Told
from cloudctl.ports.clock import Clock
from cloudctl.providers.openstack.client import Client

PAGE_SIZE = 100
AT_ONCE = 8
INTERVAL_S = 300


class Processor(msgspec.Struct, frozen=True):
    """A virtual processor; `time` in nanoseconds."""

    time: int | None = None


class Card(msgspec.Struct, frozen=True):
    """A network card."""

    rx_octets: int | None = None
    tx_octets: int | None = None


class Disk(msgspec.Struct, frozen=True):
    """A disk."""

    read_bytes: int | None = None
    write_bytes: int | None = None


class Memory(msgspec.Struct, frozen=True):
    """In MiB."""

    maximum: int | None = None
    used: int | None = None


class Diagnostics(msgspec.Struct, frozen=True):
    """A server's diagnostics since microversion 2.48, the same for every hypervisor."""

    cpu_details: tuple[Processor, ...] = ()
    nic_details: tuple[Card, ...] = ()
    disk_details: tuple[Disk, ...] = ()
    memory_details: Memory = Memory()
    num_cpus: int | None = None


class OpenStackUsage:
    """ports.clouds.Usage."""

    metrics: frozenset[Metric] = frozenset(USE)
    interval_s = INTERVAL_S

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def history(
        self,
        servers: Collection[str],  # noqa: ARG002 - as the port has it
        since: datetime,  # noqa: ARG002
        until: datetime,  # noqa: ARG002
        metrics: Collection[Metric],  # noqa: ARG002
    ) -> Iterator[Told]:
        raise Unsupported("OpenStack does not offer {capability}.", capability=Capability.METRICS.value)

    def counters(self, servers: Collection[str]) -> Iterator[Sequence[Counters]]:
        ids = list(servers)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="diagnostics") as pool:
            for start in range(0, len(ids), PAGE_SIZE):
                read = pool.map(self._read, ids[start : start + PAGE_SIZE])
                yield [counted for counted in read if counted is not None]

    def _read(self, server: str) -> Counters | None:
        """One server's; None where it is gone, or off and so has none."""
        try:
            told = self._client.bare("compute", f"/servers/{server}/diagnostics", Diagnostics)
        except Absent:
            return None
        except Busy as busy:
            if str(busy.params["words"]).startswith("409 "):
                return None
            raise
        return counters(server, told, self._clock.now().timestamp(), self._clock.monotonic_s())


def counters(server: str, told: Diagnostics, at_s: float, steady_s: float) -> Counters:
    """The neutral shape. A hypervisor that takes the whole balloon for used tells nothing of memory."""
    cpu_ns = _sum(told.cpu_details, "time")
    memory = told.memory_details
    used = memory.used if memory.maximum and memory.used and memory.used < memory.maximum else None
    return Counters(
        server=server,
        at_s=at_s,
        steady_s=steady_s,
        vcpu=max(1, told.num_cpus or len(told.cpu_details)),
        cpu_s=None if cpu_ns is None else cpu_ns / 1e9,
        memory_percent=None if used is None else 100 * used / (memory.maximum or used),
        disk_bytes=_sum(told.disk_details, "read_bytes", "write_bytes"),
        network_bytes=_sum(told.nic_details, "rx_octets", "tx_octets"),
    )


def _sum(parts: Sequence[Any], *names: str) -> int | None:
    """All of these figures together; None where one of them is not told."""
    figures = [getattr(part, name) for part in parts for name in names]
    return None if not figures or None in figures else sum(figures)
