"""The quota ledger (invariant 2).

An account's sums move by guarded updates alone, by cloud and in the fixed order of `Dimension`: whoever comes second
waits for the first, then sees what is left, so holds and commits never pass the limit and nobody waits in a circle.
Every booking writes a line. A department without an account has the installation's default as its limit. A unit below a
district has its limit out of the account above it (`allotments`).

Ledger lines are positive: held = holds - released - committed lines; committed = commits + adopted + taken over -
freed - handed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict, QuotaExceeded
from cloudctl.domain.identifiers import new_id
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Demand, Dimension, Entry, EntryKind, Quota
from cloudctl.persistence.repositories.allotments import TAKEN, Allotments, rank, refuse_uncovered
from cloudctl.persistence.repositories.foresight import foreseen, is_together, remembered, sort_out
from cloudctl.persistence.repositories.outgoing import add_up, append, write_out
from cloudctl.persistence.repositories.records import insert_unless_there
from cloudctl.persistence.tables import quota_entries, quotas

_DIMENSIONS = tuple(Dimension)
_HELD_BY_LINE = case(
    (quota_entries.c.kind == EntryKind.HOLD, quota_entries.c.amount),
    (quota_entries.c.kind.in_([EntryKind.RELEASE_HOLD, EntryKind.COMMIT]), -quota_entries.c.amount),
    else_=0,
)
_held, _committed, _limit = quotas.c.held, quotas.c.committed, quotas.c.limit
_ORDER = quotas.c.cloud, rank()

_mine = quota_entries.c.order_id.in_(bindparam("orders", expanding=True))
_net = func.sum(_HELD_BY_LINE).label("net")
_LOCK = (
    select(quotas.c.id)
    .where(quotas.c.id.in_(select(quota_entries.c.quota_id).where(_mine)))
    .order_by(*_ORDER)
    .with_for_update()
)
_HOLDING = (
    select(quota_entries.c.order_id, quotas.c.id, quotas.c.cloud, quotas.c.dimension, _net)
    .join_from(quota_entries, quotas)
    .where(_mine)
    .group_by(quota_entries.c.order_id, quotas.c.id, quotas.c.cloud, quotas.c.dimension)
    .having(_net > 0)
    .order_by(*_ORDER)
)
_BOOK = (
    update(quotas)
    .where(quotas.c.id == bindparam("key"))
    .values(held=_held + bindparam("more_held"), committed=_committed + bindparam("more_committed"))
)

Holding = Row[UUID, UUID, str, Dimension, int]
"""(order, id, cloud, dimension, net): an account and what an order holds in it."""


class Ledger:
    """Accounts and lines. `default` is the limit, per dimension, of a department that was given none."""

    def __init__(self, session: Session, now: datetime, default: int) -> None:
        self.session = session
        self._allotments = Allotments(session)
        self.now = now
        self.default = default
        self._written: set[UUID | None] = set()

    def of(self, department_id: UUID, cloud: str, zone: str) -> dict[Dimension, Quota]:
        return remembered(
            self.session, ("quotas", department_id, cloud, zone), lambda: self._of(department_id, cloud, zone)
        )

    def _of(self, department_id: UUID, cloud: str, zone: str) -> dict[Dimension, Quota]:
        mine = select(Quota).where(*_account(department_id, cloud, zone))
        found = self.session.scalars(mine.execution_options(populate_existing=True))
        return {quota.dimension: quota for quota in found}

    def set_limit(self, department_id: UUID, cloud: str, zone: str, dimension: Dimension, limit: int) -> Quota:
        """Opens the account or changes its limit. A limit below what is in use only stops further growth.

        What was allotted to units below stays covered; where the limit itself is allotted from above, so does what is
        in use. Raises Conflict naming the field otherwise.
        """
        upper = self._allotments.upper(department_id)
        self._open(department_id, cloud, zone, dimension, limit)
        here = select(Quota).where(*_account(department_id, cloud, zone), quotas.c.dimension == dimension)
        quota = self.session.scalars(here.with_for_update().execution_options(populate_existing=True)).one()
        refuse_uncovered(quota, limit, quota.allotted if upper is None else quota.taken)
        place, more = (cloud, zone, dimension), limit - quota.limit
        if upper is not None and not self._allotments.allot(upper, place, more):
            raise self._allotments.exhausted(upper, place, more)
        quota.limit = limit
        self.session.flush()
        return quota

    def recount(self, department: Department) -> None:
        self._allotments.recount(department)

    def hold(self, order: Order, cloud: str, demand: Demand) -> None:
        """Holds the growth of `demand`; raises QuotaExceeded naming the first dimension without room."""
        for dimension, amount in _in_order(demand.growth()):
            quota_id = self._take(order, cloud, dimension, amount)
            if quota_id is None and self._open_by_default(order, cloud, dimension):
                quota_id = self._take(order, cloud, dimension, amount)
            if quota_id is None:
                raise self._exceeded(order, cloud, dimension, amount)
            self._line(quota_id, order.id, EntryKind.HOLD, amount)

    def release(self, order: Order) -> None:
        """Lets go of what the order still holds; a second call finds nothing."""
        for account in self._holding(order):
            self._book(order, account, held=-account.net)
            self._line(account.id, order.id, EntryKind.RELEASE_HOLD, account.net)

    def commit(self, order: Order, cloud: str, amounts: Demand) -> None:
        """Turns held amounts into committed ones; raises Conflict for more than the order holds there."""
        holding = {account.dimension: account for account in self._holding(order) if account.cloud == cloud}
        for dimension, amount in _in_order(amounts.growth()):
            account = holding.get(dimension)
            if account is None or account.net < amount:
                held = 0 if account is None else account.net
                raise _short("The order holds {left} {dimension}, not {asked}.", dimension, amount, held)
            self._book(order, account, held=-amount, committed=amount)
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

    def move(self, giver: UUID, taker: UUID, cloud: str, zone: str, amounts: Demand) -> None:
        """Moves committed amounts from one department's accounts to another's; raises QuotaExceeded for the taker.

        Within a dimension the accounts are booked in the order of the departments' ids, whoever gives: two transfers
        in opposite directions never wait for each other.
        """
        for dimension, amount in _in_order(amounts.growth()):
            self._open(taker, cloud, zone, dimension, self.default)
            for department_id in sorted((giver, taker)):
                if department_id == giver:
                    self._hand_over(giver, cloud, zone, dimension, amount)
                else:
                    self._take_over(taker, cloud, zone, dimension, amount)

    def _hand_over(self, giver: UUID, cloud: str, zone: str, dimension: Dimension, amount: int) -> None:
        here = (*_account(giver, cloud, zone), quotas.c.dimension == dimension, _committed >= amount)
        given = update(quotas).where(*here).values(committed=_committed - amount).returning(quotas.c.id)
        quota_id = self.session.execute(given).scalar_one_or_none()
        if quota_id is None:
            raise _short("Less than {asked} {dimension} is committed.", dimension, amount, 0)
        self._line(quota_id, None, EntryKind.HAND_OVER, amount)

    def _take_over(self, taker: UUID, cloud: str, zone: str, dimension: Dimension, amount: int) -> None:
        here = (*_account(taker, cloud, zone), quotas.c.dimension == dimension, TAKEN + amount <= _limit)
        taken = update(quotas).where(*here).values(committed=_committed + amount).returning(quotas.c.id)
        quota_id = self.session.execute(taken).scalar_one_or_none()
        if quota_id is None:
            quota = self.of(taker, cloud, zone)[dimension]
            raise QuotaExceeded(
                "The receiver's quota leaves {left} {dimension} of {limit}; the transfer brings {asked}.",
                field="resources",
                way_out="Transfer less, or ask the office for a higher quota of the receiver.",
                dimension=dimension.value,
                asked=amount,
                left=quota.left,
                limit=quota.limit,
            )
        self._line(quota_id, None, EntryKind.TAKE_OVER, amount)

    def used_by_cloud(self) -> dict[tuple[str, Dimension], int]:
        return dict(remembered(self.session, ("used by cloud",), self._used_by_cloud))

    def _used_by_cloud(self) -> dict[tuple[str, Dimension], int]:
        sums = select(quotas.c.cloud, quotas.c.dimension, func.sum(_held + _committed))
        rows = self.session.execute(sums.group_by(quotas.c.cloud, quotas.c.dimension))
        return {(cloud, dimension): int(used) for cloud, dimension, used in rows}

    def _take(self, order: Order, cloud: str, dimension: Dimension, amount: int) -> UUID | None:
        """The guarded update: the account's id, or None where there is no account or no room."""
        account = _account(order.department_id, cloud, order.zone)
        here = (*account, quotas.c.dimension == dimension, TAKEN + amount <= _limit)
        taken = update(quotas).where(*here).values(held=_held + amount).returning(quotas.c.id)
        return self.session.execute(taken).scalar_one_or_none()

    def _open_by_default(self, order: Order, cloud: str, dimension: Dimension) -> bool:
        if self.default <= 0:
            return False
        return self._open(order.department_id, cloud, order.zone, dimension, self.default)

    def _open(self, department_id: UUID, cloud: str, zone: str, dimension: Dimension, limit: int) -> bool:
        """Opens the account unless it is there; with no limit at all where the account above has no room for it."""
        upper = self._allotments.upper(department_id) if limit else None
        account = {"department_id": department_id, "cloud": cloud, "zone": zone, "dimension": dimension}
        sums = {"limit": 0 if upper else limit, "held": 0, "committed": 0, "allotted": 0, "version": 1}
        opened = insert_unless_there(self.session, quotas, {"id": new_id(), **account, **sums})
        if opened and upper is not None and self._allotments.allot(upper, (cloud, zone, dimension), limit):
            here = (*_account(department_id, cloud, zone), quotas.c.dimension == dimension)
            self.session.execute(update(quotas).where(*here).values(limit=limit))
        return opened

    def _exceeded(self, order: Order, cloud: str, dimension: Dimension, asked: int) -> QuotaExceeded:
        quota = self.of(order.department_id, cloud, order.zone).get(dimension)
        return QuotaExceeded(
            "The quota leaves {left} {dimension} of {limit}; the order asks for {asked}.",
            field="items",
            way_out="Ask for less, release what is not needed, or ask the office for a higher quota.",
            dimension=dimension.value,
            asked=asked,
            left=self.default if quota is None else quota.left,
            limit=self.default if quota is None else quota.limit,
        )

    def foresee(self, orders: Collection[UUID]) -> None:
        """What these orders hold, read for all at once; their locks keep it so, and accounts are locked when booked."""

        def holding() -> Iterator[tuple[UUID, Holding]]:
            for account in self.session.connection().execute(_HOLDING, {"orders": list(orders)}):
                yield account.order_id, account

        sort_out(self.session, "holding", orders, holding)

    def _holding(self, order: Order) -> Sequence[Holding]:
        """The accounts in which the order still holds something, in order."""
        return foreseen(self.session, ("holding", order.id), lambda: self._locked(order))

    def _locked(self, order: Order) -> Sequence[Holding]:
        """The same, the accounts locked."""
        if order.id in self._written:
            write_out(self.session)
        mine = {"orders": [order.id]}
        connection = self.session.connection()  # the order's own change can wait for what else is written
        connection.execute(_LOCK, mine).all()
        return connection.execute(_HOLDING, mine).all()

    def _book(self, order: Order, account: Holding, *, held: int = 0, committed: int = 0) -> None:
        """Moves an account's sums; where much is written together once an account, in the order that all keep to."""
        amounts = {"more_held": held, "more_committed": committed}
        if is_together(self.session):
            key = account.cloud, _DIMENSIONS.index(account.dimension), order.department_id, account.id
            add_up(self.session, _BOOK, key, amounts)
        else:
            self.session.connection().execute(_BOOK, {"key": account.id, **amounts})

    def _line(self, quota_id: UUID, order_id: UUID | None, kind: EntryKind, amount: int) -> None:
        self._written.add(order_id)
        line = Entry(quota_id=quota_id, order_id=order_id, kind=kind, amount=int(amount), at=self.now)
        append(self.session, quota_entries, line)


def _account(department_id: UUID, cloud: str, zone: str) -> tuple[ColumnElement[bool], ...]:
    return quotas.c.department_id == department_id, quotas.c.cloud == cloud, quotas.c.zone == zone


def _in_order(amounts: Demand) -> Iterable[tuple[Dimension, int]]:
    return ((dimension, amounts[dimension]) for dimension in _DIMENSIONS if amounts[dimension])


def _short(message: str, dimension: Dimension, asked: int, left: int) -> Conflict:
    return Conflict(
        message,
        field="items",
        way_out="Look at the order's ledger lines.",
        dimension=dimension.value,
        asked=asked,
        left=left,
    )
