"""Clouds on record; `by_code` raises NotFound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cloudctl.domain.clouds import Cloud
from cloudctl.ports.repositories.base import Repository


class Clouds(Repository[Cloud], Protocol):
    """Clouds on record; `by_code` raises NotFound."""

    def by_code(self, code: str) -> Cloud: ...
    def lock(self, code: str) -> Cloud:
        """Like `by_code`, and whoever else locks it waits until this transaction ends."""
        ...

    def all(self) -> Sequence[Cloud]: ...
