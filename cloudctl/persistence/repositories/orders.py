"""Orders and their numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update

from cloudctl.domain.clocks import Clock
from cloudctl.domain.orders import Order
from cloudctl.persistence.repositories.records import Records, insert_unless_there
from cloudctl.persistence.tables import counters, orders


class OrderRecords(Records[Order]):
    """Orders."""

    noun, what = Order, "order"

    def get(self, key: UUID) -> Order:
        return self._with_clock(super().get(key))

    def lock(self, key: UUID) -> Order:
        return self._with_clock(self._locked(key))

    def _with_clock(self, order: Order) -> Order:
        order.clock = None if order.clock_id is None else self.session.get(Clock, order.clock_id)
        return order

    def lock_all(self, keys: Collection[UUID], numbers: Collection[str]) -> Sequence[Order]:
        named = or_(orders.c.id.in_(keys), orders.c.number.in_(numbers))
        in_order = select(Order).where(named).order_by(orders.c.department_id, orders.c.id)
        return self._all(in_order.with_for_update().execution_options(populate_existing=True))

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
