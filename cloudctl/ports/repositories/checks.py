"""Checks of applications, their history, incidents, and maintenance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.apps import App
from cloudctl.domain.checks import Check, CheckResult, Incident
from cloudctl.domain.maintenance import MaintenanceWindow
from cloudctl.ports.repositories.base import Repository


class Checks(Repository[Check], Protocol):
    """Checks, and the runs of their outcomes."""

    def due(self, before: datetime) -> Sequence[App]:
        """Applications that are to be looked at, and were not since `before`, by code."""
        ...

    def of_apps(self, apps: Collection[UUID]) -> Sequence[Check]:
        """The checks of these applications, ended ones included, locked until the transaction ends."""
        ...

    def left(self) -> Sequence[Check]:
        """Those that are not ended, of applications that are."""
        ...

    def results(self, keys: Collection[UUID]) -> dict[UUID, CheckResult]:
        """These rows of the history, by id."""
        ...

    def add_result(self, result: CheckResult) -> None:
        """Begins another row of the history."""
        ...

    def forget(self, before: datetime) -> int:
        """Drops rows of the history that ended before; answers how many."""
        ...


class Incidents(Repository[Incident], Protocol):
    """Incidents."""

    def open_of(self, apps: Collection[UUID]) -> Sequence[Incident]:
        """The open ones of these applications, the oldest first, locked until the transaction ends."""
        ...


class Maintenance(Repository[MaintenanceWindow], Protocol):
    """Planned windows."""

    def lock(self, key: UUID) -> MaintenanceWindow:
        """Like `get`, and no other transaction can change it until this one ends."""
        ...

    def between(self, first: datetime, last: datetime) -> Sequence[MaintenanceWindow]:
        """Those that have a part between, cancelled ones included, by their beginning."""
        ...
