"""The quota ledger (invariant 2).

An account's sums move by guarded updates alone, in the fixed order of `Dimension`: whoever comes second waits for the
first, then sees what is left, so holds and commits never pass the limit and nobody waits in a circle. Every booking
writes a line. A department without an account has the installation's default as its limit.

Ledger lines are positive: held = holds - released - committed lines; committed = commits + adopted - freed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, select, update
from sqlalchemy.orm import Session

from cloudctl.domain.errors import Conflict, QuotaExceeded
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Demand, Dimension, Entry, EntryKind, Quota
from cloudctl.persistence.repositories.records import insert_unless_there, record
from cloudctl.persistence.tables import quota_entries, quotas

_DIMENSIONS = tuple(Dimension)
_HELD_BY_LINE = case(
    (quota_entries.c.kind == EntryKind.HOLD, quota_entries.c.amount),
    (quota_entries.c.kind.in_([EntryKind.RELEASE_HOLD, EntryKind.COMMIT]), -quota_entries.c.amount),
    else_=0,
)
_held, _committed, _limit = quotas.c.held, quotas.c.committed, quotas.c.limit


class Ledger:
    """Accounts and lines. `default` is the limit, per dimension, of a department that was given none."""

    def __init__(self, session: Session, now: datetime, default: int) -> None:
        self.session = session
        self.now = now
        self.default = default

    def of(self, department_id: UUID, cloud: str, zone: str) -> dict[Dimension, Quota]:
        mine = select(Quota).where(*_account(department_id, cloud, zone))
        found = self.session.scalars(mine.execution_options(populate_existing=True))
        return {quota.dimension: quota for quota in found}

    def set_limit(self, department_id: UUID, cloud: str, zone: str, dimension: Dimension, limit: int) -> Quota:
        """Opens the account or changes its limit. A limit below what is in use only stops further growth."""
        self._open(department_id, cloud, zone, dimension, limit)
        here = select(Quota).where(*_account(department_id, cloud, zone), quotas.c.dimension == dimension)
        quota = self.session.scalars(here.with_for_update().execution_options(populate_existing=True)).one()
        quota.limit = limit
        self.session.flush()
        return quota

    def hold(self, order: Order, demand: Demand) -> None:
        """Holds the growth of `demand`; raises QuotaExceeded naming the first dimension without room."""
        for dimension, amount in _in_order(demand.growth()):
            quota_id = self._take(order, dimension, amount)
            if quota_id is None and self._open_by_default(order, dimension):
                quota_id = self._take(order, dimension, amount)
            if quota_id is None:
                raise self._exceeded(order, dimension, amount)
            self._line(quota_id, order.id, EntryKind.HOLD, amount)

    def release(self, order: Order) -> None:
        """Lets go of what the order still holds; a second call finds nothing."""
        for account in self._holding(order):
            self._book(account.id, held=-account.net)
            self._line(account.id, order.id, EntryKind.RELEASE_HOLD, account.net)

    def commit(self, order: Order, amounts: Demand) -> None:
        """Turns held amounts into committed ones; raises Conflict for more than the order holds."""
        holding = {account.dimension: account for account in self._holding(order)}
        for dimension, amount in _in_order(amounts.growth()):
            account = holding.get(dimension)
            if account is None or account.net < amount:
                held = 0 if account is None else account.net
                raise _short("The order holds {left} {dimension}, not {asked}.", dimension, amount, held)
            self._book(account.id, held=-amount, committed=amount)
            self._line(account.id, order.id, EntryKind.COMMIT, amount)

    def free(self, department_id: UUID, cloud: str, zone: str, amounts: Demand, order_id: UUID | None) -> None:
        """Gives committed amounts back, of either sign; raises Conflict for more than is committed."""
        for dimension, amount in _in_order(amounts):
            here = (*_account(department_id, cloud, zone), quotas.c.dimension == dimension, _committed >= abs(amount))
            given = update(quotas).where(*here).values(committed=_committed - abs(amount)).returning(quotas.c.id)
            quota_id = self.session.execute(given).scalar_one_or_none()
            if quota_id is None:
                raise _short("Less than {asked} {dimension} is committed.", dimension, abs(amount), 0)
            self._line(quota_id, order_id, EntryKind.FREE, abs(amount))

    def adopt(self, department_id: UUID, cloud: str, zone: str, amounts: Demand) -> None:
        """Commits what stands already, past the limit if need be: only later growth is then refused."""
        for dimension, amount in _in_order(amounts.growth()):
            self._open(department_id, cloud, zone, dimension, self.default)
            here = (*_account(department_id, cloud, zone), quotas.c.dimension == dimension)
            taken = update(quotas).where(*here).values(committed=_committed + amount).returning(quotas.c.id)
            self._line(self.session.execute(taken).scalar_one(), None, EntryKind.ADOPT, amount)

    def used_by_cloud(self) -> dict[tuple[str, Dimension], int]:
        sums = select(quotas.c.cloud, quotas.c.dimension, func.sum(_held + _committed))
        rows = self.session.execute(sums.group_by(quotas.c.cloud, quotas.c.dimension))
        return {(cloud, dimension): int(used) for cloud, dimension, used in rows}

    def _take(self, order: Order, dimension: Dimension, amount: int) -> UUID | None:
        """The guarded update: the account's id, or None where there is no account or no room."""
        here = (*_account_of(order), quotas.c.dimension == dimension, _held + _committed + amount <= _limit)
        taken = update(quotas).where(*here).values(held=_held + amount).returning(quotas.c.id)
        return self.session.execute(taken).scalar_one_or_none()

    def _open_by_default(self, order: Order, dimension: Dimension) -> bool:
        if self.default <= 0:
            return False
        return self._open(order.department_id, order.cloud or "", order.zone, dimension, self.default)

    def _open(self, department_id: UUID, cloud: str, zone: str, dimension: Dimension, limit: int) -> bool:
        account = {"department_id": department_id, "cloud": cloud, "zone": zone, "dimension": dimension}
        sums = {"limit": limit, "held": 0, "committed": 0, "version": 1}
        return insert_unless_there(self.session, quotas, {"id": new_id(), **account, **sums})

    def _exceeded(self, order: Order, dimension: Dimension, asked: int) -> QuotaExceeded:
        quota = self.of(order.department_id, order.cloud or "", order.zone).get(dimension)
        return QuotaExceeded(
            "The quota leaves {left} {dimension} of {limit}; the order asks for {asked}.",
            field="items",
            way_out="Ask for less, release what is not needed, or ask the office for a higher quota.",
            dimension=dimension.value,
            asked=asked,
            left=self.default if quota is None else quota.left,
            limit=self.default if quota is None else quota.limit,
        )

    def _holding(self, order: Order) -> list[Row[UUID, Dimension, int]]:
        """(id, dimension, net) of the accounts in which the order still holds something, locked, in order."""
        lines = select(quota_entries.c.quota_id).where(quota_entries.c.order_id == order.id)
        locked = select(quotas.c.id).where(quotas.c.id.in_(lines)).order_by(_rank()).with_for_update()
        ids = self.session.scalars(locked).all()
        net = func.sum(_HELD_BY_LINE).label("net")
        sums = select(quotas.c.id, quotas.c.dimension, net).join(quota_entries, quota_entries.c.quota_id == quotas.c.id)
        mine = sums.where(quotas.c.id.in_(ids), quota_entries.c.order_id == order.id)
        grouped = mine.group_by(quotas.c.id, quotas.c.dimension).having(net > 0).order_by(_rank())
        return list(self.session.execute(grouped).all())

    def _book(self, quota_id: UUID, *, held: int = 0, committed: int = 0) -> None:
        sums = {"held": _held + held, "committed": _committed + committed}
        self.session.execute(update(quotas).where(quotas.c.id == quota_id).values(sums))

    def _line(self, quota_id: UUID, order_id: UUID | None, kind: EntryKind, amount: int) -> None:
        record(self.session, Entry(quota_id=quota_id, order_id=order_id, kind=kind, amount=int(amount), at=self.now))


def _account(department_id: UUID, cloud: str, zone: str) -> tuple[ColumnElement[bool], ...]:
    return quotas.c.department_id == department_id, quotas.c.cloud == cloud, quotas.c.zone == zone


def _account_of(order: Order) -> tuple[ColumnElement[bool], ...]:
    return _account(order.department_id, order.cloud or "", order.zone)


def _in_order(amounts: Demand) -> Iterable[tuple[Dimension, int]]:
    return ((dimension, amounts[dimension]) for dimension in _DIMENSIONS if amounts[dimension])


def _rank() -> ColumnElement[int]:
    """The fixed order of dimensions in SQL: every transaction locks accounts in it."""
    return case({dimension: place for place, dimension in enumerate(_DIMENSIONS)}, value=quotas.c.dimension)


def _short(message: str, dimension: Dimension, asked: int, left: int) -> Conflict:
    return Conflict(
        message,
        field="items",
        way_out="Look at the order's ledger lines.",
        dimension=dimension.value,
        asked=asked,
        left=left,
    )
