"""What a cloud tells of the use of its servers: points that it keeps, or counters as they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from cloudctl.domain.metrics import Metric
from cloudctl.domain.usage import Counters, Told


class Usage(Protocol):
    """Servers by their native ids, over all tenants; one that is gone is passed over. Only reads."""

    @property
    def metrics(self) -> frozenset[Metric]:
        """What it can tell at all."""
        ...

    @property
    def interval_s(self) -> int:
        """How far apart its points are where they are the finest."""
        ...

    def history(
        self, servers: Collection[str], since: datetime, until: datetime, metrics: Collection[Metric]
    ) -> Iterator[Told]:
        """What was kept from `since` until just before `until`, in pages, as fine as it is still kept.

        Needs Capability.METRICS. A BackendError in the middle leaves what came before.
        """
        ...

    def counters(self, servers: Collection[str]) -> Iterator[Sequence[Counters]]:
        """What servers have counted by now, in pages; one that is off tells nothing. Needs Capability.DIAGNOSTICS."""
        ...
