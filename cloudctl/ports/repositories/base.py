"""What every noun's records offer."""

from __future__ import annotations

from typing import Protocol, TypeVar
from uuid import UUID

T = TypeVar("T")


class Repository(Protocol[T]):
    """What every noun's repository offers."""

    def get(self, key: UUID) -> T:
        """By id; raises NotFound."""
        ...

    def add(self, entity: T) -> None:
        """Puts a new one on record; a unique field that is taken raises Conflict naming it."""
        ...
