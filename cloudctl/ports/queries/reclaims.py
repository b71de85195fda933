"""What capacity came back over a time, and what orders got: read from the ledger of quotas and the records' own times.

Times count from after `since` to `until`, both instants; each answer is a few statements, in the order of time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.reclaims import ReclaimSource


class GivenBack(msgspec.Struct, frozen=True, kw_only=True):
    """A piece that came back: a resource that is gone, or (`kind` resize) what an order made smaller."""

    id: UUID
    kind: str
    name: str
    cloud: str
    zone: str
    department_id: UUID
    department: str
    vcpu: int = 0
    memory_mib: int = 0
    disk_gib: int = 0
    addresses: int = 0
    at: datetime
    source: ReclaimSource
    number: str | None = None


class TakenUp(msgspec.Struct, frozen=True, kw_only=True):
    """What an order got at once of one cloud."""

    number: str
    cloud: str
    vcpu: int = 0
    memory_mib: int = 0
    disk_gib: int = 0
    addresses: int = 0
    at: datetime


class Reclaims(Protocol):
    """What came back, and what was taken up."""

    def given_back(self, since: datetime, until: datetime) -> Sequence[GivenBack]:
        """What was in use and is gone from a cloud, and what became smaller."""
        ...

    def taken_up(self, since: datetime, until: datetime) -> Sequence[TakenUp]:
        """What orders were delivered, new or larger."""
        ...
