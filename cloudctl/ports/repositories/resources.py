"""Servers, volumes, networks and addresses alike."""

from __future__ import annotations

from collections.abc import Sequence
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

    def guests(self, tenant: str) -> Sequence[Resource]:
        """What stands in a project of the cloud, by its backend id, and was transferred to another department."""
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
