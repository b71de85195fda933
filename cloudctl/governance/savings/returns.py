"""What became of capacity that was given back: the orders that it then served.

    served(returned, asked)         # per cloud, first returned, first used
    by_lot(returned, asked)         # the same, told of each piece that was returned

An order can only be served by what was returned before it got its servers; vCPUs, memory, disk and addresses each by
themselves. Nobody marks a vCPU; the rule is told with the figure, and gives the same answer whenever it is asked.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from cloudctl.domain.savings import AMOUNTS, Asked, Returned, Served


class Match(NamedTuple):
    """So much of one amount of a piece, by its place, served an order."""

    place: int
    order: Asked
    amount: str
    quantity: int


def served(returned: Iterable[Returned], asked: Iterable[Asked]) -> list[Served]:
    """The orders, in order of time, with how much of what they got had been returned before."""
    return _summed(_matched(_sorted(returned), asked))


def by_lot(returned: Sequence[Returned], asked: Iterable[Asked]) -> list[tuple[Returned, tuple[Served, ...]]]:
    """Each piece in order of time, with the orders that it served."""
    pieces = _sorted(returned)
    of_piece: defaultdict[int, list[Match]] = defaultdict(list)
    for match in _matched(pieces, asked):
        of_piece[match.place].append(match)
    return [(piece, tuple(_summed(of_piece[place]))) for place, piece in enumerate(pieces)]


def _sorted(returned: Iterable[Returned]) -> list[Returned]:
    return sorted(returned, key=lambda one: (one.at, one.name, str(one.id)))


def _matched(pieces: Sequence[Returned], asked: Iterable[Asked]) -> Iterator[Match]:
    free: defaultdict[tuple[str, str], deque[list[int]]] = defaultdict(deque)
    events: list[tuple[tuple[object, int, str, int], Returned | Asked]] = [
        ((one.at, 0, one.name, place), one) for place, one in enumerate(pieces)
    ]
    events += [((one.at, 1, one.number, place), one) for place, one in enumerate(asked)]
    for (_, _, _, place), event in sorted(events, key=lambda entry: entry[0][:3]):
        for amount in AMOUNTS:
            quantity, lots = getattr(event, amount), free[event.cloud, amount]
            if isinstance(event, Returned):
                if quantity > 0:
                    lots.append([place, quantity])
                continue
            while quantity > 0 and lots:
                taken = min(quantity, lots[0][1])
                yield Match(lots[0][0], event, amount, taken)
                quantity -= taken
                lots[0][1] -= taken
                if not lots[0][1]:
                    lots.popleft()


def _summed(matches: Iterable[Match]) -> list[Served]:
    found: dict[tuple[str, str], Served] = {}
    for _, order, amount, quantity in matches:
        key = order.number, order.cloud
        before = found.get(key) or Served(number=order.number, cloud=order.cloud, at=order.at)
        found[key] = replace(before, at=order.at, **{amount: getattr(before, amount) + quantity})
    return list(found.values())
