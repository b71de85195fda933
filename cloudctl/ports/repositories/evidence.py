"""Evidence; it is only ever added."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.evidence import Evidence, EvidenceKind
from cloudctl.ports.repositories.base import Repository


class EvidenceRecords(Repository[Evidence], Protocol):
    """Evidence; it is only ever added."""

    def of(self, subject_id: UUID) -> Sequence[Evidence]:
        """All of a subject, oldest first."""
        ...

    def newest(self, kinds: Collection[EvidenceKind]) -> Mapping[tuple[UUID, EvidenceKind], Evidence]:
        """The last observation of each of these kinds, by subject and kind."""
        ...
