"""Runs of playbooks: what waits, what is open, what they said and left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.runs import Run, RunArtifact, RunBatch
from cloudctl.ports.repositories.base import Repository


class Runs(Repository[Run], Protocol):
    """Runs of playbooks: what waits, what is open, what they said and left."""

    def lock(self, key: UUID) -> Run:
        """Like `get`, and no other transaction can change it until this one ends."""
        ...

    def find(self, key: UUID) -> Run | None:
        """By id; None for none."""
        ...

    def lock_turns(self) -> None:
        """Nobody else decides whose turn it is until this transaction ends; taken before any run is locked."""
        ...

    def waiting(self) -> Sequence[Run]:
        """Those in the queue, in the order in which they are served."""
        ...

    def going(self) -> Sequence[Run]:
        """Those whose hosts are their own."""
        ...

    def claim(self, run: Run) -> None:
        """Its hosts are its own; raises Conflict where one is another's."""
        ...

    def unclaim(self, run: Run) -> None:
        """Its hosts are free again."""
        ...

    def say(self, run_id: UUID, batch: RunBatch) -> None:
        """Puts on record what a run said; the last act of its transaction, so that no reader passes it by."""
        ...

    def keep(self, run_id: UUID, artifact: RunArtifact) -> None:
        """Puts a file of a run on record; one of the same name is replaced."""
        ...

    def artifacts(self, run_id: UUID) -> Sequence[RunArtifact]:
        """The files that a run left, by name."""
        ...
