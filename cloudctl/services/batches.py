"""Many orders decided at once: each row stands or falls by itself, and the answer has a line for each.

    report = decide(ctx, request, "reject", [Row(order="2026-000017", reason="…"), ...])

Rows are carried out in chunks, one transaction each. A chunk is first tried as a whole, its writes gathered; when a row
refuses, all of it is undone and done again with a savepoint a row: what one row refuses leaves no trace of that row and
does not touch the others. A dry run does the same and commits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cloudctl.domain.accounts import Permission, missing
from cloudctl.domain.errors import Conflict, Contended, Invalid, UserError
from cloudctl.domain.orders import Order
from cloudctl.domain.returns import FoundDefect
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import decisions
from cloudctl.services.replays import keep, replay

CHUNK = 250
MOST_ROWS = 2000
ATTEMPTS = 3  # at a chunk that lost a race for a lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One order, by id or number, with `reason`, `missing` and `defects` of its own; `version` is the one last read."""

    order: str
    reason: str | None = None
    missing: list[str] = field(default_factory=list)
    defects: list[FoundDefect] = field(default_factory=list)
    version: int | None = None

    @property
    def key(self) -> UUID | None:
        """The id, where the order is named by one."""
        try:
            return UUID(self.order)
        except ValueError:
            return None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of a row: the order's state afterwards, or the error that refused it."""

    row: Row
    id: UUID | None = None
    number: str | None = None
    state: str | None = None
    error: UserError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcomes in the order of the rows."""

    verb: str
    dry_run: bool
    outcomes: list[Outcome]


VERBS: dict[str, Callable[[Context, UnitOfWork, Order, Row], Order]] = {
    "approve": lambda ctx, uow, order, row: decisions.approve_one(ctx, uow, order, row.reason),
    "return": lambda _ctx, uow, order, row: decisions.return_one(uow, order, row.reason, row.missing, row.defects),
    "reject": lambda _ctx, uow, order, row: decisions.reject_one(uow, order, row.reason),
}


class _DryRun(Exception):
    """No error: it ends a transaction that must leave nothing."""


def decide(ctx: Context, request: Request, verb: str, rows: Sequence[Row], *, dry_run: bool = False) -> Report:
    """Decides on every row; raises only for what concerns the batch as a whole."""
    request.actor.require(Permission.ORDERS_REVIEW)
    if verb not in VERBS:
        raise Invalid(
            "There is no decision {verb}.", field="verb", way_out="One of: {verbs}.", verb=verb, verbs=", ".join(VERBS)
        )
    if not 1 <= len(rows) <= MOST_ROWS:
        raise Invalid("A batch has 1 to {most} rows.", field="rows", way_out="Send several batches.", most=MOST_ROWS)
    plain = replay(ctx, request)
    outcomes: list[Outcome] = []
    seen: set[UUID] = set()
    for start in range(0, len(rows), CHUNK):
        outcomes += _chunk(ctx, plain, verb, rows[start : start + CHUNK], seen, dry_run=dry_run)
        seen.update(outcome.id for outcome in outcomes if outcome.id is not None)
    return keep(ctx, request, Report(verb=verb, dry_run=dry_run, outcomes=outcomes))


def _chunk(
    ctx: Context, request: Request, verb: str, rows: Sequence[Row], seen: set[UUID], *, dry_run: bool
) -> list[Outcome]:
    """One transaction, tried as a whole and then row by row; an error that ends it then is the outcome of all rows."""
    error: UserError | None = None
    for decide_all in (_all_or_nothing, *[_each_by_itself] * ATTEMPTS):
        outcomes = [Outcome(row=row) for row in rows]
        try:
            with ctx.unit_of_work(request) as uow:
                decide_all(ctx, uow, verb, outcomes, seen)
                _end(dry_run=dry_run)
        except _DryRun:
            return outcomes
        except UserError as refused:
            error = refused
            if decide_all is _each_by_itself and not isinstance(refused, Contended):
                break
        else:
            return outcomes
    return [Outcome(row=row, error=error) for row in rows]


def _end(*, dry_run: bool) -> None:
    if dry_run:
        raise _DryRun


def _all_or_nothing(ctx: Context, uow: UnitOfWork, verb: str, outcomes: list[Outcome], seen: set[UUID]) -> None:
    """The quick way, when no row refuses: all writes go out together. Raises what the first that refuses says."""
    with uow.together():
        for outcome, order in _found(uow, outcomes, seen):
            outcome.id, outcome.number = order.id, order.number
            uow.check_version(order, outcome.row.version)
            VERBS[verb](ctx, uow, order, outcome.row)
            outcome.state = order.state


def _each_by_itself(ctx: Context, uow: UnitOfWork, verb: str, outcomes: list[Outcome], seen: set[UUID]) -> None:
    """A savepoint a row."""
    for outcome, order in _found(uow, outcomes, seen):
        outcome.id, outcome.number, before = order.id, order.number, order.state
        try:
            with uow.attempt():
                uow.check_version(order, outcome.row.version)
                VERBS[verb](ctx, uow, order, outcome.row)
            outcome.state = order.state
        except UserError as error:
            outcome.error, outcome.state = error, before


def _found(uow: UnitOfWork, outcomes: list[Outcome], seen: set[UUID]) -> Iterator[tuple[Outcome, Order]]:
    """The orders of the rows, locked; rows that name none, or one of an earlier row, get their error.

    Department by department, so that two batches never wait for each other in a circle.
    """
    keys = {key for outcome in outcomes if (key := outcome.row.key) is not None}
    numbers = {outcome.row.order for outcome in outcomes if outcome.row.key is None}
    locked = uow.orders.lock_all(keys, numbers)
    named: dict[UUID | str, Order] = {order.id: order for order in locked} | {order.number: order for order in locked}
    mine: dict[UUID, Outcome] = {}
    for outcome in outcomes:
        order = named.get(outcome.row.key or outcome.row.order)
        if order is None or not uow.actor.sees(order.department_id):
            outcome.error = missing("order", outcome.row.order)
        elif order.id in seen or order.id in mine:
            outcome.number = order.number
            outcome.error = Conflict(
                "The order {number} is in this batch already.", way_out="Name each order once.", number=order.number
            )
        else:
            mine[order.id] = outcome
    uow.foresee(mine.keys())
    return ((mine[order.id], order) for order in locked if order.id in mine)
