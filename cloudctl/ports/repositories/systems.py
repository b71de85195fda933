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

    def of_department(self, department_id: UUID) -> Sequence[System]:
        """Its systems, by code."""
        ...
