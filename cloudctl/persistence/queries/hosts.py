"""The list of hosts, and all of them at once for Ansible: two statements for 20,000."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Engine, Text, Uuid, bindparam, exists, literal, or_, select, type_coerce

from cloudctl.domain.hosts import ACCOUNT, SSH_PORT, HostLife, Inventory, Variables, alias, groups
from cloudctl.domain.inventory import ObjectKind, ObjectState
from cloudctl.persistence.lives import LIFE, OF_SERVERS
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.queries.subtrees import part, within
from cloudctl.persistence.tables import departments, hosts, inventory_objects, servers, systems
from cloudctl.ports.queries import Scope
from cloudctl.ports.queries.rows import HostRow

_OF_HOST = (
    "address", "ssh_port", "account", "os_family", "os_name", "roles", "shared", "ring", "host_key", "enrolled_at",
    "seen_at", "quarantined_at", "quarantined_because", "version",
)  # fmt: skip

HOSTS = Listed(
    row=HostRow,
    table=servers,
    source=OF_SERVERS,
    scope=servers.c.department_id,
    others={
        **{name: hosts.c[name] for name in _OF_HOST},
        "department": departments.c.code,
        "system": systems.c.code,
        "mlps_level": systems.c.mlps_level,
        "life": LIFE,
    },
    by_time=True,
)

_EVERY = (
    select(
        servers.c.id,
        servers.c.name,
        type_coerce(servers.c.fixed_addresses, Text),
        hosts.c.address,
        hosts.c.ssh_port,
        hosts.c.account,
        departments.c.code,
        systems.c.code,
        systems.c.mlps_level,
        servers.c.cloud,
        servers.c.zone,
        hosts.c.os_family,
        hosts.c.os_name,
        hosts.c.shared,
        hosts.c.ring,
        type_coerce(hosts.c.roles, Text),
        LIFE,
    )
    .select_from(OF_SERVERS)
    .order_by(servers.c.id)
)
_o = inventory_objects.c
_UNKNOWN = or_(_o.key.is_(None), ~exists(select(literal(1)).where(servers.c.id == _o.key)))
_FOREIGN = (
    select(_o.id, _o.name, _o.cloud, type_coerce(_o.facts, Text))
    .where(_o.kind == ObjectKind.SERVER, _o.state == ObjectState.PRESENT, _o.resource_id.is_(None), _UNKNOWN)
    .order_by(_o.id)
)


class _Facts(msgspec.Struct):
    """What of a server's facts tells where it is."""

    addresses: tuple[str, ...] = ()


_FACTS = msgspec.json.Decoder(_Facts)
_LIST = msgspec.json.Decoder(list[str])
_ROOT = bindparam("scope", type_=Uuid)
_STATEMENTS = {kind: _EVERY.where(*within(servers.c.department_id, kind, _ROOT)) for kind in ("all", "own", "subtree")}


def inventory(engine: Engine, scope: Scope) -> Inventory:
    """Every host of a scope; what no record has is shown to who sees everything."""
    kind, root = part(scope)
    every: dict[str, Variables] = {}
    members: dict[str, list[int]] = {}
    with engine.connect() as connection:
        for variables, named in _ours(connection, kind, root):
            place = len(every)
            every[alias(variables.cloudctl_name, UUID(variables.cloudctl_id))] = variables
            for group in named:
                members.setdefault(group, []).append(place)
        for variables in _foreign(connection) if kind == "all" else ():
            members.setdefault("life_foreign", []).append(len(every))
            every[alias(variables.cloudctl_name, UUID(variables.cloudctl_id))] = variables
    return Inventory(hosts=every, groups=members)


def _ours(connection: Connection, kind: str, root: UUID | None) -> Iterator[tuple[Variables, tuple[str, ...]]]:
    for (
        key, name, fixed, address, port, account, department, system, level, cloud, zone, family, os_name, shared, ring,
        roles, life,
    ) in connection.execute(_STATEMENTS[kind], {"scope": root}):  # fmt: skip
        yield (
            Variables(
                ansible_host=address or _first(fixed), ansible_port=port or SSH_PORT, ansible_user=account or ACCOUNT,
                cloudctl_id=str(key), cloudctl_name=name, cloudctl_department=department, cloudctl_system=system,
                cloudctl_cloud=cloud, cloudctl_zone=zone, cloudctl_life=life, cloudctl_os_family=family,
                cloudctl_os_name=os_name, cloudctl_shared=bool(shared), mlps_level=level, ring=ring,
            ),
            groups(
                department=department, system=system, zone=zone, cloud=cloud, mlps_level=level, roles=_listed(roles),
                life=HostLife(life),
            ),
        )  # fmt: skip


def _foreign(connection: Connection) -> Iterator[Variables]:
    for key, name, cloud, facts in connection.execute(_FOREIGN):
        addresses = _FACTS.decode(facts).addresses
        yield Variables(
            ansible_host=addresses[0] if addresses else None, cloudctl_id=str(key), cloudctl_name=name,
            cloudctl_cloud=cloud, cloudctl_life=HostLife.FOREIGN.value,
        )  # fmt: skip


def _first(addresses: str) -> str | None:
    found = _LIST.decode(addresses)
    return found[0] if found else None


def _listed(roles: str | None) -> tuple[str, ...]:
    return tuple(_LIST.decode(roles)) if roles else ()
