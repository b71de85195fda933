"""What capacity came back, and what orders got; implements ports.queries.reclaims.Reclaims.

A resource came back when it was gone from its cloud, after its retention; what shrank, when the ledger of quotas freed
it for an order. What it owes that to is told by what names it: the clearing whose server it was (or hung on), the
accepted proposal, the order that released it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Integer, Text, Uuid, bindparam, cast, literal, null, select, type_coerce

from cloudctl.domain.items import ReleaseItem
from cloudctl.domain.quotas import Dimension, EntryKind
from cloudctl.domain.reclaims import ReclaimSource
from cloudctl.persistence.tables import (
    addresses,
    clearings,
    departments,
    networks,
    orders,
    quota_entries,
    quotas,
    servers,
    volumes,
    waste_proposals,
)
from cloudctl.persistence.types import Instant
from cloudctl.ports.queries.reclaims import GivenBack, TakenUp

_SINCE, _UNTIL = (bindparam(name, type_=Instant) for name in ("since", "until"))
_SIZES: dict[str, dict[str, Any]] = {
    "server": {
        "vcpu": servers.c.vcpu, "memory_mib": servers.c.memory_mib, "disk_gib": servers.c.root_disk_gib,
    },
    "volume": {"disk_gib": volumes.c.size_gib},
    "address": {"addresses": literal(1)},
    "network": {},
}  # fmt: skip
_NAMES = {Dimension.VCPU: "vcpu", Dimension.MEMORY_MIB: "memory_mib", Dimension.VOLUME_GIB: "disk_gib",
          Dimension.ADDRESSES: "addresses"}  # fmt: skip
AMOUNTS = tuple(_NAMES.values())
_SERVER_OF = {"server": servers.c.id, "volume": volumes.c.server_id, "address": addresses.c.server_id}


def _gone(kind: str, table: Any) -> Any:
    c = table.c
    sizes = [cast(_SIZES[kind].get(name, literal(0)), Integer).label(name) for name in AMOUNTS]
    server = _SERVER_OF.get(kind, cast(null(), Uuid))
    return (
        select(
            c.id, literal(kind).label("kind"), c.name, c.cloud, c.zone, c.department_id,
            departments.c.code.label("department"), c.system_id, c.gone_at.label("at"), server.label("server_id"),
            *sizes,
        )
        .select_from(table.join(departments, departments.c.id == c.department_id))
        .where(c.gone_at > _SINCE, c.gone_at <= _UNTIL, c.state == "released")
    )  # fmt: skip


_KINDS = {"server": servers, "volume": volumes, "address": addresses, "network": networks}
_GONE = [_gone(kind, table) for kind, table in _KINDS.items()]
_ENTRIES = (
    select(
        quota_entries.c.order_id, orders.c.number, orders.c.title, quotas.c.department_id,
        departments.c.code.label("department"), quotas.c.cloud, quotas.c.zone, quotas.c.dimension,
        quota_entries.c.amount, quota_entries.c.at, quota_entries.c.id,
    )
    .join(quotas, quotas.c.id == quota_entries.c.quota_id)
    .join(orders, orders.c.id == quota_entries.c.order_id)
    .join(departments, departments.c.id == quotas.c.department_id)
    .where(
        quota_entries.c.kind == bindparam("kind"), quota_entries.c.at > _SINCE, quota_entries.c.at <= _UNTIL,
        quotas.c.dimension.in_(list(_NAMES)),
    )
    .order_by(quota_entries.c.at, quota_entries.c.id)
)  # fmt: skip
_CLEARED = select(clearings.c.number, clearings.c.system_id, clearings.c.servers, clearings.c.deleted_at).where(
    clearings.c.deleted_at.is_not(None), clearings.c.deleted_at <= _UNTIL
)
_AGREED = (
    select(waste_proposals.c.resource_id, waste_proposals.c.order_id, orders.c.number)
    .join(orders, orders.c.id == waste_proposals.c.order_id)
    .where(waste_proposals.c.decided_at <= _UNTIL)
)
_RELEASING = select(orders.c.number, orders.c["items"]).where(
    orders.c.delivered_at <= _UNTIL, type_coerce(orders.c["items"], Text).like('%"release"%')
)


@dataclass(frozen=True, slots=True)
class _Owed:
    """What pieces are owed to."""

    cleared: Mapping[UUID, str]
    cleared_with: Mapping[tuple[UUID | None, datetime], str]
    agreed: Mapping[UUID | None, str]
    agreed_orders: frozenset[UUID]
    released: Mapping[UUID, str]

    def of(self, row: Any) -> tuple[ReclaimSource, str | None]:
        """The source of a resource that is gone, and its number."""
        number = (
            self.cleared.get(row["id"])
            or self.cleared.get(row["server_id"])
            or self.cleared_with.get((row["system_id"], row["at"]))
        )
        if number is not None:
            return ReclaimSource.CLEARING, number
        for key in (row["id"], row["server_id"]):
            if key in self.agreed:
                return ReclaimSource.PROPOSAL, self.agreed[key]
            if key in self.released:
                return ReclaimSource.ORDER, self.released[key]
        return ReclaimSource.DRIFT, None


@dataclass(frozen=True, slots=True)
class ReclaimReader:
    """Implements ports.queries.reclaims.Reclaims on one database."""

    engine: Engine

    def given_back(self, since: datetime, until: datetime) -> Sequence[GivenBack]:
        times = {"since": since, "until": until}
        with self.engine.connect() as connection:
            owed = _owed(connection, until)
            found = [_piece(row, owed) for each in _GONE for row in connection.execute(each, times).mappings()]
            found += _shrunk(connection, times, owed)
        return sorted(found, key=lambda one: (one.at, one.name, one.id))

    def taken_up(self, since: datetime, until: datetime) -> Sequence[TakenUp]:
        with self.engine.connect() as connection:
            rows = _by_order(connection, EntryKind.COMMIT, {"since": since, "until": until})
            return [
                TakenUp(number=first["number"], cloud=first["cloud"], at=first["at"], **amounts)
                for first, amounts in rows
            ]


def _piece(row: Any, owed: _Owed) -> GivenBack:
    source, number = owed.of(row)
    fields = {name: value for name, value in row.items() if name not in {"system_id", "server_id"}}
    return GivenBack(**fields, source=source, number=number)


def _shrunk(connection: Connection, times: Mapping[str, datetime], owed: _Owed) -> Iterator[GivenBack]:
    for first, amounts in _by_order(connection, EntryKind.FREE, times):
        agreed = first["order_id"] in owed.agreed_orders
        yield GivenBack(
            id=first["id"],
            kind="resize",
            name=first["title"],
            cloud=first["cloud"],
            zone=first["zone"],
            department_id=first["department_id"],
            department=first["department"],
            at=first["at"],
            source=ReclaimSource.PROPOSAL if agreed else ReclaimSource.ORDER,
            number=first["number"],
            **amounts,
        )


def _by_order(
    connection: Connection, kind: EntryKind, times: Mapping[str, datetime]
) -> Iterator[tuple[Any, dict[str, int]]]:
    """Lines of the ledger of one order, cloud and moment are one; with the first of them, the amounts."""
    firsts: dict[tuple[Any, ...], Any] = {}
    sums: defaultdict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for row in connection.execute(_ENTRIES, {**times, "kind": kind}).mappings():
        key = row["order_id"], row["department_id"], row["cloud"], row["zone"], row["at"]
        firsts.setdefault(key, row)
        name = _NAMES[row["dimension"]]
        sums[key][name] = sums[key].get(name, 0) + row["amount"]
    return ((first, sums[key]) for key, first in firsts.items())


def _owed(connection: Connection, until: datetime) -> _Owed:
    times = {"until": until}
    cleared: dict[UUID, str] = {}
    cleared_with: dict[tuple[UUID | None, datetime], str] = {}
    for number, system_id, gone, at in connection.execute(_CLEARED, times):
        cleared |= dict.fromkeys(gone, number)
        cleared_with[system_id, at] = number
    agreed = connection.execute(_AGREED, times).all()
    released = {
        item.resource: number
        for number, items in connection.execute(_RELEASING, times)
        for item in items
        if isinstance(item, ReleaseItem)
    }
    return _Owed(
        cleared=cleared,
        cleared_with=cleared_with,
        agreed={row.resource_id: row.number for row in agreed},
        agreed_orders=frozenset(row.order_id for row in agreed),
        released=released,
    )
