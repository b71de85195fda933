"""What was seen of clouds' counters."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from cloudctl.domain.usage import UsageSample


class UsageSamples(Protocol):
    """Looks at clouds' counters: only ever added, and forgotten when they are old."""

    def add(self, sample: UsageSample) -> None:
        """Keeps a look; a second one of a cloud at the same moment is not kept."""
        ...

    def latest(self, cloud: str) -> datetime | None:
        """When a cloud was looked at last."""
        ...

    def forget_before(self, cloud: str, moment: datetime) -> int:
        """Drops older looks; answers how many."""
        ...
