"""Clocks of orders' steps, and cards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from cloudctl.domain.cards import Card
from cloudctl.domain.clocks import Clock
from cloudctl.persistence.repositories.records import Records
from cloudctl.persistence.tables import clocks


class ClockRecords(Records[Clock]):
    """Clocks. Whoever moves one has its order locked, so what was read of an order stands for the transaction.

    Reading and adding flush nothing: a transition is one UPDATE of its order, and its version rises by one.
    """

    noun, what = Clock, "clock"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._open: dict[UUID, list[Clock]] = {}

    def add(self, entity: Clock) -> None:
        self.session.add(entity)
        self._open.setdefault(entity.order_id, []).append(entity)

    def open_of(self, order_id: UUID) -> Sequence[Clock]:
        if order_id not in self._open:
            standing = select(Clock).where(clocks.c.order_id == order_id, clocks.c.ended_at.is_(None))
            with self.session.no_autoflush:
                self._open[order_id] = list(self._all(standing))
        return [clock for clock in self._open[order_id] if clock.ended_at is None]

    def foresee(self, orders: Collection[UUID]) -> None:
        """The clocks of these orders, read for all at once."""
        self._open |= {key: [] for key in orders}
        for clock in self._all(select(Clock).where(clocks.c.order_id.in_(orders), clocks.c.ended_at.is_(None))):
            self._open[clock.order_id].append(clock)

    def running(self) -> Sequence[Clock]:
        going = select(Clock).where(clocks.c.ended_at.is_(None), clocks.c.stopped_at.is_(None))
        return self._all(going.order_by(clocks.c.promised_on, clocks.c.id))


class CardRecords(Records[Card]):
    """Cards."""

    noun, what = Card, "card"

    def lock(self, key: UUID) -> Card:
        return self._locked(key)
