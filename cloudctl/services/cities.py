"""A whole city at once: what an office starts with, and what the demonstration generates.

`register` puts catalogue, clouds, departments, people, systems and quotas on record; `adopt` the servers that already
run. Each is one transaction: a city is there, or it is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from cloudctl.domain.accounts import Account, Permission, Role
from cloudctl.domain.addresses import IPV6_SEGMENT_LENGTH, Supernet
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.catalogue import Classification, Image, SecurityPackage, Specification, VolumeType, Zone
from cloudctl.domain.clouds import Cloud
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.identifiers import derived_id
from cloudctl.domain.networks import Network
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.resources import Resource, Tenant
from cloudctl.domain.systems import System
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import tokens

SEGMENT_LENGTH = 24
TERM_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a role; `department` is a department's code, None in the office.

    Who is `absent` has an account and no token of it yet.
    """

    login: str
    name: str
    role: Role
    department: str | None = None
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What to put on record; everything refers to departments, systems and zones by code."""

    catalogue: list[Specification | Image | VolumeType | Zone | Classification | SecurityPackage]
    clouds: list[Cloud]
    supernets: dict[str, list[str]]
    departments: list[tuple[str, str, Level, str | None]]
    people: list[Person]
    systems: list[tuple[str, str, str, int]]
    quota: dict[Dimension, int]
    quota_zones: list[tuple[str, str]]


@dataclass(slots=True, kw_only=True)
class Registered:
    """What came of it: ids by code, the people's ids and tokens by login, a network planned for each department."""

    departments: dict[str, UUID] = field(default_factory=dict)
    systems: dict[str, UUID] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)


def register(ctx: Context, request: Request, city: City) -> Registered:
    """Puts a city on record; raises Conflict, with nothing done, where a code is in use."""
    request.actor.require(Permission.DEPARTMENTS_WRITE)
    made = Registered()
    with ctx.unit_of_work(request) as uow:
        for entry in city.catalogue:
            uow.catalogue.add(entry)
        for cloud in city.clouds:
            uow.clouds.add(cloud)
        for zone, blocks in city.supernets.items():
            for cidr in blocks:
                uow.prefixes.add_supernet(Supernet(zone=zone, cidr=cidr))
        _departments(uow, city, made)
        _systems(uow, city, made)
        _people(ctx, uow, city, made)
        uow.audit(
            "create/city",
            "city",
            "first load",
            after={"departments": len(made.departments), "systems": len(made.systems), "people": len(city.people)},
        )
    return made


def adopt(
    ctx: Context, request: Request, tenants: Iterable[Tenant], resources: Iterable[Resource], *, days: int = TERM_DAYS
) -> int:
    """Puts what already runs on record as active, booked as adopted; answers how many."""
    request.actor.require(Permission.DEPARTMENTS_WRITE)
    until: date = today_for_people(ctx.clock.now()) + timedelta(days=days)
    booked: dict[tuple[UUID, str, str], Demand] = {}
    count = 0
    with ctx.unit_of_work(request) as uow:
        for tenant in tenants:
            uow.tenants.add(tenant)
        for resource in resources:
            resource.state, resource.expires_on = "active", until
            uow.resources.add(resource)
            account = (resource.department_id, resource.cloud, resource.zone)
            booked[account] = booked.get(account, Demand()) + resource.footprint
            count += 1
            if isinstance(resource, Network):
                for prefix in uow.prefixes.of_network(resource.id):
                    prefix.advance("assign")
        for (department_id, cloud, zone), amounts in booked.items():
            uow.quotas.adopt(department_id, cloud, zone, amounts)
        uow.audit("create/adopt", "city", "first load", after={"resources": count})
    return count


def _departments(uow: UnitOfWork, city: City, made: Registered) -> None:
    for code, name, level, parent in city.departments:
        department = Department(code=code, name=name, level=level, created_at=uow.now)
        department.stand_below(uow.departments.get(made.departments[parent]) if parent else None)
        uow.departments.add(department)
        made.departments[code] = department.id
        shares = _shares(city, code)
        for cloud, zone in city.quota_zones:
            for dimension, limit in city.quota.items():
                uow.quotas.set_limit(department.id, cloud, zone, dimension, limit * shares)
        cloud, zone = city.quota_zones[0]
        made.networks[code] = _network(uow, department, cloud, zone)


def _shares(city: City, code: str) -> int:
    """How many departments live on a department's quota: itself, and below the city's level all units under it."""
    level = next(level for own, _, level, _ in city.departments if own == code)
    units = [] if level is Level.CITY else [own for own, _, _, parent in city.departments if parent == code]
    return 1 + sum(_shares(city, unit) for unit in units)


def _network(uow: UnitOfWork, department: Department, cloud: str, zone: str) -> Network:
    key = derived_id(department.id, f"{cloud}/{zone}/first network")
    where: dict[str, Any] = {"zone": zone, "network_id": key, "order_id": None, "now": uow.now}
    v4 = uow.prefixes.reserve(length=SEGMENT_LENGTH, version=4, **where)
    both = any(":" in supernet.cidr for supernet in uow.prefixes.supernets(zone))
    v6 = uow.prefixes.reserve(length=IPV6_SEGMENT_LENGTH, version=6, **where) if both else None
    return Network(
        id=key,
        order_id=None,
        item=0,
        department_id=department.id,
        system_id=None,
        cloud=cloud,
        zone=zone,
        name=f"{department.code}-net",
        cidr_v4=v4.cidr,
        cidr_v6=v6.cidr if v6 else None,
        created_at=uow.now,
    )


def _systems(uow: UnitOfWork, city: City, made: Registered) -> None:
    for department, code, name, mlps_level in city.systems:
        system = System(
            department_id=made.departments[department],
            code=code,
            name=name,
            mlps_level=mlps_level,
            declared_by=uow.actor.name,
            declared_at=uow.now,
            created_at=uow.now,
        )
        uow.systems.add(system)
        made.systems[code] = system.id


def _people(ctx: Context, uow: UnitOfWork, city: City, made: Registered) -> None:
    for person in city.people:
        account = Account(
            login=person.login,
            name=person.name,
            email=f"{person.login}@city.example",
            department_id=made.departments[person.department] if person.department else None,
            roles=frozenset({person.role}),
            created_at=uow.now,
        )
        uow.accounts.add(account)
        made.accounts[person.login] = account.id
        if not person.absent:
            token, secret = tokens.make(account, "first load", None, min(90, ctx.limits.max_token_days), ctx)
            uow.tokens.add(token)
            made.tokens[person.login] = secret
