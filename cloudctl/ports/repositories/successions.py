"""What refers to a system, when another one takes its place."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Successions(Protocol):
    """All that hangs on a system."""

    def ties(self, system_id: UUID) -> dict[str, list[str]]:
        """What stands for the system in its department's name, a few names of each noun: it cannot go to another."""
        ...

    def hand_over(self, system_id: UUID, to_id: UUID) -> dict[str, int]:
        """Has everything that refers to the system refer to the other one; answers by noun how much that was.

        Dependencies that would stand twice, or lead from the successor to itself, go. What earlier mergers led to the
        system stays as it was: the line of successors is kept.
        """
        ...
