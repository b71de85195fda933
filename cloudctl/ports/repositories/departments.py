"""Departments, and their projects on clouds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.departments import Department
from cloudctl.domain.quotas import Dimension
from cloudctl.domain.resources import Tenant
from cloudctl.ports.repositories.base import Repository


class Departments(Repository[Department], Protocol):
    """Departments, also by code, and their tree."""

    def by_code(self, code: str) -> Department | None: ...

    def names(self) -> dict[str, str]:
        """The names of all departments that stand, by their codes, in order."""
        ...

    def codes(self) -> dict[str, UUID]:
        """The ids of all departments that stand, by their codes."""
        ...

    def lock_tree(self, *, to_change: bool = False) -> None:
        """Nobody changes the tree until this transaction ends; with `to_change` nobody else counts on it either."""
        ...

    def settled(self, key: UUID) -> Department:
        """Like `get`, fresh, in a tree that stays as it is until this transaction ends: it is not retired meanwhile."""
        ...

    def ties(self, department_id: UUID) -> dict[str, list[str]]:
        """What keeps it from ending, by noun, at most ten names of each.

        Units; orders on their way or lying with its office; resources that are not gone; transfers that wait for a
        signature; emergencies whose paper is owed.
        """
        ...

    def limited(self, department_id: UUID) -> Sequence[tuple[str, str, Dimension]]:
        """Where it may use something: cloud, zone and dimension."""
        ...

    def line(self, department: Department) -> Sequence[Department]:
        """Itself and what stands above it, nearest first."""
        ...

    def units(self, department_id: UUID) -> Sequence[Department]:
        """What stands right below it."""
        ...

    def subtree(self, roots: Collection[UUID]) -> frozenset[UUID]:
        """These and everything that stands below one of them."""
        ...

    def carry_along(self, department: Department, from_path: str) -> None:
        """Moves what stood below the department at `from_path` to its path now."""
        ...


class Tenants(Protocol):
    """Departments' projects on clouds."""

    def get(self, department_id: UUID, cloud: str) -> Tenant | None: ...
    def add(self, tenant: Tenant) -> None: ...
