"""What the records of the two kinds of fitting share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.fittings import Fitting
from cloudctl.persistence.mapping import TABLES
from cloudctl.persistence.repositories.foresight import foreseen, sort_out
from cloudctl.persistence.repositories.records import Records

F = TypeVar("F", bound=Fitting)


class FittingRecords(Records[F]):
    """The records of one kind."""

    def lock(self, key: UUID) -> F:
        return self._locked(key)

    def find(self, key: UUID) -> F | None:
        return self.session.get(self.noun, key)

    def by_number(self, number: str) -> F | None:
        return self._one(select(self.noun).where(self._columns.number == number))

    def of_order(self, order_id: UUID) -> Sequence[F]:
        return foreseen(self.session, (self.what, order_id), lambda: self._asked_by([order_id]))

    def foresee(self, orders: Collection[UUID]) -> None:
        """What these orders asked for, read for all at once."""

        def asked() -> Iterator[tuple[UUID, F]]:
            for fitting in self._asked_by(orders):
                assert fitting.order_id is not None
                yield fitting.order_id, fitting

        sort_out(self.session, self.what, orders, asked)

    def _asked_by(self, orders: Collection[UUID]) -> Sequence[F]:
        return self._all(select(self.noun).where(self._columns.order_id.in_(orders)).order_by(self._columns.item))

    def of_department(self, department_id: UUID) -> Sequence[F]:
        mine = select(self.noun).where(self._columns.department_id == department_id)
        return self._all(mine.order_by(self._columns.number))

    def ending_on(self, day: date) -> Sequence[F]:
        ending = self._columns.state == "in_use", self._columns.until_on == day
        return self._all(select(self.noun).where(*ending).order_by(self._columns.number))

    @property
    def _columns(self) -> Any:
        return TABLES[self.noun].c
