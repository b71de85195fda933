"""The register as it stood at a moment, and how a record became what it is.

    at = standing_at(date(2026, 6, 30))                     # domain/register.py: the end of that day
    queries.register.systems(at, "city_departments")        # every system of 市直 as it stood then
    queries.register.history("systems", system_id, PageAsk())

Each is one statement over the versions of its noun.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from cloudctl.domain.dependencies import DependencyKind
from cloudctl.domain.devices import DeviceKind, DeviceStatus
from cloudctl.domain.fittings import AccessKind, AccessLevel
from cloudctl.domain.rooms import RoomCategory, RoomKind, RoomStatus
from cloudctl.ports.queries import Page, PageAsk, Subtree

RegisterScope = Literal["all", "city_departments"] | Subtree
"""全市, 市直 (departments of the level city), or a department with what stands below it."""


class SystemAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """A system as it stood, with the time since when it stood so; fields as in `domain.systems.System`."""

    id: UUID
    department_id: UUID
    code: str
    name: str
    mlps_level: int
    classification: str | None
    xinchuang: bool
    declared_by: str | None
    declared_at: datetime | None
    system_class: str | None
    function: str | None
    layer: str | None
    status: str
    status_on: date | None
    merged_into_id: UUID | None
    declared_zombie: bool | None
    approved_by: str | None
    approved_on: date | None
    project_document: str | None
    fiscal_project_code: str | None
    built_by: str | None
    built_on: date | None
    build_way: str | None
    operated_by: str | None
    investment_fen: int | None
    funding_source: str | None
    yearly_cost_fen: int | None
    contract_number: str | None
    contract_ends_on: date | None
    maintained_by: str | None
    maintained_until: date | None
    user_count: int | None
    user_scope: str | None
    use_frequency: str | None
    network: str | None
    room_id: UUID | None
    interfaces: str | None
    virtualised: bool | None
    backup: str | None
    disaster_recovery: str | None
    upgrade_needs: str | None
    postponement_reason: str | None
    postponed_until: date | None
    check_url: str | None
    mlps_filing_number: str | None
    mlps_assessed_on: date | None
    mlps_due_on: date | None
    crypto_level: int | None
    crypto_assessed_on: date | None
    crypto_due_on: date | None
    icp_number: str | None
    icp_due_on: date | None
    ipv6_status: str | None
    ipv6_due_on: date | None
    data_items: int | None
    data_items_provided: int | None
    data_items_structured: int | None
    contact_name: str | None
    contact_phone: str | None
    created_at: datetime
    version: int
    since: datetime

    @property
    def ended(self) -> bool:
        """Whether its department claimed by then that it is no more."""
        return self.status in {"merged", "retired"}


class DependencyAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """That a system needed another one."""

    id: UUID
    system_id: UUID
    on_id: UUID
    kind: DependencyKind
    note: str | None
    since: datetime


class RoomAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """A machine room as it stood; fields as in `domain.rooms.Room`."""

    id: UUID
    department_id: UUID
    code: str
    name: str
    kind: RoomKind
    category: RoomCategory
    area_m2: float | None
    power_kw: float | None
    it_power_kw: float | None
    total_power_kw: float | None
    ups_kva: float | None
    cooling_kw: float | None
    server_count: int | None
    virtual_host_count: int | None
    status: RoomStatus
    opened_on: date | None
    closed_on: date | None
    exemption_id: UUID | None
    since: datetime


class RackAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """A rack as it stood; fields as in `domain.racks.Rack`."""

    id: UUID
    room_id: UUID
    code: str
    units: int
    power_w: int | None
    zone: str
    gone_on: date | None
    since: datetime


class DeviceAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """A device as it stood; fields as in `domain.devices.Device`."""

    id: UUID
    department_id: UUID
    system_id: UUID | None
    code: str
    kind: DeviceKind
    room_id: UUID | None
    rack_id: UUID | None
    first_unit: int | None
    units: int | None
    colocation_id: UUID | None
    addresses: list[str]
    power_w: int | None
    virtual_host: bool
    vm_count: int | None
    status: DeviceStatus
    bought_on: date | None
    cost_fen: int | None
    off_on: date | None
    gone_on: date | None
    since: datetime


class ColocationAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """A colocation as it stood; fields as in `domain.colocations.Colocation`."""

    id: UUID
    department_id: UUID
    number: str
    state: str
    units: int
    power_w: int
    room_id: UUID | None
    rack_id: UUID | None
    from_on: date | None
    until_on: date | None
    ended_on: date | None
    since: datetime


class AccessAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """A network access as it stood; fields as in `domain.accesses.Access`."""

    id: UUID
    department_id: UUID
    number: str
    state: str
    kind: AccessKind
    level: AccessLevel
    zone: str
    count: int
    bandwidth_mbps: int | None
    security_package: str | None
    since: datetime


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a record: who made it when and why, and each field that it changed, as [before, after].

    The first one has every field that was filled in, from null. `names` says what the ids among them were called then:
    the code of a department, system, room or rack, the number of a colocation.
    """

    version: int
    at: datetime
    by_id: UUID | None
    by_name: str
    request_id: str
    reason: str | None
    changes: dict[str, tuple[object, object]]
    names: dict[str, str] = {}


class Register(Protocol):
    """The register at a moment. An hour in a range of versions counts from `since` to before `until`."""

    def systems(self, at: datetime, scope: RegisterScope) -> Sequence[SystemAsOf]:
        """Every system of the scope as it stood, ended ones included, by id."""
        ...

    def dependencies(self, at: datetime) -> Sequence[DependencyAsOf]:
        """Every dependency that there was."""
        ...

    def rooms(self, at: datetime, scope: RegisterScope) -> Sequence[RoomAsOf]:
        """Every machine room of the scope as it stood, closed ones included, by id."""
        ...

    def racks(self, at: datetime) -> Sequence[RackAsOf]:
        """Every rack as it stood, those that were gone included, by id."""
        ...

    def devices(self, at: datetime, scope: RegisterScope) -> Sequence[DeviceAsOf]:
        """Every device of the scope as it stood, those that were gone included, by id."""
        ...

    def colocations(self, at: datetime, scope: RegisterScope) -> Sequence[ColocationAsOf]:
        """Every colocation of the scope as it stood, in whatever state, by id."""
        ...

    def accesses(self, at: datetime, scope: RegisterScope) -> Sequence[AccessAsOf]:
        """Every network access of the scope as it stood, in whatever state, by id."""
        ...

    def history(self, noun: str, key: UUID, ask: PageAsk) -> Page:
        """The versions of one record as `VersionRow`, newest first; empty for what is not on record."""
        ...
