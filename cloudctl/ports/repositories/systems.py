"""Systems, also by code, and many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from cloudctl.domain.systems import System
from cloudctl.ports.repositories.base import Repository


class Systems(Repository[System], Protocol):
    """Systems, also by code, and many at once."""

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

    def lock(self, key: UUID) -> System: ...

    def some(self, keys: Collection[UUID]) -> Sequence[System]:
        """Those with these ids, by code."""
        ...

    def merged_into(self, key: UUID) -> Sequence[System]:
        """Those that were merged into a system, by code."""
        ...

    def on_record(self) -> dict[str, dict[str, Any]]:
        """Every system's fields by name, by its code: for who compares them with many others."""
        ...

    def put_many(self, new: Sequence[System], changed: Mapping[UUID, Mapping[str, object]]) -> None:
        """Puts many on record, and changes the named fields of others, in a few statements with their versions.

        A code that is taken raises Conflict. Nothing is checked here: `System.check` has to have been passed.
        """
        ...
