"""What systems and servers are for, as declared; it is only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.purposes import DeclaredPurpose
from cloudctl.ports.repositories.base import Repository


class Purposes(Repository[DeclaredPurpose], Protocol):
    """Declared purposes; they are only ever added."""

    def of_system(self, system_id: UUID) -> Sequence[DeclaredPurpose]:
        """All that was declared of a system and its servers, oldest first."""
        ...
