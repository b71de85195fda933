"""Tenants: a department's project in a cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from cloudctl.domain.quotas import Dimension


class Tenants(Protocol):
    """Projects, keyed by the department's id."""

    def find(self, key: UUID) -> str | None:
        """The backend id of the department's project, if it has one."""
        ...

    def create(self, key: UUID, name: str) -> str:
        """Makes the project; its network access is closed by default. Answers the backend id.

        The one create that looks by itself: a department's orders may run side by side, so a project that another
        made in between is answered, not made twice.
        """
        ...

    def set_quota(self, tenant: str, limits: Mapping[Dimension, int]) -> None:
        """Sets the backend's own limits as a second fence; needs Capability.BACKEND_QUOTA."""
        ...

    def enter(self, tenant: str) -> None:
        """Lets us act in a project that we did not make, for what was adopted in it; entering twice is done.

        Raises Absent for a project that is not there.
        """
        ...

    def delete(self, tenant: str) -> None:
        """Removes an empty project."""
        ...
