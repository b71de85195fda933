"""One system or room as it stood, with what its judge needs; all rooms; and what is to be looked at now.

Implements ports.queries.standings.Standings; the census of systems, devices and servers is in `census`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, RowMapping, Text, Uuid, bindparam, case, func, select, type_coerce, union

from cloudctl.domain.evidence import Evidence, Subject
from cloudctl.domain.indicators import CLASSES, Counted, Snapshot
from cloudctl.domain.inventory import ObjectState
from cloudctl.persistence.queries import census, courses
from cloudctl.persistence.queries.listing import Moment
from cloudctl.persistence.queries.syncs import CLEAN_AT, HEALTH
from cloudctl.persistence.repositories.evidence import OLDEST_FIRST
from cloudctl.persistence.standing import standing
from cloudctl.persistence.tables import (
    accounts,
    addresses,
    app_places,
    apps,
    clouds,
    departments_versions,
    devices,
    devices_versions,
    evidence,
    inventory_objects,
    orders,
    racks_versions,
    rooms,
    rooms_versions,
    servers,
    systems,
    systems_versions,
)
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries.standings import (
    ClaimAt,
    ClassAt,
    ClassChange,
    DepartmentAt,
    DeviceAt,
    FileUse,
    GroupAt,
    RoomAt,
    ServerAt,
    ServerSeen,
    SubjectAt,
    SystemLook,
)

BUILT = ("active", "changing")
_AT, _KEY = bindparam("at", type_=Instant), bindparam("key", type_=Uuid)
_KNOWN = evidence.c.created_at <= _AT, evidence.c.observed_at <= _AT

_SYSTEM = select(systems_versions).where(systems_versions.c.id == _KEY, standing(systems_versions))
_ROOM = select(rooms_versions).where(rooms_versions.c.id == _KEY, standing(rooms_versions))
_SINCE = {
    table: select(table).where(table.c.id == _KEY, table.c.since <= _AT).order_by(table.c.version)
    for table in (systems_versions, rooms_versions)
}
_OFF = func.coalesce(devices_versions.c.gone_on, devices_versions.c.off_on)
_DEVICES = select(
    devices_versions.c.code, type_coerce(devices_versions.c.status, Text), _OFF, devices_versions.c.addresses
).where(standing(devices_versions)).order_by(devices_versions.c.code)  # fmt: skip
_DEVICES_OF = {name: _DEVICES.where(devices_versions.c[name] == _KEY) for name in ("system_id", "room_id")}
_EVIDENCE = select(evidence).where(evidence.c.subject_id == _KEY, *_KNOWN).order_by(*OLDEST_FIRST)
_NAMES = select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(bindparam("ids", expanding=True)))

_subject = case(
    (evidence.c.subject_kind == Subject.ROOM, select(rooms.c.code).where(rooms.c.id == evidence.c.subject_id)
        .correlate(evidence).scalar_subquery()),
    else_=select(systems.c.code).where(systems.c.id == evidence.c.subject_id).correlate(evidence).scalar_subquery(),
)  # fmt: skip
_USES = select(
    evidence.c.digest, evidence.c.id, evidence.c.subject_id, func.coalesce(_subject, ""), evidence.c.observed_at
).where(evidence.c.digest.in_(bindparam("digests", expanding=True)), *_KNOWN).order_by(*OLDEST_FIRST)  # fmt: skip

_ROOMS = select(rooms_versions).where(standing(rooms_versions)).order_by(rooms_versions.c.id)
_RACKS = (
    select(racks_versions.c.room_id, func.count()).where(standing(racks_versions)).group_by(racks_versions.c.room_id)
)
_RUNNING = select(devices_versions.c.room_id, devices_versions.c.code).where(
    devices_versions.c.room_id.is_not(None), devices_versions.c.status == "running", standing(devices_versions)
)
_OF_ROOMS = select(evidence).where(evidence.c.subject_kind == Subject.ROOM, *_KNOWN).order_by(*OLDEST_FIRST)
_ROOM_STATUSES = (
    select(rooms_versions.c.id, type_coerce(rooms_versions.c.status, Text), rooms_versions.c.since)
    .where(rooms_versions.c.since <= _AT)
    .order_by(rooms_versions.c.id, rooms_versions.c.version)
)

_cloud = select(clouds.c.code, case((HEALTH == "fresh", CLEAN_AT)).label("read_at")).subquery("read")
_o = inventory_objects
# A sync that began before the server was there says nothing of it, unless it did see it.
_there_since = func.coalesce(
    select(orders.c.delivered_at).where(orders.c.id == servers.c.order_id).correlate(servers).scalar_subquery(),
    servers.c.created_at,
)
# A system stands on servers of its own, and on the hosts of its applications.
_ON = union(
    select(servers.c.system_id, servers.c.id.label("server_id")).where(servers.c.system_id.is_not(None)),
    select(apps.c.system_id, app_places.c.host_id)
    .select_from(app_places.join(apps, apps.c.id == app_places.c.app_id))
    .where(app_places.c.ready),
).subquery("stands_on")
_SERVERS = (
    select(
        _ON.c.system_id, servers.c.id, servers.c.name, servers.c.cloud,
        case((_o.c.state == ObjectState.MISSING, "missing"), else_=type_coerce(_o.c.status, Text)),
        case((_o.c.id.is_not(None) | (_there_since <= _cloud.c.read_at), _cloud.c.read_at)),
        servers.c.fixed_addresses, _o.c.facts,
    )
    .select_from(
        servers.join(_ON, _ON.c.server_id == servers.c.id)
        .outerjoin(_o, _o.c.resource_id == servers.c.id)
        .outerjoin(_cloud, _cloud.c.code == servers.c.cloud)
    )
    .where(servers.c.state.in_(BUILT))
    .order_by(servers.c.name, servers.c.id)
)  # fmt: skip
_FLOATING = select(addresses.c.server_id, addresses.c.address).where(
    addresses.c.address.is_not(None), addresses.c.state.in_(BUILT)
)
_LOOKS = select(
    systems.c.id, systems.c.department_id, systems.c.code, systems.c.status, systems.c.check_url
).where(systems.c.status != "planned").order_by(systems.c.code)  # fmt: skip
_ALL_DEVICES = select(
    devices.c.system_id, devices.c.code, type_coerce(devices.c.status, Text),
    func.coalesce(devices.c.gone_on, devices.c.off_on), devices.c.addresses,
).where(devices.c.system_id.is_not(None)).order_by(devices.c.code)  # fmt: skip
_d = departments_versions
_DEPARTMENTS = (
    select(_d.c.id, _d.c.code, _d.c.name, type_coerce(_d.c.level, Text), _d.c.path)
    .where(standing(_d), (_d.c.retired_at.is_(None)) | (_d.c.retired_at > _AT))
    .order_by(_d.c.code)
)


@dataclass(frozen=True, slots=True)
class StandingReader:
    """Implements ports.queries.standings.Standings on one database; `moment` gives by what a cloud's figures age."""

    engine: Engine
    moment: Moment

    def system(self, key: UUID, at: datetime) -> SubjectAt | None:
        with self.engine.connect() as connection:
            row = connection.execute(_SYSTEM, {"key": key, "at": at}).mappings().one_or_none()
            return None if row is None else _subject_at(connection, row, at, Counted.SYSTEMS)

    def room(self, key: UUID, at: datetime) -> SubjectAt | None:
        with self.engine.connect() as connection:
            row = connection.execute(_ROOM, {"key": key, "at": at}).mappings().one_or_none()
            return None if row is None else _subject_at(connection, row, at, Counted.ROOMS)

    def uses(self, digests: Sequence[str], at: datetime) -> Mapping[str, Sequence[FileUse]]:
        found: dict[str, list[FileUse]] = defaultdict(list)
        if digests:
            with self.engine.connect() as connection:
                for digest, key, subject_id, subject, observed_at in connection.execute(
                    _USES, {"digests": list(digests), "at": at}
                ):
                    use = FileUse(evidence_id=key, subject_id=subject_id, subject=subject, observed_at=observed_at)
                    found[digest].append(use)
        return found

    def rooms(self, at: datetime) -> Sequence[RoomAt]:
        when = {"at": at}
        with self.engine.connect() as connection:
            rows = connection.execute(_ROOMS, when).mappings().all()
            racks: dict[UUID, int] = dict(map(tuple, connection.execute(_RACKS, when)))
            running = _by(connection.execute(_RUNNING, when))
            proofs = _by((row.subject_id, row) for row in _evidence(connection, _OF_ROOMS, when))
            statuses = _by(connection.execute(_ROOM_STATUSES, when))
        return [
            RoomAt(
                subject=SubjectAt(
                    id=row["id"], department_id=row["department_id"], code=row["code"], name=row["name"],
                    status=row["status"].value,
                    devices=[DeviceAt(code=c, status="running", off_on=None, addresses=[])
                             for (c,) in running.get(row["id"], ())],
                    versions=[ClassAt(since=since, by="", fields={"status": status})
                              for status, since in statuses.get(row["id"], ())],
                    evidence=[entry for (entry,) in proofs.get(row["id"], ())],
                ),
                kind=row["kind"].value, category=row["category"].value, racks=racks.get(row["id"], 0),
                power_kw=row["power_kw"], area_m2=row["area_m2"],
            )
            for row in rows
        ]  # fmt: skip

    def looks(self) -> Sequence[SystemLook]:
        with self.engine.connect() as connection:
            floating = _by(connection.execute(_FLOATING))
            seen = _by(
                (system_id, _seen(rest, floating)) for system_id, *rest in connection.execute(_SERVERS, self.moment())
            )
            old = _by((key, _device(rest)) for key, *rest in connection.execute(_ALL_DEVICES))
            rows = connection.execute(_LOOKS).all()
        return [
            SystemLook(
                id=key, department_id=department_id, code=code, status=status, check_url=check_url,
                servers=[server for (server,) in seen.get(key, ())], devices=[device for (device,) in old.get(key, ())],
            )
            for key, department_id, code, status, check_url in rows
        ]  # fmt: skip

    def groups(self, noun: Counted, at: datetime, fields: frozenset[str], sums: frozenset[str]) -> Sequence[GroupAt]:
        return census.groups(self.engine, noun, at, fields, sums)

    def servers(self, at: datetime) -> Sequence[ServerAt]:
        return census.servers_at(self.engine, at)

    def claims(self, at: datetime, claimed: Collection[str]) -> Sequence[ClaimAt]:
        return census.claims(self.engine, at, claimed)

    def class_changes(self, noun: Counted, since: datetime, at: datetime) -> Sequence[ClassChange]:
        return courses.class_changes(self.engine, noun, since, at)

    def checks(self, since: datetime, at: datetime, departments: Sequence[UUID] | None) -> tuple[int, int]:
        return courses.checks(self.engine, since, at, departments)

    def snapshots(self, names: Sequence[str], scope: str, first: date, last: date) -> Sequence[Snapshot]:
        return courses.snapshots(self.engine, names, scope, first, last)

    def cases_owed(self, at: datetime) -> Mapping[UUID, tuple[int, int]]:
        return courses.cases_owed(self.engine, at)

    def departments(self, at: datetime) -> Sequence[DepartmentAt]:
        with self.engine.connect() as connection:
            names = DepartmentAt.__struct_fields__
            rows = connection.execute(_DEPARTMENTS, {"at": at})
            return [DepartmentAt(**dict(zip(names, row, strict=True))) for row in rows]


def _subject_at(connection: Connection, row: RowMapping, at: datetime, noun: Counted) -> SubjectAt:
    versions, owner = (systems_versions, "system_id") if noun is Counted.SYSTEMS else (rooms_versions, "room_id")
    these = {"key": row["id"], "at": at}
    counted = sorted(CLASSES[noun] | {"status"})
    proofs = _evidence(connection, _EVIDENCE, these)
    people = {person for entry in proofs for person in (entry.by, entry.for_account_id) if person is not None}
    names = dict(map(tuple, connection.execute(_NAMES, {"ids": list(people)}))) if people else {}
    return SubjectAt(
        id=row["id"],
        department_id=row["department_id"],
        code=row["code"],
        name=row["name"],
        status=_plain(row["status"]),
        check_url=row.get("check_url"),
        devices=[_device(device) for device in connection.execute(_DEVICES_OF[owner], these)],
        versions=[
            ClassAt(since=v["since"], by=v["by_name"], fields={name: _plain(v[name]) for name in counted})
            for v in connection.execute(_SINCE[versions], these).mappings()
        ],
        evidence=proofs,
        names=names,
    )


def _evidence(connection: Connection, statement: Any, parameters: dict[str, Any]) -> list[Evidence]:
    return [Evidence(**row) for row in connection.execute(statement, parameters).mappings()]


def _device(row: Iterable[Any]) -> DeviceAt:
    code, status, off_on, addresses_ = row
    return DeviceAt(code=code, status=status, off_on=off_on, addresses=list(addresses_))


def _seen(row: Sequence[Any], floating: Mapping[UUID, list[tuple[str]]]) -> ServerSeen:
    key, name, cloud, seen, read_at, fixed, facts = row
    told = () if facts is None else facts.addresses
    outside = [address for (address,) in floating.get(key, ())]
    return ServerSeen(name=name, cloud=cloud, seen=seen, read_at=read_at, addresses=sorted({*fixed, *told, *outside}))


def _by(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    """The rest of each row, by its first value."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for key, *rest in rows:
        found[key].append(tuple(rest))
    return found


def _plain(value: Any) -> Any:
    """A word of an enum as the text that it is."""
    return getattr(value, "value", value)
