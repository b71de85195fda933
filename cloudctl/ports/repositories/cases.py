"""Cases of listed supervision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.cases import Case
from cloudctl.ports.repositories.base import Repository


class Cases(Repository[Case], Protocol):
    """Cases of listed supervision."""

    def lock(self, key: UUID) -> Case:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def running(self) -> Sequence[Case]:
        """Those that a department still owes, the nearest deadline first."""
        ...

    def standing(self, cause: str) -> Case | None:
        """The case that this cause has opened and that is not closed."""
        ...

    def known(self, causes: Collection[str]) -> Mapping[str, Case]:
        """The newest case of each of these causes that has opened one, closed ones included."""
        ...

    def next_number(self, year: int) -> int:
        """The next running number of a year; a transaction that is rolled back leaves no gap."""
        ...
