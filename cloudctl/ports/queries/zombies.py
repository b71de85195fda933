"""What the judges of zombie systems need of the register, the records and the clouds' inventory at a moment.

queries.zombies.systems(at)        # every system as it stood, with its servers, their objects, what was declared
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.purposes import Purpose


class ObjectAt(msgspec.Struct, frozen=True, kw_only=True):
    """An object of the inventory that a server is or was. `off_since` is since when the cloud had it stopped."""

    id: UUID
    since: datetime
    off_since: datetime | None
    missing: bool


class ServerAt(msgspec.Struct, frozen=True, kw_only=True):
    """A server on record by then; `gone_at` where it was gone by then. `objects` are its own, the newest first."""

    id: UUID
    name: str
    cloud: str
    created_at: datetime
    gone_at: datetime | None
    objects: Sequence[ObjectAt]


class DeclaredAt(msgspec.Struct, frozen=True, kw_only=True):
    """The last declaration of a system (`server_id` None) or a server by then."""

    server_id: UUID | None
    purpose: Purpose
    reason: str
    suspected: bool
    created_at: datetime


class CandidateAt(msgspec.Struct, frozen=True, kw_only=True):
    """A system as it stood. `fields` are those of the register; `needed_by` the codes of living systems that need it.

    `exempt_until` is the last day of the exemption that held.
    """

    id: UUID
    department_id: UUID
    code: str
    name: str
    fields: Mapping[str, Any]
    servers: Sequence[ServerAt] = ()
    declared: Sequence[DeclaredAt] = ()
    needed_by: Sequence[str] = ()
    exempt_until: date | None = None


class Zombies(Protocol):
    """What was on record at a moment, for the judges of zombies."""

    def systems(self, at: datetime, gone_since: datetime, ids: Collection[UUID] | None = None) -> Sequence[CandidateAt]:
        """Systems as they stood, by code, with the servers that stood, or went after `gone_since`. Six statements."""
        ...
