"""Shadow systems, their turns, and the sweeps that show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.drift import Finding
from cloudctl.domain.shadows import Shadow, Turn
from cloudctl.domain.sweeps import Sweep
from cloudctl.ports.repositories.base import Repository


class Shadows(Repository[Shadow], Protocol):
    """Shadow systems; their turns are only ever added."""

    def lock(self, key: UUID) -> Shadow:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def known(self) -> Mapping[UUID, Shadow]:
        """All of them, by id."""
        ...

    def cleared_by(self, clearing_id: UUID) -> Sequence[Shadow]:
        """Those that are `clearing` through this case, locked, by id."""
        ...

    def turn(self, turn: Turn) -> None:
        """Puts a turn on record."""
        ...

    def turns_of(self, key: UUID) -> Sequence[Turn]:
        """The turns of a shadow, in order."""
        ...

    def findings(self, keys: Collection[UUID]) -> Mapping[UUID, Finding]:
        """These findings of drift, by id."""
        ...

    def former_addresses(self, since: datetime) -> Mapping[UUID, frozenset[str]]:
        """The addresses that objects of the inventory had since then and no longer have, by object."""
        ...

    def declared_ports(self) -> Mapping[UUID, Sequence[str]]:
        """By system what its delivered orders say of ports, in the words of the form."""
        ...


class Sweeps(Protocol):
    """Sweeps; only ever added."""

    def add(self, sweep: Sweep) -> None: ...

    def newest(self) -> Sequence[Sweep]:
        """The newest of each kind and source, by these."""
        ...

    def newest_of(self, kind: str, source: str) -> Sweep | None:
        """The newest of one source."""
        ...
