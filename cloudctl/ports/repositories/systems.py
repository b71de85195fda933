"""Systems, also by code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.systems import System
from cloudctl.ports.repositories.base import Repository


class Systems(Repository[System], Protocol):
    """Systems, also by code."""

    def by_code(self, code: str) -> System | None: ...

    def names(self) -> dict[str, str]:
        """Every system's name by its code, by code."""
        ...

    def codes(self) -> dict[str, tuple[UUID, UUID]]:
        """Every system's id and its department's, by its code."""
        ...

    def of_department(self, department_id: UUID) -> Sequence[System]:
        """Its systems, by code."""
        ...
