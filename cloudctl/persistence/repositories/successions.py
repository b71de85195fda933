"""What refers to a system, when another one takes its place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, Uuid, bindparam, or_, select, update
from sqlalchemy.orm import Session

from cloudctl.domain.dependencies import Dependency
from cloudctl.domain.lifecycle import FITTINGS, ORDERS, RESOURCES, TRANSFERS
from cloudctl.domain.machines import Machine
from cloudctl.persistence.tables import (
    VERSIONED,
    accesses,
    addresses,
    adoption_rules,
    assessments,
    colocations,
    dependencies,
    devices,
    exemptions,
    networks,
    orders,
    servers,
    transfers,
    volumes,
)
from cloudctl.persistence.versions import change

MOST_NAMED = 10
BUILT = {"delivered", "failed"}  # orders that only wait for their file to be closed
GONE = {"released", "undone"}

REFERENCES: dict[str, tuple[Table, str]] = {
    "servers": (servers, "system_id"),
    "volumes": (volumes, "system_id"),
    "networks": (networks, "system_id"),
    "addresses": (addresses, "system_id"),
    "orders": (orders, "system_id"),
    "exemptions": (exemptions, "system_id"),
    "transfers": (transfers, "to_system_id"),
    "adoption rules": (adoption_rules, "system_id"),
    "devices": (devices, "system_id"),
    "colocations": (colocations, "system_id"),
    "accesses": (accesses, "system_id"),
    "assessments": (assessments, "successor_id"),
}
"""By noun the column that names a system; what adoptions took, and evidence, stays with whom it was about."""

_MINE = bindparam("system", type_=Uuid)


def _under_way(machine: Machine, table: Table, *done: str) -> ColumnElement[bool]:
    return table.c.state.not_in(sorted(machine.final.union(done)))


def _named(table: Table, name: str, *which: ColumnElement[bool], column: str = "system_id") -> Select[Any]:
    return select(table.c[name]).where(table.c[column] == _MINE, *which).order_by(table.c[name]).limit(MOST_NAMED)


_TIES: dict[str, list[Select[Any]]] = {
    "resources": [
        _named(table, "name", _under_way(RESOURCES, table, *GONE)) for table in (servers, volumes, networks, addresses)
    ],
    "orders": [_named(orders, "number", _under_way(ORDERS, orders, *BUILT))],
    "transfers": [_named(transfers, "number", _under_way(TRANSFERS, transfers), column="to_system_id")],
    "fittings": [_named(table, "number", _under_way(FITTINGS, table)) for table in (colocations, accesses)],
    "rules": [_named(adoption_rules, "code")],
}


class SuccessionRecords:
    """All that hangs on a system."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def ties(self, system_id: UUID) -> dict[str, list[str]]:
        mine = {"system": system_id}
        return {
            noun: [name for named in several for name in self.session.scalars(named, mine)]
            for noun, several in _TIES.items()
        }

    def hand_over(self, system_id: UUID, to_id: UUID) -> dict[str, int]:
        self.session.flush()
        counts = {noun: self._referred(table, column, system_id, to_id) for noun, (table, column) in REFERENCES.items()}
        self.session.expire_all()
        counts["dependencies"] = self._dependencies(system_id, to_id)
        return {noun: count for noun, count in counts.items() if count}

    def _referred(self, table: Table, column: str, system_id: UUID, to_id: UUID) -> int:
        rows = update(table).where(table.c[column] == system_id).values({column: to_id})
        if table in VERSIONED:
            return change(self.session, rows)
        if "version" in table.c:
            rows = rows.values(version=table.c.version + 1)
        return int(self.session.connection().execute(rows).rowcount)

    def _dependencies(self, system_id: UUID, to_id: UUID) -> int:
        either = or_(dependencies.c.system_id.in_([system_id, to_id]), dependencies.c.on_id.in_([system_id, to_id]))
        found = self.session.scalars(select(Dependency).where(either).order_by(dependencies.c.id)).all()
        mine = [one for one in found if system_id in {one.system_id, one.on_id}]
        taken = {(one.system_id, one.on_id) for one in found if one not in mine}
        for one in mine:
            pair = (
                to_id if one.system_id == system_id else one.system_id,
                to_id if one.on_id == system_id else one.on_id,
            )
            if pair[0] == pair[1] or pair in taken:
                self.session.delete(one)
            else:
                taken.add(pair)
                one.system_id, one.on_id = pair
        self.session.flush()
        return len(mine)
