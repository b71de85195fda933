"""Orders and their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from cloudctl.domain.orders import Order
from cloudctl.persistence.repositories.records import Records, insert_unless_there
from cloudctl.persistence.tables import counters, orders


class OrderRecords(Records[Order]):
    """Orders."""

    noun, what = Order, "order"

    def lock(self, key: UUID) -> Order:
        return self._locked(key)

    def next_number(self, year: int) -> str:
        """The next running number, as `2026-000017`; a transaction that is rolled back leaves no gap."""
        name = f"orders/{year}"
        insert_unless_there(self.session, counters, {"name": name, "value": 0})
        counted = update(counters).where(counters.c.name == name).values(value=counters.c.value + 1)
        number = self.session.execute(counted.returning(counters.c.value)).scalar_one()
        return f"{year}-{number:06d}"

    def due_for_correction(self, now: datetime) -> Sequence[Order]:
        due = select(Order).where(orders.c.state == "returned", orders.c.correction_due <= now)
        return self._all(due.order_by(orders.c.correction_due))
