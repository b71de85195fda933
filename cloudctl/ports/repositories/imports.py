"""Forms that were imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.imports import Import
from cloudctl.ports.repositories.base import Repository


class Imports(Repository[Import], Protocol):
    """Forms that were imported."""

    def of_file(self, department_id: UUID, digest: str) -> Sequence[Import]:
        """Those of this very file, in turn; whoever else takes it waits until this transaction ends."""
        ...
