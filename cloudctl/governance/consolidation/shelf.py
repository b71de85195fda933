"""The evidence of one subject as it was on record at a time, the newest of each kind first.

shelf = Shelf(rows, at)
shelf.current(EvidenceKind.POWER_READING)      # the newest that counts; None where none does
shelf.lapsed(EvidenceKind.POWER_READING)       # the newest that expired, where none counts
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cloudctl.domain.evidence import Evidence, EvidenceKind


class Shelf:
    """What was on record at `at`; what was observed before `since` belongs to an earlier closure and is set apart."""

    def __init__(self, rows: Iterable[Evidence], at: datetime, since: datetime | None = None) -> None:
        self.at = at
        there = [row for row in rows if row.created_at <= at and row.observed_at <= at]
        there.sort(key=lambda row: (row.observed_at, row.created_at, row.id), reverse=True)
        self.earlier = [row for row in there if since is not None and row.observed_at < since]
        self._rows = [row for row in there if since is None or row.observed_at >= since]

    def current(self, kind: EvidenceKind) -> Evidence | None:
        """The newest of a kind that counts."""
        return next(iter(self.counting(kind)), None)

    def lapsed(self, kind: EvidenceKind) -> Evidence | None:
        """The newest of a kind, where none of them counts any more."""
        rows = [row for row in self._rows if row.kind is kind]
        return rows[0] if rows and not self.counting(kind) else None

    def counting(self, kind: EvidenceKind) -> Sequence[Evidence]:
        """All of a kind that have not expired, the newest first."""
        return [row for row in self._rows if row.kind is kind and row.counts_at(self.at)]

    def by_part(self, kind: EvidenceKind) -> dict[str, Evidence]:
        """The newest of a kind that counts, for each part of the subject."""
        found: dict[str, Evidence] = {}
        for row in self.counting(kind):
            found.setdefault(row.about, row)
        return found
