"""Time. Production reads the system's clock; tests bring their own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of time of the core."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds on a clock that never goes back, for waiting."""
        ...

    def sleep(self, seconds: float) -> None:
        """Waits; only steps of workflows may."""
        ...
