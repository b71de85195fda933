"""Rules of adoption, adoptions, and what they take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.adoptions import Adoption, AdoptionRule, Taking
from cloudctl.ports.repositories.base import Repository


class AdoptionRules(Repository[AdoptionRule], Protocol):
    """Rules, also by code."""

    def by_code(self, code: str) -> AdoptionRule | None: ...

    def all(self) -> Sequence[AdoptionRule]:
        """Every rule, by code."""
        ...

    def remove(self, rule: AdoptionRule) -> None:
        """Takes a rule off the record; adoptions that it made stay."""
        ...


class Adoptions(Repository[Adoption], Protocol):
    """Adoptions and their takings."""

    def lock(self, key: UUID) -> Adoption:
        """Like `get`, and whoever else locks it waits until this transaction ends."""
        ...

    def next_number(self, year: int) -> str:
        """The next running number, as `NG2026-0017`."""
        ...

    def add_takings(self, takings: Iterable[Taking]) -> None:
        """Puts what is to be taken on record, many rows a statement."""
        ...

    def takings(self, adoption_id: UUID, *states: str, after: int = -1, limit: int | None = None) -> Sequence[Taking]:
        """What it takes, in these states or any, by position; those of `after` and before are left out."""
        ...

    def move(self, keys: Collection[UUID], before: str, state: str, note: str | None) -> None:
        """Puts those of these takings that are in the state `before` into another; a statement for hundreds."""
        ...

    def counts(self, adoption_id: UUID) -> dict[str, int]:
        """How many takings are in each state."""
        ...

    def under_way(self, cloud: str) -> set[UUID]:
        """The resources of a cloud on which an adoption, or an undoing, is still at work."""
        ...

    def tie(self, pairs: Mapping[UUID, UUID]) -> set[UUID]:
        """Makes objects of the inventory those of resources (object -> resource); answers the objects that were free.

        What has become a resource's meanwhile, carries a key or is missing is left as it is.
        """
        ...

    def untie(self, resources: Collection[UUID]) -> None:
        """Lets objects be nobody's again."""
        ...
