"""Secrets of hosts, systems and applications."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.secrets import Secret
from cloudctl.ports.repositories.base import Repository


class Secrets(Repository[Secret], Protocol):
    """Secrets of hosts, systems and applications."""

    def of(self, owner_id: UUID, name: str) -> Secret | None:
        """One of an owner, by name, locked until the transaction ends."""
        ...

    def of_owners(self, owners: Collection[UUID]) -> Sequence[Secret]:
        """All of these owners, by owner and name."""
        ...

    def under_other_keys(self, key_id: str, limit: int) -> Sequence[Secret]:
        """Those that another key sealed, locked until the transaction ends."""
        ...

    def remove(self, secret: Secret) -> None:
        """Takes it off the record: its owner is gone."""
        ...
