"""Proposals of what is not used, and what a look for waste looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from cloudctl.domain.orders import Order
from cloudctl.domain.waste import Proposal
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import (
    addresses,
    inventory_changes,
    networks,
    orders,
    purposes,
    servers,
    volumes,
    waste_proposals,
)
from cloudctl.persistence.types import Instant

AT_ONCE = 500
WATCHED = frozenset({"status", "server", "vcpu", "memory_mib"})


class WasteRecords(Records[Proposal]):
    """Implements ports.repositories.waste.Waste."""

    noun, what = Proposal, "proposal"

    def lock(self, key: UUID) -> Proposal:
        return self._locked(key)

    def known(self) -> Mapping[UUID, Proposal]:
        return {one.id: one for one in self._all(select(Proposal))}

    def orders_of(self, keys: Collection[UUID]) -> Mapping[UUID, Order]:
        found: dict[UUID, Order] = {}
        for some in _in_parts(keys):
            found |= {one.id: one for one in self.session.scalars(select(Order).where(orders.c.id.in_(some)))}
        return found

    def since(self, objects: Collection[UUID]) -> Mapping[tuple[UUID, str], datetime]:
        found: dict[tuple[UUID, str], datetime] = {}
        for some in _in_parts(objects):
            changes = (
                select(inventory_changes.c.object_id, inventory_changes.c.at, inventory_changes.c.fields)
                .where(inventory_changes.c.object_id.in_(some))
                .order_by(inventory_changes.c.at)
            )
            for key, at, fields in self._rows(changes):
                changed = WATCHED if "state" in fields else WATCHED & fields.keys()
                found |= {(key, name): at for name in changed}
        return found

    def purposes(self) -> Mapping[UUID, str]:
        p = purposes.c
        rows = select(p.system_id, p.server_id, p.purpose).order_by(p.created_at, p.id)
        return {server or system: purpose.value for system, server, purpose in self._rows(rows)}

    def specifications(self, cloud: str) -> Mapping[UUID, str]:
        rows = select(servers.c.id, servers.c.specification).where(
            servers.c.cloud == cloud, servers.c.state == "active", servers.c.specification.is_not(None)
        )
        return {key: code for key, code in self._rows(rows)}  # noqa: C416

    def protected(self, cloud: str) -> Collection[UUID]:
        return {
            key
            for table in (servers, volumes, networks, addresses)
            for (key,) in self._rows(select(table.c.id).where(table.c.cloud == cloud, table.c.protected))
        }

    def emptied(self, networks: Collection[UUID]) -> Mapping[UUID, datetime]:
        found: dict[UUID, datetime] = {}
        for some in _in_parts(networks):
            gone = func.max(servers.c.gone_at, type_=Instant)
            rows = select(servers.c.network_id, gone).where(
                servers.c.network_id.in_(some), servers.c.gone_at.is_not(None)
            )
            found |= {key: at for key, at in self._rows(rows.group_by(servers.c.network_id))}  # noqa: C416
        return found

    def of_resources(self, resources: Collection[UUID]) -> Sequence[Proposal]:
        return [
            one
            for some in _in_parts(resources)
            for one in self._all(select(Proposal).where(waste_proposals.c.resource_id.in_(some)))
        ]

    def _rows(self, statement: Any) -> Any:
        return self.session.connection().execute(statement)


def _in_parts(keys: Collection[UUID]) -> Iterator[list[UUID]]:
    every = list(keys)
    return (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE))
