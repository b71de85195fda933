"""Cases of listed supervision, and their numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.cases import Case
from cloudctl.persistence.repositories.records import Records, count_up
from cloudctl.persistence.tables import cases

OWED = ("open", "returned")
AT_A_TIME = 10_000


class CaseRecords(Records[Case]):
    """Cases."""

    noun, what = Case, "case"

    def lock(self, key: UUID) -> Case:
        return self._locked(key)

    def running(self) -> Sequence[Case]:
        return self._all(select(Case).where(cases.c.state.in_(OWED)).order_by(cases.c.due_at, cases.c.id))

    def standing(self, cause: str) -> Case | None:
        return self._one(select(Case).where(cases.c.cause == cause, cases.c.state != "closed"))

    def known(self, causes: Collection[str]) -> dict[str, Case]:
        wanted, found = sorted(causes), dict[str, Case]()
        for start in range(0, len(wanted), AT_A_TIME):
            some = select(Case).where(cases.c.cause.in_(wanted[start : start + AT_A_TIME]))
            found |= {case.cause: case for case in self._all(some.order_by(cases.c.created_at, cases.c.id))}
        return found

    def next_number(self, year: int) -> int:
        """The next running number of a year."""
        return count_up(self.session, f"cases/{year}")
