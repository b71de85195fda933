"""What capacity is worth in a year, by the price book: exact fractions, rounded once to whole fen.

yearly_fen(book, prices, Saved(vcpu=2, memory_mib=4096), day)        # None where a price did not hold yet
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from cloudctl.domain.savings import Price, PriceBook, PriceValue
from cloudctl.domain.waste import Saved, UnitPrices


def yearly_fen(book: PriceBook, prices: UnitPrices, saved: Saved, day: date) -> int | None:
    """What a year of it costs, by the prices that hold on the day; None where one of them is not known."""
    total = Fraction(0)
    for amount, per, value in _parts(book, prices, saved, day):
        if value is None:
            return None
        total += Fraction(amount, per) * value.exact
    return round(total)


def prices_of(book: PriceBook, prices: UnitPrices, day: date) -> dict[str, tuple[Price, PriceValue | None, int]]:
    """By amount its price, what that is on the day, and how many of the amount one piece of it is for."""
    known = {price.name: price for price in book.prices}
    return {
        amount: (known[name], known[name].on(day), per)
        for amount, (name, per) in prices.of_amounts.items()
        if name in known
    }


def _parts(
    book: PriceBook, prices: UnitPrices, saved: Saved, day: date
) -> Iterator[tuple[int, int, PriceValue | None]]:
    known = prices_of(book, prices, day)
    for name, (_, per) in prices.of_amounts.items():
        amount = getattr(saved, name)
        if amount:
            yield amount, per, known[name][1] if name in known else None
