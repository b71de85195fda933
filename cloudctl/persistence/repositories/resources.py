"""Servers, volumes, networks and addresses alike: four tables, no polymorphism.

Where only an id is known one union of four index look-ups tells its kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, literal, or_, select, union_all
from sqlalchemy.orm import Session

from cloudctl.domain.accounts import missing
from cloudctl.domain.addresses import Address
from cloudctl.domain.networks import Network
from cloudctl.domain.resources import Resource
from cloudctl.domain.servers import Server
from cloudctl.domain.volumes import Volume
from cloudctl.persistence.mapping import TABLES
from cloudctl.persistence.repositories.foresight import foreseen, is_together, sort_out
from cloudctl.persistence.repositories.outgoing import hand_over
from cloudctl.persistence.repositories.records import record
from cloudctl.persistence.tables import addresses, networks, servers, volumes

KINDS: dict[str, type[Resource]] = {noun.KIND.value: noun for noun in (Network, Server, Volume, Address)}
GONE = ("released", "undone")

_KIND_OF = union_all(
    *(
        select(literal(kind).label("kind")).select_from(TABLES[noun]).where(TABLES[noun].c.id == bindparam("key"))
        for kind, noun in KINDS.items()
    )
)


_INTO = {noun: insert(TABLES[noun]) for noun in KINDS.values()}


def _insert(connection: Connection, resources: Sequence[Resource]) -> None:
    """Kind by kind, what others refer to first."""
    for noun, statement in _INTO.items():
        names = TABLES[noun].c.keys()
        rows = [
            {name: getattr(resource, name) for name in names} for resource in resources if isinstance(resource, noun)
        ]
        if rows:
            connection.execute(statement, rows)


class ResourceRecords:
    """What orders leave behind."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, key: UUID) -> Resource:
        return self._load(key)

    def lock(self, key: UUID) -> Resource:
        return self._load(key, with_for_update=True, populate_existing=True)

    def lock_all(self, keys: Collection[UUID]) -> Sequence[Resource]:
        fresh = {"populate_existing": True}
        found: list[Resource] = []
        for noun in KINDS.values():
            mine = select(noun).where(TABLES[noun].c.id.in_(keys)).order_by(TABLES[noun].c.id)
            found += self.session.scalars(mine.with_for_update().execution_options(**fresh))
        return found

    def add(self, resource: Resource) -> None:
        """Within a block of writes that go out together nobody looks for it before the block's end."""
        if is_together(self.session):
            hand_over(self.session, _insert, resource)
        else:
            record(self.session, resource)

    def of_order(self, order_id: UUID) -> Sequence[Resource]:
        key = ("resources", order_id)
        found = foreseen(self.session, key, lambda: self._every(order_id=order_id))
        return sorted(found, key=lambda resource: (resource.item, resource.name))

    def claimed_by(self, order_id: UUID) -> Sequence[Resource]:
        found = foreseen(self.session, ("claims", order_id), lambda: self._every(claimed_by=order_id))
        return sorted(found, key=lambda resource: (resource.KIND, resource.name))

    def forget_planned(self, order_id: UUID) -> int:
        tables = [TABLES[noun] for noun in reversed(KINDS.values())]
        planned = [delete(table).where(table.c.order_id == order_id, table.c.state == "planned") for table in tables]
        return sum(self.session.connection().execute(statement).rowcount for statement in planned)

    def of_server(self, server_id: UUID) -> Sequence[Resource]:
        return [
            *self._select(Volume, volumes.c.server_id == server_id, volumes.c.state.not_in(GONE)),
            *self._select(Address, addresses.c.server_id == server_id, addresses.c.state.not_in(GONE)),
        ]

    def standing(self, cloud: str) -> dict[UUID, tuple[UUID, str]]:
        every = union_all(
            *(
                select(table.c.id, table.c.department_id, table.c.zone).where(
                    table.c.cloud == cloud, table.c.state.not_in(GONE)
                )
                for table in (servers, networks)
            )
        )
        return {row[0]: (row[1], row[2]) for row in self.session.execute(every)}

    def used_by_others(self, keys: Collection[UUID], adoption_id: UUID) -> set[UUID]:
        standing = union_all(
            *(
                select(column).where(
                    column.in_(keys),
                    table.c.state.not_in(GONE),
                    or_(table.c.adoption_id.is_(None), table.c.adoption_id != adoption_id),
                )
                for table, column in (
                    (volumes, volumes.c.server_id),
                    (addresses, addresses.c.server_id),
                    (servers, servers.c.network_id),
                )
            )
        )
        return set(self.session.scalars(standing))

    def guests(self, tenant: str) -> Sequence[Resource]:
        """What stands in a project of the cloud without being its owner's any longer."""
        return [
            resource
            for noun in KINDS.values()
            for resource in self._select(noun, TABLES[noun].c.tenant == tenant, TABLES[noun].c.state.not_in(GONE))
        ]

    def of_system(self, system_id: UUID) -> Sequence[Resource]:
        return [
            resource
            for noun in KINDS.values()
            for resource in self._select(noun, TABLES[noun].c.system_id == system_id, TABLES[noun].c.state.not_in(GONE))
        ]

    def on_network(self, network_id: UUID) -> int:
        standing = servers.c.network_id == network_id, servers.c.state.not_in(GONE)
        return self.session.scalar(select(func.count()).select_from(servers).where(*standing)) or 0

    def ending_on(self, day: date) -> Sequence[Resource]:
        return [
            resource
            for noun in KINDS.values()
            for resource in self._select(noun, TABLES[noun].c.state == "active", TABLES[noun].c.expires_on == day)
        ]

    def due_for_purge(self, now: datetime) -> Sequence[Resource]:
        """Retained ones whose retention has ended, and purging ones; what stands on a thing comes before it."""
        return [resource for noun in reversed(KINDS.values()) for resource in self._due(noun, now)]

    def _due(self, noun: type[Resource], now: datetime) -> Sequence[Resource]:
        columns = TABLES[noun].c
        ended = (columns.state == "retained") & (columns.purge_after <= now)
        # What is claimed while it is purged is a clearing's: its saga deletes it, or waits for a person.
        purging = (columns.state == "purging") & columns.claimed_by.is_(None)
        return self._select(noun, or_(ended, purging))

    def _load(self, key: UUID, **options: Any) -> Resource:
        kind = self.session.execute(_KIND_OF, {"key": key}).scalar_one_or_none()
        found = None if kind is None else self.session.get(KINDS[kind], key, **options)
        if found is None:
            raise missing("resource", key)
        return found

    def foresee(self, orders: Collection[UUID]) -> None:
        """What these orders registered and what they claim, read for all at once."""

        def by(column: str) -> Iterator[tuple[UUID, Resource]]:
            for noun in KINDS.values():
                for resource in self._select(noun, TABLES[noun].c[column].in_(orders)):
                    yield getattr(resource, column), resource

        sort_out(self.session, "resources", orders, lambda: by("order_id"))
        sort_out(self.session, "claims", orders, lambda: by("claimed_by"))

    def _every(self, **equal: UUID) -> list[Resource]:
        return [resource for noun in KINDS.values() for resource in self._where(noun, **equal)]

    def _where(self, noun: type[Resource], **equal: UUID) -> Sequence[Resource]:
        return self._select(noun, *(TABLES[noun].c[name] == value for name, value in equal.items()))

    def _select(self, noun: type[Resource], *conditions: ColumnElement[bool]) -> Sequence[Resource]:
        table = TABLES[noun]
        return self.session.scalars(select(noun).where(*conditions).order_by(table.c.item, table.c.name)).all()
