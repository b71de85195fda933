"""What one look changes on record of proposals: new, otherwise, no longer so, carried out, and open again.

    for change in settle(lines, before, today):
        change.event            # None for what is new, "renew" for what is open and otherwise, else that of the table

Run twice, the second time changes nothing. What was declined stays so before its day, whatever it consists of by then:
who said no is not asked again in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from cloudctl.domain.drift import mark_of
from cloudctl.domain.orders import Order
from cloudctl.domain.waste import Proposal
from cloudctl.governance.waste.planner import Line

CARRIED_OUT = frozenset({"delivered", "closed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is on record: the proposals, and the orders that accepted ones became; of clouds `unread` no word counts."""

    known: Mapping[UUID, Proposal]
    orders: Mapping[UUID, Order]
    unread: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: `proposal` is None for what is new, `line` for what is no longer so."""

    proposal: Proposal | None
    line: Line | None
    event: str | None


def settle(lines: Iterable[Line], before: Before, today: date) -> Iterator[Change]:
    """Compares what is so with what is on record."""
    planned = {line.id: line for line in lines}
    for key, line in planned.items():
        proposal = before.known.get(key)
        event = "new" if proposal is None else _still(proposal, line, before, today)
        if event is not None:
            yield Change(proposal=proposal, line=line, event=None if event == "new" else event)
    for key, proposal in before.known.items():
        if key not in planned:
            event = _gone(proposal, before)
            if event is not None:
                yield Change(proposal=proposal, line=None, event=event)


def marked(line: Line) -> str:
    """A digest of what would change; figures that move every day do not make another proposal of it."""
    facts: Any = msgspec.to_builtins([line.kind, line.specification, line.saved, line.department_id, line.name])
    return mark_of({"facts": facts})


def _still(proposal: Proposal, line: Line, before: Before, today: date) -> str | None:
    match proposal.state:
        case "open":
            return "renew" if proposal.mark != marked(line) else None
        case "accepted":
            return _of_order(proposal, before, so=True)
        case "declined":
            return "return" if proposal.not_before is not None and today >= proposal.not_before else None
        case _:
            return "return"


def _gone(proposal: Proposal, before: Before) -> str | None:
    unread = proposal.cloud in before.unread
    match proposal.state:
        case "open":
            return None if unread else "vanish"
        case "accepted":
            ended = _of_order(proposal, before, so=False)
            return None if unread and proposal.order_id is None else ended
        case _:
            return None


def _of_order(proposal: Proposal, before: Before, *, so: bool) -> str | None:
    """What the order of an accepted proposal has come to; without an order the operators do it by hand."""
    if proposal.order_id is None:
        return None if so else "finish"
    order = before.orders.get(proposal.order_id)
    if order is None or (order.open and order.state not in CARRIED_OUT):
        return None
    if order.state in CARRIED_OUT and order.delivered_at is not None:
        return None if so else "finish"
    return "give_up" if so else "vanish"
