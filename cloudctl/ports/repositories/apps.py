"""Applications, where they stand, what is done to them, and their backups."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from cloudctl.domain.app_acts import AppAct
from cloudctl.domain.app_backups import AppBackup
from cloudctl.domain.apps import App, AppPlace
from cloudctl.domain.hosts import HostLife
from cloudctl.ports.repositories.base import Repository


class Taken(NamedTuple):
    """What an app takes up on a host."""

    host_id: UUID
    app_id: UUID
    blueprint: str
    department_id: UUID
    quota_mib: int
    memory_mib: int
    balancer: bool


class HostRoom(NamedTuple):
    """A server on record as what applications could stand on; sizes as it was ordered."""

    id: UUID
    name: str
    zone: str
    cloud: str
    department_id: UUID
    system_id: UUID | None
    order_id: UUID | None
    mlps_level: int
    shared: bool
    life: HostLife
    memory_mib: int
    disk_gib: int


class Apps(Repository[App], Protocol):
    """Applications."""

    def lock(self, key: UUID) -> App:
        """Like `get`, and no other transaction can change it until this one ends."""
        ...

    def by_code(self, code: str) -> App | None:
        """The one of that code, ended or not."""
        ...

    def waiting(self) -> Sequence[App]:
        """Those that have no host yet, the oldest first."""
        ...

    def serving(self) -> Sequence[App]:
        """Those that their departments may expect to answer."""
        ...

    def certified_until(self, moment: datetime) -> Sequence[App]:
        """Those that run, with a certificate that ends before `moment`."""
        ...

    def of_system(self, system_id: UUID) -> Sequence[App]:
        """The applications of a system that are not ended."""
        ...

    def places(self, app_id: UUID) -> Sequence[AppPlace]:
        """Where an app stands: its balancer first, then by when it came there."""
        ...

    def scratch(self, app_id: UUID) -> AppPlace | None:
        """Where a backup of it is being tried."""
        ...

    def add_place(self, place: AppPlace) -> None:
        """Puts a place on record; raises Conflict where it has one there."""
        ...

    def leave(self, place: AppPlace) -> None:
        """Takes a place off the record."""
        ...

    def taken(self, hosts: Collection[UUID] | None = None) -> Sequence[Taken]:
        """What is taken up on these hosts, or on all."""
        ...

    def rooms(self, zone: str) -> Sequence[HostRoom]:
        """The servers of a zone that are hosts, by name; those whose system nobody knows are of level 1."""
        ...

    def lock_places(self) -> None:
        """Nobody else takes a place until this transaction ends."""
        ...

    def on_host(self, host_id: UUID) -> Sequence[App]:
        """The applications that have a place on a host."""
        ...


class AppActs(Repository[AppAct], Protocol):
    """What is done to applications."""

    def lock(self, key: UUID) -> AppAct:
        """Like `get`, and no other transaction can change it until this one ends."""
        ...

    def of_app(self, app_id: UUID) -> Sequence[AppAct]:
        """All of one app, the newest first."""
        ...


class AppBackups(Repository[AppBackup], Protocol):
    """Backups of applications."""

    def lock(self, key: UUID) -> AppBackup:
        """Like `get`, and no other transaction can change it until this one ends."""
        ...

    def of_app(self, app_id: UUID) -> Sequence[AppBackup]:
        """All of one app, the newest first."""
        ...

    def of_act(self, act_id: UUID) -> AppBackup | None:
        """The one that an act took."""
        ...

    def left(self, department_id: UUID, blueprint: str) -> Sequence[AppBackup]:
        """Those in the store of a department's retired apps of a blueprint, the newest first."""
        ...

    def past(self, today: date) -> Sequence[AppBackup]:
        """Those whose time is over before `today` and that are still in the store."""
        ...
