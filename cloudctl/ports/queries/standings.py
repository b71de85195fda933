"""What the judges of systems and rooms need of the register and the evidence at a moment, and the census of all.

at = standing_at(date(2026, 6, 30))
queries.standings.system(system_id, at)         # one, with its devices, class changes and evidence
queries.standings.census(at, wanted)            # all, grouped by what definitions ask for
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.evidence import Evidence
from cloudctl.domain.indicators import Counted, Snapshot, Value


class DeviceAt(msgspec.Struct, frozen=True, kw_only=True):
    """A device as it stood; `off_on` is since when it is off or gone."""

    code: str
    status: str
    off_on: date | None
    addresses: list[str]


class ClassAt(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a record: since when and by whom it stood so, and those of its fields that can be counted by."""

    since: datetime
    by: str
    fields: Mapping[str, Value]


class SubjectAt(msgspec.Struct, frozen=True, kw_only=True):
    """A system or room as it stood, with its devices, its versions until then, oldest first, and its evidence.

    `evidence` is all that was on record by then; `names` are those of the people in it. `check_url` is a system's.
    """

    id: UUID
    department_id: UUID
    code: str
    name: str
    status: str
    check_url: str | None = None
    devices: Sequence[DeviceAt] = ()
    versions: Sequence[ClassAt] = ()
    evidence: Sequence[Evidence] = ()
    names: Mapping[UUID, str] = {}


class ClaimAt(msgspec.Struct, frozen=True, kw_only=True):
    """A system of which something is claimed, with what its newest evidence of each kind shows.

    `shown` is by the names of `governance.consolidation.standing.Shown`, as 1 and 0, None where nothing counts.
    `seen_until` is when the newest of it was observed.
    """

    id: UUID
    department_id: UUID
    code: str
    name: str
    claimed: str
    shown: Mapping[str, int | None]
    seen_until: datetime | None


class FileUse(msgspec.Struct, frozen=True, kw_only=True):
    """A file in evidence: in which, of which subject (by its code), and when it was observed."""

    evidence_id: UUID
    subject_id: UUID
    subject: str
    observed_at: datetime


class ServerSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A server in use, and what the last clean sync saw of it: its status, `missing`, or None for nothing.

    `read_at` is that sync's time; None where the cloud tells nothing new, or was last read before it had the server.
    """

    name: str
    cloud: str
    seen: str | None
    read_at: datetime | None
    addresses: Sequence[str]


class SystemLook(msgspec.Struct, frozen=True, kw_only=True):
    """A system as it is to be looked at now."""

    id: UUID
    department_id: UUID
    code: str
    status: str
    check_url: str | None
    servers: Sequence[ServerSeen]
    devices: Sequence[DeviceAt]


class GroupAt(msgspec.Struct, frozen=True, kw_only=True):
    """So many records of a department with the same `fields`; `sums` has what was asked to be added up.

    Systems have, beside their fields, what the evidence of each shows: `synced`, `answers`, `old_servers` (1, 0, or
    None for nothing that counts), `noisy` and `running`. `seen_from` and `seen_until` are the times of that evidence.
    """

    department_id: UUID
    fields: Mapping[str, Any]
    count: int
    sums: Mapping[str, float | None]
    seen_from: datetime | None = None
    seen_until: datetime | None = None


class ServerAt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A server for the census; `subject_id` is its inventory object."""

    subject_id: UUID
    department_id: UUID
    cloud: str
    zone: str
    vcpu: int
    memory_mib: int


class RoomAt(msgspec.Struct, frozen=True, kw_only=True):
    """A room for the census: its facts, its figures, and what its judge needs."""

    subject: SubjectAt
    kind: str
    category: str
    racks: int
    power_kw: float | None
    area_m2: float | None


class ClassChange(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a record that is of another class than the one before."""

    subject_id: UUID
    department_id: UUID
    before: ClassAt
    after: ClassAt


class DepartmentAt(msgspec.Struct, frozen=True, kw_only=True):
    """A department as it is: the tree is not versioned. `path` names the way down to it."""

    id: UUID
    code: str
    name: str
    level: str
    path: str


class Standings(Protocol):
    """What was on record at a moment, for judges and counts."""

    def system(self, key: UUID, at: datetime) -> SubjectAt | None:
        """A system as it stood; None for one that was not on record."""
        ...

    def room(self, key: UUID, at: datetime) -> SubjectAt | None:
        """A room as it stood; None for one that was not on record."""
        ...

    def uses(self, digests: Sequence[str], at: datetime) -> Mapping[str, Sequence[FileUse]]:
        """By digest, every use of these files as evidence by then."""
        ...

    def rooms(self, at: datetime) -> Sequence[RoomAt]:
        """Every room as it stood, with its evidence; without its versions."""
        ...

    def looks(self) -> Sequence[SystemLook]:
        """Every system that is built, with its servers and devices."""
        ...

    def groups(self, noun: Counted, at: datetime, fields: frozenset[str], sums: frozenset[str]) -> Sequence[GroupAt]:
        """Systems, devices or servers as they stood, grouped by department and these fields. One statement."""
        ...

    def servers(self, at: datetime) -> Sequence[ServerAt]:
        """Every server that was in use, one by one."""
        ...

    def departments(self, at: datetime) -> Sequence[DepartmentAt]:
        """Those that stood."""
        ...

    def claims(self, at: datetime, claimed: Collection[str]) -> Sequence[ClaimAt]:
        """The systems of which these states were claimed, with what their evidence showed, by code."""
        ...

    def class_changes(self, noun: Counted, since: datetime, at: datetime) -> Sequence[ClassChange]:
        """Where systems or rooms changed their class after `since` and by `at`, in order of time."""
        ...

    def checks(self, since: datetime, at: datetime, departments: Sequence[UUID] | None) -> tuple[int, int]:
        """How many checks of services were put on record in that time, and how many of them showed no answer."""
        ...

    def snapshots(self, names: Sequence[str], scope: str, first: date, last: date) -> Sequence[Snapshot]:
        """What was kept of these indicators for a scope, from the first to the last day, by day, name and version."""
        ...

    def cases_owed(self, at: datetime) -> Mapping[UUID, tuple[int, int]]:
        """By department, how many cases were due or closed by then, and how many of them were proven on time."""
        ...
