"""Findings of drift, and what a comparison looks at: each read one statement, each write one a thousand rows.

Updates are guarded by the version that was read: what somebody has decided on meanwhile is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from cloudctl.domain.drift import Excess, Finding, Hand, Known, News, Record
from cloudctl.domain.inventory import ObjectKind
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import (
    accounts,
    addresses,
    audit_events,
    departments,
    inventory_changes,
    networks,
    orders,
    quotas,
    servers,
    syncs,
    tenants,
    volumes,
)
from cloudctl.persistence.tables import drift_findings as findings
from cloudctl.persistence.types import Instant

T = TypeVar("T")
AT_ONCE = 500
GONE = ("released", "undone")
_TABLES = {
    ObjectKind.NETWORK: networks,
    ObjectKind.SERVER: servers,
    ObjectKind.VOLUME: volumes,
    ObjectKind.ADDRESS: addresses,
}
# What only some kinds have, by the field's name: the column of each table that has it.
_SIZES: dict[str, tuple[dict[Table, ColumnElement[Any]], Any]] = {
    "vcpu": ({servers: servers.c.vcpu}, Integer),
    "memory_mib": ({servers: servers.c.memory_mib}, Integer),
    "disk_gib": ({servers: servers.c.root_disk_gib, volumes: volumes.c.size_gib}, Integer),
    "power": ({servers: servers.c.power}, Text),
    "network_id": ({servers: servers.c.network_id}, Uuid),
    "server_id": ({volumes: volumes.c.server_id, addresses: addresses.c.server_id}, Uuid),
}


def _records(kind: ObjectKind, table: Table, *conditions: ColumnElement[bool]) -> Select[Any]:
    c = table.c
    own = [
        (columns[table] if table in columns else cast(null(), of)).label(name) for name, (columns, of) in _SIZES.items()
    ]
    return (
        select(
            c.id,
            literal(kind.value).label("kind"),
            c.cloud,
            c.name,
            c.state,
            c.zone,
            c.backend_id,
            c.department_id,
            c.system_id,
            c.claimed_by.is_not(None).label("claimed"),
            type_coerce(c.gone_at, Instant).label("gone_at"),
            type_coerce(c.expires_on, Date).label("expires_on"),
            type_coerce(func.coalesce(orders.c.delivered_at, c.created_at), Instant).label("since"),
            orders.c.number.label("order"),
            orders.c.state.label("order_state"),
            case((accounts.c.active, literal(value=False)), else_=accounts.c.id.is_not(None)).label("applicant_gone"),
            *own,
        )
        .select_from(
            # Whoever asked for what was transferred since is of another department: nobody asks there.
            table.outerjoin(orders, orders.c.id == c.order_id).outerjoin(
                accounts, and_(accounts.c.id == orders.c.applicant_id, orders.c.department_id == c.department_id)
            )
        )
        .where(*conditions)
    )


_LIVING = union_all(
    *(
        _records(kind, table, table.c.cloud == bindparam("cloud"), table.c.state.not_in(GONE))
        for kind, table in _TABLES.items()
    )
)
_NAMED = union_all(
    *(
        _records(kind, table, table.c.id.in_(bindparam("keys", expanding=True, type_=Uuid)))
        for kind, table in _TABLES.items()
    )
)
_KNOWN = select(
    findings.c.id,
    findings.c.subject_id,
    findings.c.state,
    findings.c.mark,
    findings.c.name,
    findings.c.act,
    findings.c.version,
).where(findings.c.cloud == bindparam("cloud"))
_HERE = (findings.c.id == bindparam("this"), findings.c.version == bindparam("was"))
_NEXT = {"version": findings.c.version + 1}
_TAKEN_OVER = ("name", "object_id", "resource_id", "department_id", "facts", "evidence", "mark", "words", "next_step")
_RENEW = (
    update(findings)
    .where(*_HERE, findings.c.state == "open")
    .values(_NEXT | {name: bindparam(f"new_{name}", type_=findings.c[name].type) for name in _TAKEN_OVER})
)
_REOPEN = (
    update(findings)
    .where(*_HERE, or_(findings.c.state == "vanished", findings.c.state == "resolved"))  # many rows take no IN
    .values(
        _NEXT
        | {name: bindparam(f"new_{name}", type_=findings.c[name].type) for name in _TAKEN_OVER}
        | {"state": "open", "found_at": bindparam("now", type_=Instant), "sync_id": bindparam("sync", type_=Uuid)}
        | dict.fromkeys(("vanished_at", "act", "asked_by", "reason", "resolved_at", "last_error"))
    )
)
_VANISH = (
    update(findings)
    .where(*_HERE, findings.c.state == "open")
    .values(_NEXT | {"state": "vanished", "vanished_at": bindparam("now", type_=Instant)})
)
_TOUCHED = select(audit_events.c.target_id).where(
    audit_events.c.id >= bindparam("sync", type_=Uuid), audit_events.c.target_kind.in_([*_TABLES, "resource"])
)
_HANDS = (
    select(inventory_changes.c.object_id, inventory_changes.c.at, inventory_changes.c.who)
    .where(inventory_changes.c.cloud == bindparam("cloud"), inventory_changes.c.at >= bindparam("since", type_=Instant))
    .order_by(inventory_changes.c.at, inventory_changes.c.id)
)
_TENANTS = select(tenants.c.backend_id, tenants.c.department_id).where(tenants.c.cloud == bindparam("cloud"))
_DESERTED = select(departments.c.id, departments.c.name).where(
    not_(select(accounts.c.id).where(accounts.c.department_id == departments.c.id, accounts.c.active).exists())
)
_TAKEN = quotas.c.held + quotas.c.committed + quotas.c.allotted
_EXCESSES = (
    select(
        quotas.c.id,
        quotas.c.department_id,
        departments.c.name,
        quotas.c.zone,
        quotas.c.dimension,
        _TAKEN,
        quotas.c.limit,
    )
    .join(departments, departments.c.id == quotas.c.department_id)
    .where(quotas.c.cloud == bindparam("cloud"), quotas.c.limit < _TAKEN)
    .order_by(departments.c.code, quotas.c.zone, quotas.c.dimension)
)
_CLEAN = (
    select(syncs.c.started_at)
    .where(syncs.c.cloud == bindparam("cloud"), syncs.c.mode == "full", syncs.c.state == "clean")
    .order_by(syncs.c.started_at.desc())
    .limit(1)
    .offset(bindparam("before"))
)


class DriftRecords(Records[Finding]):
    """Implements ports.repositories.drift.Drift."""

    noun, what = Finding, "finding"

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session)
        self._now = now

    def lock(self, key: UUID) -> Finding:
        return self._locked(key)

    def known(self, cloud: str) -> dict[UUID, Known]:
        return {row["id"]: Known(**row) for row in self._rows(_KNOWN, cloud=cloud).mappings()}

    def open(self, cloud: str, sync_id: UUID, news: Sequence[News]) -> int:
        always = {"cloud": cloud, "sync_id": sync_id, "state": "open", "version": 1}
        times = {"found_at": self._now, "created_at": self._now}
        rows = [
            {name: getattr(one, name) for name in ("id", "kind", "subject_id", "subject_kind", *_TAKEN_OVER)}
            | always
            | times
            for one in news
        ]
        for some in _in_parts(rows):
            self.session.connection().execute(insert(findings), list(some))
        return len(rows)

    def renew(self, sync_id: UUID, news: Sequence[News]) -> int:
        changed = 0
        for statement, which in ((_RENEW, False), (_REOPEN, True)):
            rows = [
                {"this": one.id, "was": one.version} | {f"new_{name}": getattr(one, name) for name in _TAKEN_OVER}
                for one in news
                if one.again is which
            ]
            changed += self._update(statement, rows, {"now": self._now, "sync": sync_id} if which else {})
        return changed

    def vanish(self, gone: Mapping[UUID, int]) -> int:
        rows = [{"this": key, "was": version} for key, version in gone.items()]
        return self._update(_VANISH, rows, {"now": self._now})

    def records(self, cloud: str) -> Sequence[Record]:
        return [_record(row) for row in self._rows(_LIVING, cloud=cloud).mappings()]

    def named(self, keys: Collection[UUID]) -> dict[UUID, Record]:
        found: dict[UUID, Record] = {}
        for some in _in_parts(list(keys)):
            found |= {row["id"]: _record(row) for row in self._rows(_NAMED, keys=list(some)).mappings()}
        return found

    def touched(self, sync_id: UUID) -> set[UUID]:
        return {UUID(row.target_id) for row in self._rows(_TOUCHED, sync=sync_id)}

    def hands(self, cloud: str, since: datetime) -> dict[UUID, Hand]:
        return {key: Hand(at=at, who=who) for key, at, who in self._rows(_HANDS, cloud=cloud, since=since)}

    def tenants(self, cloud: str) -> dict[str, UUID]:
        return {tenant: department_id for tenant, department_id in self._rows(_TENANTS, cloud=cloud)}  # noqa: C416

    def deserted(self) -> dict[UUID, str]:
        return {key: name for key, name in self._rows(_DESERTED)}  # noqa: C416

    def excesses(self, cloud: str) -> Sequence[Excess]:
        fields = Excess.__struct_fields__
        return [Excess(**dict(zip(fields, row, strict=True))) for row in self._rows(_EXCESSES, cloud=cloud)]

    def certain_since(self, cloud: str, syncs_: int) -> datetime | None:
        row = self._rows(_CLEAN, cloud=cloud, before=syncs_ - 1).first()
        return None if row is None else row.started_at

    def _rows(self, statement: Any, **parameters: object) -> Any:
        return self.session.connection().execute(statement, parameters)

    def _update(self, statement: Any, rows: Sequence[dict[str, object]], more: dict[str, object]) -> int:
        changed = 0
        for some in _in_parts(rows):
            changed += self.session.connection().execute(statement, [row | more for row in some]).rowcount
        return changed


def _in_parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))


def _record(row: Any) -> Record:
    return Record(**dict(row) | {"kind": ObjectKind(row["kind"]), "claimed": bool(row["claimed"])})
