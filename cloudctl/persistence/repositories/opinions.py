"""Opinions of the specialists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.opinions import Opinion, in_order
from cloudctl.persistence.repositories.foresight import foreseen, sort_out
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import opinions


class OpinionRecords(Records[Opinion]):
    """Opinions. Who changes one has locked its order before."""

    noun, what = Opinion, "opinion"

    def of_order(self, order_id: UUID) -> Sequence[Opinion]:
        """All, void ones included, in the specialists' order."""
        return in_order(foreseen(self.session, ("opinions", order_id), lambda: self._of([order_id])))

    def foresee(self, orders: Collection[UUID]) -> None:
        """The opinions on these orders, read for all at once."""
        sort_out(self.session, "opinions", orders, lambda: ((found.order_id, found) for found in self._of(orders)))

    def _of(self, orders: Collection[UUID]) -> Sequence[Opinion]:
        return self._all(select(Opinion).where(opinions.c.order_id.in_(orders)))
