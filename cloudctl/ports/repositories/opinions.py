"""What specialists were asked, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.opinions import Opinion
from cloudctl.ports.repositories.base import Repository


class Opinions(Repository[Opinion], Protocol):
    """What specialists were asked, and their answers."""

    def of_order(self, order_id: UUID) -> Sequence[Opinion]:
        """All, void ones included, in the specialists' order."""
        ...
