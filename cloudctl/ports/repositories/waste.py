"""Proposals of what is not used, and what a look for waste looks at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from cloudctl.domain.orders import Order
from cloudctl.domain.waste import Proposal
from cloudctl.ports.repositories.base import Repository


class Waste(Repository[Proposal], Protocol):
    """Proposals of what is not used."""

    def lock(self, key: UUID) -> Proposal:
        """Like `get`, and no other transaction can change it until this one ends; raises NotFound."""
        ...

    def known(self) -> Mapping[UUID, Proposal]:
        """All of them, by id."""
        ...

    def orders_of(self, keys: Collection[UUID]) -> Mapping[UUID, Order]:
        """These orders, by id."""
        ...

    def since(self, objects: Collection[UUID]) -> Mapping[tuple[UUID, str], datetime]:
        """When each field of these objects of the inventory last changed, of those of which a change is on record.

        An object that was missing in between has all of its fields from when it was back.
        """
        ...

    def purposes(self) -> Mapping[UUID, str]:
        """What was declared last of systems and of servers, by their ids."""
        ...

    def specifications(self, cloud: str) -> Mapping[UUID, str]:
        """The catalogue's code of each server of a cloud that is in use and has one."""
        ...

    def protected(self, cloud: str) -> Collection[UUID]:
        """Resources of a cloud whose release is refused."""
        ...

    def emptied(self, networks: Collection[UUID]) -> Mapping[UUID, datetime]:
        """When the last server of each of these segments went, of those that had one."""
        ...

    def of_resources(self, resources: Collection[UUID]) -> Sequence[Proposal]:
        """What was proposed of these resources."""
        ...
