"""What was seen of clouds' counters, for whoever makes rates of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from cloudctl.domain.usage import UsageSample


class UsageSamples(Protocol):
    """Reads of the looks at clouds' counters."""

    def samples(self, cloud: str, since: datetime, until: datetime) -> Iterator[UsageSample]:
        """The looks from `since` until just before `until`, oldest first; they are read as they are asked for."""
        ...

    def latest(self, cloud: str) -> UsageSample | None:
        """The last look, without what it found."""
        ...
