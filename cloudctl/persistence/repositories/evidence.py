"""Evidence: only ever added, read by subject or as the newest of a kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from cloudctl.domain.evidence import Evidence, EvidenceKind
from cloudctl.persistence.repositories.records import Appended
from cloudctl.persistence.tables import evidence

OLDEST_FIRST = (evidence.c.observed_at, evidence.c.created_at, evidence.c.id)


def ranked(*where: ColumnElement[bool], by: Sequence[ColumnElement[object]]) -> Select[tuple[object, ...]]:
    """The rows with their place (`place`, 1 is the newest) among those with the same `by`."""
    newest_first = [column.desc() for column in OLDEST_FIRST]
    place = func.row_number().over(partition_by=list(by), order_by=newest_first).label("place")
    return select(evidence, place).where(*where)


class EvidenceRecords(Appended[Evidence]):
    """Evidence."""

    noun, what, table = Evidence, "evidence", evidence

    def of(self, subject_id: UUID) -> Sequence[Evidence]:
        return self._all(select(evidence).where(evidence.c.subject_id == subject_id).order_by(*OLDEST_FIRST))

    def newest(self, kinds: Collection[EvidenceKind]) -> Mapping[tuple[UUID, EvidenceKind], Evidence]:
        rows = ranked(evidence.c.kind.in_(list(kinds)), by=(evidence.c.subject_id, evidence.c.kind)).subquery()
        columns = [rows.c[column.name] for column in evidence.c]
        return {(row.subject_id, row.kind): row for row in self._all(select(*columns).where(rows.c.place == 1))}
