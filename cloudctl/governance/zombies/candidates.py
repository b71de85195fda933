"""A system as the judges of zombies take it: a snapshot, from which alone everything else is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.metrics import Metric
from cloudctl.domain.purposes import Purpose
from cloudctl.governance.zombies.days import DayUse


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """What a department says that something is for; `suspected`: it said so after a verdict called it suspicious."""

    purpose: Purpose
    reason: str
    suspected: bool
    declared_at: datetime


class ServerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A server of the system. `subject` is its object in the inventory, `since` the day from which that stands.

    `days` are the days with telemetry, oldest first; `sources` where they come from, `dates` the latest known days.
    `former` are the days of what it was before: the object that it had on another cloud, or under the same name.
    """

    server_id: UUID
    subject: UUID | None
    name: str
    cloud: str
    since: date
    gone_on: date | None = None
    off_since: date | None = None
    days: Sequence[DayUse] = ()
    former: Sequence[DayUse] = ()
    sources: Sequence[str] = ()
    dates: Mapping[Metric, date] = {}
    declared: Declaration | None = None


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """Another system that may do the same work, with its points of 100."""

    code: str
    name: str
    points: int


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A system with its servers. `register` are the register's fields by name.

    `last` is the last UTC day that telemetry can be of: yesterday, as of the moment of the verdict.
    """

    id: UUID
    code: str
    name: str
    register: Mapping[str, Any]
    servers: Sequence[ServerFacts]
    last: date
    twins: Sequence[Twin] = ()
    needed_by: Sequence[str] = ()
    declared: Declaration | None = None
    exempt_until: date | None = None

    @property
    def living(self) -> list[ServerFacts]:
        """The servers that stand."""
        return [server for server in self.servers if server.gone_on is None]
