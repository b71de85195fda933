"""A day of one machine's use, as the rules about zombies read it: from the store, or from a file.

>>> DayUse(day=date(2026, 11, 21)).measured
False
"""

from __future__ import annotations

from datetime import date

import msgspec


class DayUse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a machine did on a UTC day; None = not measured. A day without samples is neither idle nor active.

    CPU and memory are in percent of what was given, means of the day unless named otherwise; p95 and max are those of
    its samples. `disk_mib` and `network_mib` are what was moved, both ways: mean KiB/s x 86400 / 1024. The counts are
    sums of the day (`logins`, `http_requests`, `dns_queries`, `writes_by_people`) or its most (`connections`).
    """

    day: date
    samples: int = 0
    cpu_percent: float | None = None
    cpu_p95: float | None = None
    cpu_max: float | None = None
    memory_percent: float | None = None
    disk_mib: float | None = None
    network_mib: float | None = None
    network_p95_kib_s: float | None = None
    logins: int | None = None
    connections: int | None = None
    http_requests: int | None = None
    dns_queries: int | None = None
    writes_by_people: int | None = None

    @property
    def measured(self) -> bool:
        """Whether there is anything to judge by: CPU and network both, for CPU alone is wrong three times in four."""
        return self.samples > 0 and self.cpu_percent is not None and self.network_mib is not None
