"""The city that tests start from: made once in a session through the use cases, then copied for each installation."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from cloudctl.bootstrap import App, build
from cloudctl.domain.accounts import Role
from cloudctl.domain.blueprints import Catalogue
from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.departments import Level
from cloudctl.domain.quotas import Dimension
from cloudctl.hosting import catalogue as blueprints
from cloudctl.policy import policies, registry
from cloudctl.policy.policies import Policies
from cloudctl.ports.context import Request, platform
from cloudctl.services import accounts, addresses, catalogue, clouds, departments, systems, tokens
from cloudctl.settings import Settings, Simulated
from tests.contract.clocks import MovableClock

ZONE, CLOUD, EXTERNAL = "extranet", "sim-1", "outside"
ROOM = {
    Dimension.VCPU: 1000,
    Dimension.MEMORY_MIB: 4_000_000,
    Dimension.VOLUME_GIB: 100_000,
    Dimension.SERVERS: 2000,
    Dimension.SEGMENTS: 200,
    Dimension.ADDRESSES: 200,
}
LIMITS = {
    Dimension.VCPU: 64,
    Dimension.MEMORY_MIB: 262_144,
    Dimension.VOLUME_GIB: 4000,
    Dimension.SERVERS: 32,
    Dimension.SEGMENTS: 8,
    Dimension.ADDRESSES: 8,
}
PEOPLE: dict[str, tuple[Role, str | None]] = {
    "officer": (Role.DEPARTMENT_OFFICER, "fgw"),
    "head": (Role.DEPARTMENT_HEAD, "fgw"),
    "stranger": (Role.DEPARTMENT_OFFICER, "czj"),
    "strange-head": (Role.DEPARTMENT_HEAD, "czj"),
    "district-reviewer": (Role.DISTRICT_REVIEWER, "qu"),
    "district-admin": (Role.DISTRICT_ADMIN, "qu"),
    "reviewer": (Role.OFFICE_REVIEWER, None),
    "office-admin": (Role.OFFICE_ADMIN, None),
    "network": (Role.NETWORK_SPECIALIST, None),
    "security": (Role.SECURITY_SPECIALIST, None),
    "capacity": (Role.CAPACITY_SPECIALIST, None),
    "budget": (Role.BUDGET_SPECIALIST, None),
    "operator": (Role.OPERATOR, None),
    "auditor": (Role.AUDITOR, None),
}


class Clock(MovableClock):
    """Stands still until somebody sleeps or moves it; both cost no time."""

    def move(self, **by: float) -> None:
        """`move(days=15)`; the names are timedelta's."""
        self.sleep(timedelta(**by).total_seconds())


@dataclass(frozen=True)
class Seed:
    """The city that every installation is a copy of."""

    directory: Path
    people: dict[str, Request]
    secrets: dict[str, str]
    ids: dict[str, UUID]


def settings_for(directory: Path, **changes: Any) -> Settings:
    quick: dict[str, Any] = {
        "data_dir": str(directory),
        "engine_poll_s": 0.05,
        "cloud_poll_s": 1.0,
        "settle_s": 10.0,
        "step_budget_s": 60.0,
        "retry_attempts": 4,
        "parallel_calls": 4,
        "workers_per_process": 2,
        "log_json": False,
        "simulated": Simulated(latency_min_s=0.0, latency_max_s=0.0),
    }
    return Settings(**quick | changes)


@cache
def shipped_policies() -> Policies:
    """The shipped policies, read once in a process: reading them is most of an installation's wiring."""
    return policies.load(registry.shipped())


@cache
def shipped_blueprints() -> Catalogue:
    """The shipped blueprints, likewise."""
    return blueprints.load(blueprints.shipped())


@cache
def upgradable_blueprints() -> Catalogue:
    """The same, with another release of what can stand on several hosts."""
    there = shipped_blueprints()
    data = there.named("open-data")
    newer = replace(data.latest, version="1.1.0", upgrades_from=(data.latest.version,))
    more = {data.name: replace(data, releases=(*data.releases, newer))}
    return replace(there, blueprints={**there.blueprints, **more})


@cache
def seeded() -> Seed:
    """Makes the city once a session."""
    directory = Path(tempfile.mkdtemp(prefix="cloudctl-city-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    app = build(settings_for(directory), policies=shipped_policies(), blueprints=shipped_blueprints(), clock=Clock())
    seed = populated(app, directory)
    app.stop()
    return seed


def populated(app: App, directory: Path) -> Seed:
    """Puts the city on record in a new installation."""
    token_file = app.prepare()
    assert token_file is not None
    people: dict[str, Request] = {}
    secrets = {"admin": token_file.read_text(encoding="ascii").strip()}
    ids: dict[str, UUID] = {}
    _catalogue(app.context)
    _departments(app.context, ids)
    for login in PEOPLE:
        people[login], secrets[login], ids[login] = person(app.context, login, *_place(login, ids))
    for code, owner in (("oa", "officer"), ("ys", "stranger")):
        system = {"code": code, "name": code, "mlps_level": 2, "no_state_secrets": True}
        ids[code] = systems.create(app.context, people[owner], **system).id
    return Seed(directory, people, secrets, ids)


def person(ctx: Any, login: str, role: Role, department_id: UUID | None, *more: Role) -> tuple[Request, str, UUID]:
    """A new account: its requests, its token's secret and its id."""
    account = accounts.create(
        ctx,
        platform("seed"),
        login=login,
        name=login,
        email=f"{login}@example.gov.cn",
        department_id=department_id,
        roles=frozenset({role, *more}),
    )
    _, secret = tokens.issue(ctx, platform("seed"), account.id, name="test", days=300)
    return Request(actor=accounts.authenticate(ctx, secret), request_id=f"by-{login}"), secret, account.id


def _place(login: str, ids: dict[str, UUID]) -> tuple[Role, UUID | None]:
    role, department = PEOPLE[login]
    return role, ids[department] if department else None


def _catalogue(ctx: Any) -> None:
    seed = platform("seed")
    for noun, code, fields in (
        ("zones", ZONE, {"name": "政务外网区", "name_en": "Extranet", "max_mlps_level": 3}),
        ("zones", "internet", {"name": "互联网区", "name_en": "Internet", "max_mlps_level": 3}),
        ("specifications", "s2", {"name": "2C4G", "vcpu": 2, "memory_mib": 4096, "root_disk_gib": 40}),
        ("specifications", "s4", {"name": "4C8G", "vcpu": 4, "memory_mib": 8192, "root_disk_gib": 40}),
        ("volume-types", "standard", {"name": "标准", "names": {}}),
        (
            "images",
            "openeuler",
            {
                "name": "openEuler",
                "os_family": "openEuler",
                "architecture": "x86_64",
                "min_disk_gib": 20,
                "login_user": "openeuler",
                "names": {},
            },
        ),
    ):
        catalogue.put(ctx, seed, noun, code, dict(fields))
    clouds.register(
        ctx,
        seed,
        code=CLOUD,
        name="一号云（模拟）",
        kind=CloudKind.SIMULATED,
        zones=frozenset({ZONE}),
        capacity=dict(ROOM),
        external_network=EXTERNAL,
    )
    for cidr in ("10.8.0.0/16", "fd00:8::/48"):
        addresses.add_supernet(ctx, seed, zone=ZONE, cidr=cidr)


def _departments(ctx: Any, ids: dict[str, UUID]) -> None:
    for code, name in (("fgw", "发展改革委"), ("czj", "财政局")):
        ids[code] = department(ctx, code, name)
    ids["qu"] = department(ctx, "qu", "第一区政务服务和大数据局", Level.DISTRICT)


def department(ctx: Any, code: str, name: str, level: Level = Level.CITY) -> UUID:
    """A new department with quota of every dimension."""
    seed = platform("seed")
    key = departments.create(ctx, seed, code=code, name=name, level=level).id
    with ctx.unit_of_work(seed) as uow:
        for dimension, limit in LIMITS.items():
            uow.quotas.set_limit(key, CLOUD, ZONE, dimension, limit)
    return key
