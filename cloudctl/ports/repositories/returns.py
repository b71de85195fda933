"""Returns for correction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.returns import Return
from cloudctl.ports.repositories.base import Repository


class Returns(Repository[Return], Protocol):
    """Returns for correction."""

    def of_order(self, order_id: UUID) -> Sequence[Return]:
        """By round."""
        ...
