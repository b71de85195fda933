"""Servers, volumes, networks and addresses alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.resources import Resource


class Resources(Protocol):
    """Servers, volumes, networks and addresses alike."""

    def get(self, key: UUID) -> Resource:
        """By id, whatever its kind; raises NotFound."""
        ...

    def lock(self, key: UUID) -> Resource:
        """Like `get`, and no other transaction can change it until this one ends."""
        ...

    def lock_all(self, keys: Collection[UUID]) -> Sequence[Resource]:
        """Those of these ids that there are, whatever their kinds, fresh and locked; a statement a kind."""
        ...

    def add(self, resource: Resource) -> None: ...

    def of_order(self, order_id: UUID) -> Sequence[Resource]:
        """What an order asked for, by item and name."""
        ...

    def claimed_by(self, order_id: UUID) -> Sequence[Resource]:
        """What an order is changing."""
        ...

    def forget_planned(self, order_id: UUID) -> int:
        """Takes what an order registered and nothing has been built of off the record; answers how many."""
        ...

    def of_server(self, server_id: UUID) -> Sequence[Resource]:
        """Volumes and addresses that belong to a server and are not gone."""
        ...

    def standing(self, cloud: str) -> dict[UUID, tuple[UUID, str]]:
        """Of a cloud's servers and networks that are not gone: department and zone, by id."""
        ...

    def used_by_others(self, keys: Collection[UUID], adoption_id: UUID) -> set[UUID]:
        """Which of these servers and networks have something on them, not gone, that came another way."""
        ...

    def guests(self, tenant: str) -> Sequence[Resource]:
        """What stands in a project of the cloud, by its backend id, and was transferred to another department."""
        ...

    def of_system(self, system_id: UUID) -> Sequence[Resource]:
        """What a system has, of every kind, and is not gone."""
        ...

    def on_network(self, network_id: UUID) -> int:
        """How many servers stand on a network and are not gone."""
        ...

    def ending_on(self, day: date) -> Sequence[Resource]:
        """Active ones whose term ends on that day."""
        ...

    def due_for_purge(self, now: datetime) -> Sequence[Resource]:
        """Retained ones whose retention has ended, and purging ones."""
        ...
