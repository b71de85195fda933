"""Access grants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from cloudctl.domain.access_grants import AccessGrant
from cloudctl.ports.repositories.base import Repository


class AccessGrants(Repository[AccessGrant], Protocol):
    """Access grants."""

    def lock(self, key: UUID) -> AccessGrant:
        """By id and fresh, locked until the transaction ends; raises NotFound."""
        ...

    def over(self, today: date) -> Sequence[tuple[AccessGrant, str]]:
        """Those asked for or in force whose end has come, each with its cause.

        The cause is `day`, `contract`, `person` (the account is no longer active) or `system`.
        """
        ...
