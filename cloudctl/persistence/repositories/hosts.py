"""What is known of servers as hosts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, RowMapping, Text, bindparam, or_, select, type_coerce
from sqlalchemy.orm import Session

from cloudctl.domain.clouds import CloudKind
from cloudctl.domain.hosts import ACCOUNT, SSH_PORT, Host, HostLife, Target
from cloudctl.persistence.lives import BY_CLEARING, LIFE, OF_SERVERS
from cloudctl.persistence.repositories.records import record
from cloudctl.persistence.tables import clouds, departments, hosts, servers, systems
from cloudctl.persistence.types import Instant

AT_ONCE = 500
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_TARGETS = (
    select(
        servers.c.id,
        servers.c.name,
        servers.c.fixed_addresses,
        servers.c.department_id,
        servers.c.system_id,
        servers.c.cloud,
        servers.c.zone,
        hosts.c.address,
        hosts.c.ssh_port,
        hosts.c.account,
        hosts.c.host_key,
        hosts.c.os_family,
        hosts.c.os_name,
        hosts.c.roles,
        hosts.c.shared,
        hosts.c.ring,
        departments.c.code.label("department"),
        systems.c.code.label("system"),
        systems.c.mlps_level,
        LIFE.label("life"),
    )
    .select_from(OF_SERVERS)
    .where(servers.c.id.in_(_KEYS))
)
_QUARANTINED = (
    select(servers.c.id)
    .select_from(OF_SERVERS)
    .where(servers.c.id.in_(_KEYS), or_(hosts.c.quarantined_at.is_not(None), BY_CLEARING))
)
_NEW = (
    select(servers.c.id)
    .select_from(OF_SERVERS.join(clouds, clouds.c.code == servers.c.cloud))
    .where(
        servers.c.state == "active",
        servers.c.adoption_id.is_(None),
        servers.c.created_at >= bindparam("since", type_=Instant),
        clouds.c.kind != CloudKind.SIMULATED,
        hosts.c.host_key.is_(None),
        or_(hosts.c.address.is_not(None), type_coerce(servers.c.fixed_addresses, Text) != "[]"),
    )
    .order_by(servers.c.created_at.desc(), servers.c.id)
    .limit(bindparam("rows"))
)


class HostRecords:
    """What is known of servers as hosts."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def add(self, host: Host) -> None:
        record(self.session, host)

    def find(self, key: UUID) -> Host | None:
        return self.session.get(Host, key, with_for_update=True, populate_existing=True)

    def targets(self, keys: Collection[UUID]) -> Sequence[Target]:
        self.session.flush()
        found = [
            _target(row) for some in _parts(keys) for row in self.session.execute(_TARGETS, {"keys": some}).mappings()
        ]
        return sorted(found, key=lambda one: (one.name, one.id))

    def new(self, since: datetime, limit: int) -> Sequence[UUID]:
        return self.session.scalars(_NEW, {"since": since, "rows": limit}).all()

    def quarantined(self, keys: Collection[UUID]) -> set[UUID]:
        self.session.flush()
        return {key for some in _parts(keys) for key in self.session.scalars(_QUARANTINED, {"keys": some})}


def _parts(keys: Collection[UUID]) -> list[list[UUID]]:
    """No database takes any number of parameters."""
    every = sorted(set(keys))
    return [every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)]


def _target(row: RowMapping) -> Target:
    told: dict[str, Any] = {str(name): value for name, value in row.items()}
    fixed = told.pop("fixed_addresses")
    return Target(
        **{
            **told,
            "address": told["address"] or (fixed[0] if fixed else ""),
            "ssh_port": told["ssh_port"] or SSH_PORT,
            "account": told["account"] or ACCOUNT,
            "host_key": told["host_key"] or "",
            "roles": tuple(told["roles"] or ()),
            "shared": bool(told["shared"]),
            "life": HostLife(told["life"]),
        }
    )
