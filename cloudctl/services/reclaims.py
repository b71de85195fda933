"""The ledger of reclaimed capacity: what came back over a time, by what, its worth a year, and whom it served.

    reclaimed(ctx, request, first=date(2026, 10, 1), last=date(2026, 10, 31), scope="city_departments")

Reckoned from what is on record with its times: a past date gives what it gave then. All prices are those of the last
day, as in the savings ledger, which follows the same pieces (`lots`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import DAY, today_for_people
from cloudctl.domain.errors import Invalid
from cloudctl.domain.reclaims import Reclaim, ReclaimLedger, ReclaimSource, ReclaimSum
from cloudctl.domain.register import standing_at
from cloudctl.domain.savings import AMOUNTS, Asked, Returned, Served
from cloudctl.domain.waste import Saved
from cloudctl.governance.savings.returns import by_lot, served
from cloudctl.governance.waste.worth import prices_of, yearly_fen
from cloudctl.ports.context import Context, Request
from cloudctl.ports.queries.reclaims import GivenBack
from cloudctl.services.explanations import moment_of
from cloudctl.services.indicators import scope_for, taken


def reclaimed(
    ctx: Context, request: Request, *, first: date | None = None, last: date | None = None, scope: str | None = None
) -> ReclaimLedger:
    """The ledger from the first to the last day; without them, from the year's beginning until today."""
    request.actor.require(Permission.SYSTEMS_READ)
    request.actor.require(Permission.RESOURCES_READ)
    until = last or today_for_people(ctx.clock.now())
    since = first or until.replace(month=1, day=1)
    if since > until:
        raise Invalid("The last day is before the first.", field="from", way_out="Exchange them.")
    end_at, begin_at = moment_of(ctx, until), standing_at(since - DAY)
    census = taken(ctx, end_at, [])
    chosen = scope_for(request, census, scope)
    back, asked = lots(ctx, begin_at, end_at, census.members(chosen))
    pieces = {one.id: one for one in back}
    lines = tuple(
        _line(ctx, pieces[piece.id], piece, orders, until)
        for piece, orders in by_lot([returned(one) for one in back], asked)
        if piece.id is not None
    )
    return ReclaimLedger(
        scope=chosen,
        first=since,
        last=until,
        as_of=end_at,
        book_version=ctx.price_book.version,
        rules_version=ctx.waste_rules.version,
        prices=prices_of(ctx.price_book, ctx.waste_rules.prices, until),
        sums=tuple(_sum(source, lines) for source in ReclaimSource),
        lines=lines,
        orders=tuple(served([line.returned for line in lines], asked)),
    )


def lots(
    ctx: Context, since: datetime, until: datetime, members: frozenset[UUID] | None
) -> tuple[Sequence[GivenBack], Sequence[Asked]]:
    """What a scope's departments gave back, and what all orders got: whoever comes next is served."""
    reclaims = ctx.queries.reclaims
    back = [one for one in reclaims.given_back(since, until) if members is None or one.department_id in members]
    asked = [
        Asked(number=one.number, cloud=one.cloud, at=one.at, **{name: getattr(one, name) for name in AMOUNTS})
        for one in reclaims.taken_up(since, until)
    ]
    return back, asked


def returned(one: GivenBack) -> Returned:
    """A piece as it is followed."""
    return Returned(
        name=one.name, cloud=one.cloud, at=one.at, id=one.id, **{name: getattr(one, name) for name in AMOUNTS}
    )


def saved(one: Returned) -> Saved:
    """What of it is free again."""
    return Saved(**{name: getattr(one, name) for name in AMOUNTS})


def _line(ctx: Context, back: GivenBack, piece: Returned, orders: tuple[Served, ...], day: date) -> Reclaim:
    return Reclaim(
        returned=piece,
        kind=back.kind,
        source=back.source,
        number=back.number,
        department_id=back.department_id,
        department=back.department,
        fen=yearly_fen(ctx.price_book, ctx.waste_rules.prices, saved(piece), day),
        served=orders,
    )


def _sum(source: ReclaimSource, lines: Iterable[Reclaim]) -> ReclaimSum:
    mine = [line for line in lines if line.source is source]
    return ReclaimSum(
        source=source,
        pieces=len(mine),
        saved=sum((saved(line.returned) for line in mine), Saved()),
        fen=sum(line.fen or 0 for line in mine),
        unpriced=sum(line.fen is None for line in mine),
    )
