"""What becomes of systems."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select

from cloudctl.domain.assessments import Assessment, Disposition
from cloudctl.persistence.errors import translated
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import assessments

_COLUMNS = [column.name for column in assessments.columns]


class AssessmentRecords(Records[Assessment]):
    """Assessments."""

    noun, what = Assessment, "assessment"

    def lock(self, key: UUID) -> Assessment:
        return self._locked(key)

    def of_system(self, system_id: UUID) -> Assessment | None:
        return self._one(select(Assessment).where(assessments.c.system_id == system_id))

    def of_systems(self, keys: Collection[UUID]) -> Sequence[Assessment]:
        theirs = select(Assessment).where(assessments.c.system_id.in_(keys))
        return self._all(theirs.order_by(assessments.c.id).with_for_update())

    def all(self) -> Sequence[Assessment]:
        return self._all(select(Assessment).order_by(assessments.c.id))

    def lapsed(self, today: date) -> Sequence[Assessment]:
        over = select(Assessment).where(
            assessments.c.state == "decided",
            assessments.c.verdict == Disposition.POSTPONE,
            assessments.c.until_on < today,
        )
        return self._all(over.order_by(assessments.c.id).with_for_update())

    def add_many(self, new: Sequence[Assessment]) -> None:
        if new:
            rows = [{name: getattr(one, name) for name in _COLUMNS} for one in new]
            with translated():
                self.session.connection().execute(insert(assessments), rows)
