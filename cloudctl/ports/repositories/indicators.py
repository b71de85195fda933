"""Indicators as they were kept for the end of each day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from cloudctl.domain.indicators import Snapshot


class Snapshots(Protocol):
    """Indicators as they were kept for the end of each day."""

    def add(self, snapshots: Sequence[Snapshot]) -> int:
        """Keeps what is not kept yet; what is stays as it is. Answers how many were new."""
        ...

    def days(self, since: date) -> Sequence[date]:
        """The days from `since` on for which there are any."""
        ...
