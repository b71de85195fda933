"""Returns of orders for correction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from cloudctl.domain.returns import Return
from cloudctl.persistence.repositories.records import Appended
from cloudctl.persistence.tables import returns


class ReturnRecords(Appended[Return]):
    """Returns. Whoever makes one has its order locked, so what was read of an order stands for the transaction."""

    noun, what, table = Return, "return", returns

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._known: dict[UUID, list[Return]] = {}

    def add(self, entity: Return) -> None:
        super().add(entity)
        if entity.order_id in self._known:
            self._known[entity.order_id].append(entity)

    def of_order(self, order_id: UUID) -> Sequence[Return]:
        """By round."""
        if order_id not in self._known:
            self.foresee([order_id])
        return list(self._known[order_id])

    def foresee(self, orders: Collection[UUID]) -> None:
        """The returns of these orders, read for all at once."""
        self._known |= {key: [] for key in orders}
        made = select(returns).where(returns.c.order_id.in_(orders)).order_by(returns.c.round)
        for one in self._all(made):
            self._known[one.order_id].append(one)
