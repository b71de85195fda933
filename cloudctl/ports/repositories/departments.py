"""Departments, and their projects on clouds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.departments import Department
from cloudctl.domain.resources import Tenant
from cloudctl.ports.repositories.base import Repository


class Departments(Repository[Department], Protocol):
    """Departments, also by code, and their tree."""

    def by_code(self, code: str) -> Department | None: ...

    def lock_tree(self, *, to_change: bool = False) -> None:
        """Nobody changes the tree until this transaction ends; with `to_change` nobody else counts on it either."""
        ...

    def line(self, department: Department) -> Sequence[Department]:
        """Itself and what stands above it, nearest first."""
        ...

    def units(self, department_id: UUID) -> Sequence[Department]:
        """What stands right below it."""
        ...

    def carry_along(self, department: Department, from_path: str) -> None:
        """Moves what stood below the department at `from_path` to its path now."""
        ...


class Tenants(Protocol):
    """Departments' projects on clouds."""

    def get(self, department_id: UUID, cloud: str) -> Tenant | None: ...
    def add(self, tenant: Tenant) -> None: ...
