"""Official letters, with their numbers."""

from __future__ import annotations

from typing import Protocol

from cloudctl.domain.letters import Letter, LetterKind
from cloudctl.ports.repositories.base import Repository


class Letters(Repository[Letter], Protocol):
    """Official letters, with their numbers."""

    def next_number(self, kind: LetterKind, year: int) -> int:
        """The next running number of a kind in a year, without gaps."""
        ...
