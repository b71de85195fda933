"""Systems as they stood, with all that their judge needs; and the lists of verdicts, purposes and exemptions.

Whether a cloud had a server stopped at a moment is told from its present status and the changes since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Text, bindparam, or_, select, type_coerce

from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.inventory import ObjectKind, ObjectState
from cloudctl.domain.systems import ENDED
from cloudctl.domain.zombie_exemptions import ZombieExemption
from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.repositories.verdicts import newest
from cloudctl.persistence.standing import standing
from cloudctl.persistence.tables import (
    accounts,
    dependencies_versions,
    inventory_changes,
    inventory_objects,
    purposes,
    servers,
    systems,
    systems_versions,
    verdicts,
    zombie_exemptions,
)
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries.rows.zombies import PurposeRow, VerdictRow, ZombieExemptionRow
from cloudctl.ports.queries.zombies import CandidateAt, DeclaredAt, ObjectAt, ServerAt

STOPPED = "stopped"
_AT, _GONE = bindparam("at", type_=Instant), bindparam("gone_since", type_=Instant)

_SYSTEMS = select(systems_versions).where(standing(systems_versions)).order_by(systems_versions.c.code)
_SERVERS = (
    select(servers.c.system_id, servers.c.id, servers.c.name, servers.c.cloud, servers.c.created_at, servers.c.gone_at)
    .where(
        servers.c.system_id.is_not(None),
        servers.c.backend_id.is_not(None),
        servers.c.created_at <= _AT,
        or_(servers.c.gone_at.is_(None), servers.c.gone_at > _GONE),
    )
    .order_by(servers.c.created_at, servers.c.id)
)
_o = inventory_objects
_OBJECTS = (
    select(_o.c.resource_id, _o.c.id, _o.c.first_seen_at, type_coerce(_o.c.status, Text), _o.c.state, _o.c.facts)
    .where(_o.c.kind == ObjectKind.SERVER, _o.c.resource_id.is_not(None), _o.c.first_seen_at <= _AT)
    .order_by(_o.c.first_seen_at.desc(), _o.c.id)
)
_CHANGES = (
    select(inventory_changes.c.object_id, inventory_changes.c.at, inventory_changes.c.fields)
    .where(inventory_changes.c.object_id.in_(select(_o.c.id).where(_o.c.kind == ObjectKind.SERVER)))
    .order_by(inventory_changes.c.id.desc())
)
_DECLARED = select(purposes).where(purposes.c.created_at <= _AT).order_by(purposes.c.created_at, purposes.c.id)
_EXEMPTIONS = select(zombie_exemptions).where(zombie_exemptions.c.decided_at <= _AT)
_NEEDS = select(dependencies_versions.c.system_id, dependencies_versions.c.on_id).where(standing(dependencies_versions))

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class ZombieReader:
    """Implements ports.queries.zombies.Zombies on one database."""

    engine: Engine

    def systems(self, at: datetime, gone_since: datetime, ids: Collection[UUID] | None = None) -> Sequence[CandidateAt]:
        when = {"at": at, "gone_since": gone_since}
        with self.engine.connect() as connection:
            rows = connection.execute(_SYSTEMS, when).mappings().all()
            found = _by(connection.execute(_SERVERS, when))
            objects = _by(connection.execute(_OBJECTS, when))
            changes = _by(row for row in connection.execute(_CHANGES) if "status" in row.fields)
            declared = _declared(connection.execute(_DECLARED, when).mappings())
            exempt = [ZombieExemption(**row) for row in connection.execute(_EXEMPTIONS, when).mappings()]
            needs = connection.execute(_NEEDS, when).all()
        living = {row["id"]: row["code"] for row in rows if row["status"] not in ENDED}
        needed: dict[UUID, list[str]] = defaultdict(list)
        for system_id, on_id in needs:
            if system_id in living:
                needed[on_id].append(living[system_id])
        held = _held(exempt, at)
        wanted = None if ids is None else frozenset(ids)
        return [
            CandidateAt(
                id=row["id"],
                department_id=row["department_id"],
                code=row["code"],
                name=row["name"],
                fields=dict(row),
                servers=[_server(one, objects, changes, at) for one in found.get(row["id"], ())],
                declared=declared.get(row["id"], ()),
                needed_by=sorted(needed.get(row["id"], ())),
                exempt_until=held.get(row["id"]),
            )
            for row in rows
            if wanted is None or row["id"] in wanted
        ]


def _server(row: Row, objects: Mapping[UUID, list[Row]], changes: Mapping[UUID, list[Row]], at: datetime) -> ServerAt:
    key, name, cloud, created_at, gone_at = row
    return ServerAt(
        id=key,
        name=name,
        cloud=cloud,
        created_at=created_at,
        gone_at=None if gone_at is None or gone_at > at else gone_at,
        objects=sorted(
            (_object(one, changes.get(one[0], ()), at) for one in objects.get(key, ())), key=lambda seen: seen.missing
        ),
    )


def _object(row: Row, changes: Sequence[Row], at: datetime) -> ObjectAt:
    """An object with since when it was off at `at`: its present status, and the changes back to then."""
    key, first_seen_at, status, state, facts = row
    off_since: datetime | None = None
    for changed_at, fields in changes:  # the newest first
        before, after = fields["status"]
        if changed_at > at:
            status = before
        elif status == STOPPED and after == STOPPED:
            off_since = changed_at
            break
    since = first_seen_at if facts.created_at is None else min(facts.created_at, first_seen_at)
    if status == STOPPED and off_since is None:
        off_since = first_seen_at
    return ObjectAt(
        id=key,
        since=since,
        off_since=off_since if status == STOPPED else None,
        missing=state == ObjectState.MISSING,
    )


def _declared(rows: Iterable[Mapping[Any, Any]]) -> dict[UUID, list[DeclaredAt]]:
    last: dict[UUID, dict[UUID | None, DeclaredAt]] = defaultdict(dict)
    for row in rows:
        last[row["system_id"]][row["server_id"]] = DeclaredAt(
            **{name: row[name] for name in DeclaredAt.__struct_fields__}
        )
    return {key: list(found.values()) for key, found in last.items()}


def _held(exemptions: Iterable[ZombieExemption], at: datetime) -> dict[UUID, Any]:
    day = today_for_people(at)
    found: dict[UUID, Any] = {}
    for one in exemptions:
        if one.held_at(at, day):
            found[one.system_id] = max(one.ends_on, found.get(one.system_id, one.ends_on))
    return found


def _by(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    """The rest of each row, by its first value."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(tuple(rest))
    return found


_ranked = newest().subquery("ranked")
_latest = select(*(_ranked.c[column.name] for column in verdicts.c)).where(_ranked.c.place == 1).subquery("latest")


def _verdicts(table: Any) -> Listed:
    return Listed(
        row=VerdictRow,
        table=table,
        source=table.join(systems, systems.c.id == table.c.system_id),
        scope=table.c.department_id,
        others={"system": systems.c.code, "name": systems.c.name},
    )


ZOMBIES = _verdicts(_latest)
"""The last verdict on each system."""
VERDICTS = _verdicts(verdicts)
"""Every verdict."""
PURPOSES = Listed(
    row=PurposeRow,
    table=purposes,
    source=purposes.join(systems, systems.c.id == purposes.c.system_id)
    .outerjoin(servers, servers.c.id == purposes.c.server_id)
    .join(accounts, accounts.c.id == purposes.c.declared_by),
    scope=purposes.c.department_id,
    others={"system": systems.c.code, "server": servers.c.name, "by": accounts.c.name},
)
_deciders = accounts.alias("deciders")
ZOMBIE_EXEMPTIONS = Listed(
    row=ZombieExemptionRow,
    table=zombie_exemptions,
    source=zombie_exemptions.join(systems, systems.c.id == zombie_exemptions.c.system_id)
    .join(accounts, accounts.c.id == zombie_exemptions.c.asked_by)
    .outerjoin(_deciders, _deciders.c.id == zombie_exemptions.c.decided_by),
    scope=zombie_exemptions.c.department_id,
    others={"system": systems.c.code, "asked_by": accounts.c.name, "decided_by": _deciders.c.name},
)
REQUESTED = (
    select(
        zombie_exemptions.c.id, zombie_exemptions.c.department_id, zombie_exemptions.c.ends_on,
        zombie_exemptions.c.asked_by, zombie_exemptions.c.asked_for, systems.c.code, systems.c.name,
    )
    .select_from(zombie_exemptions.join(systems, systems.c.id == zombie_exemptions.c.system_id))
    .where(zombie_exemptions.c.state == "requested")
    .subquery("requested_exemptions")
)  # fmt: skip
"""Exemptions that wait for somebody to decide."""
