"""What systems need of each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.dependencies import Dependency
from cloudctl.ports.repositories.base import Repository


class Dependencies(Repository[Dependency], Protocol):
    """Dependencies, also as a graph."""

    def lock_graph(self) -> None:
        """Until the transaction ends nobody else adds one: two that each close half a circle follow each other."""
        ...

    def graph(self) -> dict[UUID, list[UUID]]:
        """By each system that needs others, what it needs."""
        ...

    def of(self, system_id: UUID) -> Sequence[Dependency]:
        """What it needs, and what needs it."""
        ...

    def remove(self, dependency: Dependency) -> None:
        """Takes one off; the history keeps it."""
        ...
