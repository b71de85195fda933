"""Verdicts with the scans and the policies' texts that they come from; they are only ever added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from cloudctl.domain.verdicts import KeptPolicy, Scan, Verdict
from cloudctl.ports.repositories.base import Repository


class Verdicts(Repository[Verdict], Protocol):
    """Verdicts; they are only ever added."""

    def newest(self, systems: Collection[UUID]) -> Mapping[UUID, Verdict]:
        """The last verdict on each of these systems, where there is one."""
        ...

    def standing(self) -> Sequence[Verdict]:
        """The last verdict on every system that has one."""
        ...

    def of_system(self, system_id: UUID, day: date | None = None) -> Verdict | None:
        """The last verdict on a system, up to and including `day` where that is given."""
        ...


class Scans(Repository[Scan], Protocol):
    """Scans; they are only ever added."""

    def last_days(self) -> Mapping[UUID | None, date]:
        """The day of the last scan of each department, with its subtree; None is of the whole city."""
        ...

    def last_day(self) -> date | None:
        """The latest day that anything was judged as of."""
        ...

    def version_on(self, policy: str, day: date) -> int | None:
        """The version of a policy that the last scan up to and including `day` used."""
        ...

    def whole_on(self, day: date) -> bool:
        """Whether all systems were judged as of that day."""
        ...


class ZombiePolicies(Protocol):
    """The texts of zombie policies, one a version for good."""

    def keep(self, policy: KeptPolicy) -> KeptPolicy:
        """Keeps a text unless its version has one; answers with the one that is kept."""
        ...

    def of(self, name: str, version: int) -> KeptPolicy:
        """The text of a version; raises LookupError where none was used."""
        ...
