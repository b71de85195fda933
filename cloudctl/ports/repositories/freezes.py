"""Freeze windows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.freezes import Freeze
from cloudctl.ports.repositories.base import Repository


class Freezes(Repository[Freeze], Protocol):
    """Freeze windows."""

    def lock(self, key: UUID) -> Freeze:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def ending_after(self, moment: datetime) -> Sequence[Freeze]:
        """Those that end after `moment`, cancelled ones included, by their beginning."""
        ...
