"""The savings ledger of a scope over a time, recomputed from the figures at its beginning and end.

    account(ctx, request, first=date(2026, 10, 1), last=date(2026, 10, 31), scope="city_departments")

Both ends are counted by the definitions that hold on the last day, so that a changed definition saves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cloudctl.domain.accounts import Permission
from cloudctl.domain.calendars import DAY, today_for_people
from cloudctl.domain.errors import Invalid, NotFound
from cloudctl.domain.indicators import Definition, Figure, in_force
from cloudctl.domain.register import standing_at
from cloudctl.domain.savings import Ledger, Served
from cloudctl.governance.consolidation.indicators import figure
from cloudctl.governance.savings.ledger import ledger
from cloudctl.governance.savings.returns import served
from cloudctl.ports.context import Context, Request
from cloudctl.services.explanations import moment_of
from cloudctl.services.indicators import Census, collapsed, scope_for, taken
from cloudctl.services.reclaims import lots, returned

RETURNED = ("returned-racks", "returned-power", "returned-area")
"""Indicators of what verified closures of rooms gave back; shown beside the money, never turned into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """An indicator at the beginning and at the end."""

    definition: Definition
    begin: Figure
    end: Figure

    @property
    def added(self) -> float | None:
        """What came over the time; None where an end is not known."""
        known = self.begin.numerator is not None and self.end.numerator is not None
        return self.end.numerator - self.begin.numerator if known else None  # type: ignore[operator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The ledger with what it rests on.

    `servers` are those that came back over the time, `vcpu` theirs and what became smaller, `orders` whom that served.
    """

    scope: str
    first: date
    last: date
    as_of: datetime
    book_version: int
    ledger: Ledger
    rooms: tuple[Growth, ...]
    servers: int
    vcpu: int
    orders: tuple[Served, ...]


def account(
    ctx: Context, request: Request, *, first: date | None = None, last: date | None = None, scope: str | None = None
) -> Account:
    """The ledger from the first to the last day; without them, from the year's beginning until today."""
    request.actor.require(Permission.SYSTEMS_READ)
    request.actor.require(Permission.RESOURCES_READ)
    until = last or today_for_people(ctx.clock.now())
    since = first or until.replace(month=1, day=1)
    if since > until:
        raise Invalid("The last day is before the first.", field="from", way_out="Exchange them.")
    end_at, begin_at = moment_of(ctx, until), standing_at(since - DAY)
    definitions = {name: _definition(ctx, name, until) for name in _names(ctx)}
    end = taken(ctx, end_at, list(definitions.values()))
    begin = taken(ctx, begin_at, list(definitions.values()))
    chosen = scope_for(request, end, scope)
    after = figures(end, definitions, chosen)
    before = figures(begin, definitions, chosen, members=end.members(chosen))
    back, asked = lots(ctx, begin_at, end_at, end.members(chosen))
    return Account(
        scope=chosen,
        first=since,
        last=until,
        as_of=end_at,
        book_version=ctx.price_book.version,
        ledger=ledger(ctx.price_book, before, after, first=since, last=until),
        rooms=tuple(Growth(definition=definitions[name], begin=before[name], end=after[name]) for name in RETURNED),
        servers=sum(one.kind == "server" for one in back),
        vcpu=sum(one.vcpu for one in back),
        orders=tuple(one for one in served(map(returned, back), asked) if one.vcpu),
    )


def figures(
    census: Census, definitions: Mapping[str, Definition], scope: str, members: frozenset[UUID] | None = None
) -> dict[str, Figure]:
    """Each definition's figure for a scope; `members` are its departments where those of another time count."""
    among = census.within(scope) if members is None else [one for one in census.groups if one.department_id in members]
    groups = collapsed(among)
    return {name: figure(definition, groups, scope=scope, as_of=census.at) for name, definition in definitions.items()}


def _names(ctx: Context) -> list[str]:
    return list(dict.fromkeys([*(line.quantity for line in ctx.price_book.lines), *RETURNED]))


def _definition(ctx: Context, name: str, day: date) -> Definition:
    """What holds on the day; the first version for days before it."""
    known = [one for one in ctx.measures.indicators if one.name == name]
    if not known:
        raise NotFound("There is no indicator {name}.", way_out="See `cloudctl indicators list`.", name=name)
    return in_force(known, name, day) or min(known, key=lambda one: (one.valid_from, one.version))
