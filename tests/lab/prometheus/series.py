"""What exporters would have told of planted machines, as OpenMetrics text.

    machine = Machine("web-1", use=lambda moment: Use(cpu_percent=12, network_kib_s=40), logins=lambda day: 3)
    with path.open("w") as file:
        write(file, [machine], since, until, step_s=300)

The names and labels are those of the libvirt exporter (seen from the host), the node exporter (seen from inside), the
blackbox exporter and the node exporter's text files. Counters only grow, but where a machine has a reset; nothing is
told in a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TextIO
from uuid import UUID, uuid5

NAMES = UUID("0b9f4bde-6f0a-5a2e-8f5e-64c1d2f0a7c3")
EXPORTER_PORT = 9100
DAY_S = 86400
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Use:
    """How busy a machine is at a moment: shares in percent, traffic in KiB a second."""

    cpu_percent: float = 0.0
    memory_percent: float = 20.0
    disk_kib_s: float = 0.0
    network_kib_s: float = 0.0


def nothing(_day: date) -> float:
    """No such activity on any day."""
    return 0.0


@dataclass(frozen=True)
class Machine:
    """One machine. Activity is by UTC day; `gaps` are told by nobody, at `resets` every counter starts again.

    `uuid` is the server's native id; it and the address follow from the name where they are not given. Without
    `inside` no exporter runs in it, without `outside` no host tells of it.
    """

    name: str
    use: Callable[[datetime], Use] = field(default=lambda _moment: Use())
    uuid: str = ""
    address: str = ""
    vcpu: int = 2
    memory_mib: int = 4096
    logins: Callable[[date], float] = nothing
    connections: Callable[[date], float] = nothing
    http_requests: Callable[[date], float] = nothing
    dns_queries: Callable[[date], float] = nothing
    backed_up_at: datetime | None = None
    patched_at: datetime | None = None
    certificate_ends_at: datetime | None = None
    gaps: Sequence[Span] = ()
    resets: Sequence[datetime] = ()
    inside: bool = True
    outside: bool = True

    @property
    def native_id(self) -> str:
        """Its id in the cloud."""
        return self.uuid or str(uuid5(NAMES, self.name))

    @property
    def ip(self) -> str:
        """Its address."""
        number = uuid5(NAMES, self.name).int
        return self.address or f"10.{number % 200 + 20}.{number // 200 % 250}.{number // 50_000 % 250 + 1}"

    def told_at(self, moment: datetime) -> bool:
        """Whether a sample of this moment is there."""
        return not any(begin <= moment < end for begin, end in self.gaps)


@dataclass(frozen=True)
class _Family:
    """One metric: `amount` is a gauge's value, or what a counter grows by from one sample to the next."""

    name: str
    labels: str
    amount: Callable[[datetime], float | None]
    counter: bool = False


def write(file: TextIO, machines: Iterable[Machine], since: datetime, until: datetime, step_s: int) -> int:
    """Writes every series from `since` up to `until`; answers how many samples."""
    by_name: dict[str, list[tuple[Machine, _Family]]] = {}
    for machine in machines:
        for family in _families(machine, step_s):
            by_name.setdefault(family.name, []).append((machine, family))
    moments = [since + timedelta(seconds=offset) for offset in range(0, int((until - since).total_seconds()), step_s)]
    count = 0
    for name, members in by_name.items():
        kind = "counter" if members[0][1].counter else "gauge"
        file.write(f"# TYPE {name} {kind}\n")
        for machine, family in members:
            lines = list(_lines(machine, family, moments, step_s))
            file.writelines(lines)
            count += len(lines)
    file.write("# EOF\n")
    return count


def _lines(machine: Machine, family: _Family, moments: Sequence[datetime], step_s: int) -> Iterator[str]:
    total = 0.0
    head = f"{family.name}{'_total' if family.counter else ''}{{{family.labels}}}"
    step = timedelta(seconds=step_s)
    for moment in moments:
        amount = family.amount(moment)
        if family.counter:
            if any(moment - step < reset <= moment for reset in machine.resets):
                total = 0.0
            total += amount or 0.0
            amount = total
        if amount is not None and machine.told_at(moment):
            yield f"{head} {amount:.10g} {moment.timestamp():.0f}\n"


def _families(machine: Machine, step_s: int) -> Iterator[_Family]:
    if machine.outside:
        yield from _seen_by_host(machine, step_s)
    if machine.inside:
        yield from _seen_from_inside(machine, step_s)
    if (ends_at := machine.certificate_ends_at) is not None:
        labels = f'job="blackbox",instance="https://{machine.ip}/"'
        yield _Family("probe_ssl_earliest_cert_expiry", labels, lambda _: ends_at.timestamp())


def _seen_by_host(machine: Machine, step_s: int) -> Iterator[_Family]:
    labels = f'job="libvirt",instance="host-1:9177",domain="{machine.name}",uuid="{machine.native_id}"'
    card, disk = f'{labels},target_device="tap0"', f'{labels},target_device="vda"'
    use = machine.use
    memory = machine.memory_mib << 20

    def grown(share: Callable[[Use], float]) -> Callable[[datetime], float]:
        return lambda moment: share(use(moment)) * step_s

    yield _Family(
        "libvirt_domain_info_cpu_time_seconds",
        labels,
        grown(lambda at: at.cpu_percent / 100 * machine.vcpu),
        counter=True,
    )
    yield _Family("libvirt_domain_info_virtual_cpus", labels, lambda _: machine.vcpu)
    yield _Family("libvirt_domain_info_maximum_memory_bytes", labels, lambda _: memory)
    yield _Family("libvirt_domain_memory_stats_available_bytes", labels, lambda _: memory)
    yield _Family(
        "libvirt_domain_memory_stats_usable_bytes",
        labels,
        lambda moment: memory * (1 - use(moment).memory_percent / 100),
    )
    half_disk, half_network = grown(lambda at: at.disk_kib_s * 512), grown(lambda at: at.network_kib_s * 512)
    yield _Family("libvirt_domain_block_stats_read_bytes", disk, half_disk, counter=True)
    yield _Family("libvirt_domain_block_stats_write_bytes", disk, half_disk, counter=True)
    yield _Family("libvirt_domain_interface_stats_receive_bytes", card, half_network, counter=True)
    yield _Family("libvirt_domain_interface_stats_transmit_bytes", card, half_network, counter=True)


def _seen_from_inside(machine: Machine, step_s: int) -> Iterator[_Family]:
    labels = f'job="node",instance="{machine.ip}:{EXPORTER_PORT}"'
    use = machine.use
    memory = machine.memory_mib << 20

    def daily(each: Callable[[date], float]) -> Callable[[datetime], float]:
        return lambda moment: each(moment.astimezone(UTC).date()) * step_s / DAY_S

    for number in range(machine.vcpu):
        of_cpu = f'{labels},cpu="{number}"'
        busy: Callable[[datetime], float] = lambda moment: use(moment).cpu_percent / 100 * step_s  # noqa: E731
        idle: Callable[[datetime], float] = lambda moment: (1 - use(moment).cpu_percent / 100) * step_s  # noqa: E731
        yield _Family("node_cpu_seconds", f'{of_cpu},mode="user"', busy, counter=True)
        yield _Family("node_cpu_seconds", f'{of_cpu},mode="idle"', idle, counter=True)
    yield _Family("node_memory_MemTotal_bytes", labels, lambda _: memory)
    yield _Family(
        "node_memory_MemAvailable_bytes", labels, lambda moment: memory * (1 - use(moment).memory_percent / 100)
    )
    for name, share in (("disk_read", "disk_kib_s"), ("disk_written", "disk_kib_s")):
        half = lambda moment, share=share: getattr(use(moment), share) * 512 * step_s  # noqa: E731
        yield _Family(f"node_{name}_bytes", f'{labels},device="vda"', half, counter=True)
    for name in ("receive", "transmit"):
        half = lambda moment: use(moment).network_kib_s * 512 * step_s  # noqa: E731
        yield _Family(f"node_network_{name}_bytes", f'{labels},device="eth0"', half, counter=True)
    yield _Family("node_netstat_Tcp_CurrEstab", labels, lambda moment: machine.connections(moment.date()))
    yield _Family("logins_by_people", labels, daily(machine.logins), counter=True)
    yield _Family("http_requests", f'{labels},code="200"', daily(machine.http_requests), counter=True)
    yield _Family("dns_queries", labels, daily(machine.dns_queries), counter=True)
    for name, happened in (("backup", machine.backed_up_at), ("patch", machine.patched_at)):
        if happened is not None:
            yield _Family(
                f"last_{name}_timestamp_seconds",
                labels,
                lambda moment, happened=happened: happened.timestamp() if moment >= happened else None,
            )
