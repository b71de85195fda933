"""The ledger's arithmetic: exact fractions until a line's amount, which is rounded once to whole fen.

    ledger(book, begin, end, first=date(2026, 10, 1), last=date(2026, 10, 31))

Pure: figures and prices in, lines out; the same inputs give the same lines at any later time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction

from cloudctl.domain.indicators import Figure
from cloudctl.domain.savings import Ledger, LineRule, Nature, PriceBook, PriceUsed, SavingsLine, Side, Total

YEAR_DAYS = 365


def ledger(
    book: PriceBook, begin: Mapping[str, Figure], end: Mapping[str, Figure], *, first: date, last: date
) -> Ledger:
    """Every line of the book from the first to the last day; prices are those that hold on the last.

    `begin` and `end` are the figures of the quantities by name, at the end of the day before the first and of the last.
    """
    days = (last - first).days + 1
    lines = tuple(
        _line(rule, begin[rule.quantity], end[rule.quantity], tuple(_used(book, rule, last)), days)
        for rule in book.lines
    )
    return Ledger(
        lines=lines,
        one_off=_total((line, line.amount_fen) for line in lines if line.rule.nature is Nature.ONE_OFF),
        period=_total((line, line.amount_fen) for line in lines),
        yearly=_total((line, line.yearly_fen) for line in lines if line.rule.nature is Nature.YEARLY),
        unknown=tuple(line.rule.name for line in lines if line.amount_fen is None),
    )


def _used(book: PriceBook, rule: LineRule, day: date) -> Iterator[PriceUsed]:
    for names, divides in ((rule.times, False), (rule.per, True)):
        for price in map(book.price, names):
            yield PriceUsed(price=price, value=price.on(day), divides=divides)


def _line(rule: LineRule, begin: Figure, end: Figure, used: tuple[PriceUsed, ...], days: int) -> SavingsLine:
    yearly = rule.nature is Nature.YEARLY
    quantity = _quantity(begin, end, yearly=yearly)
    factor = _factor(used)
    amount = None if quantity is None or factor is None else quantity * factor
    in_a_year = None if not yearly or factor is None or end.numerator is None else _exact(end.numerator) * factor
    return SavingsLine(
        rule=rule,
        begin=begin,
        end=end,
        prices=used,
        quantity=quantity,
        amount_fen=_fen(amount if amount is None or not yearly else amount * days / YEAR_DAYS),
        yearly_fen=_fen(in_a_year),
    )


def _quantity(begin: Figure, end: Figure, *, yearly: bool) -> Fraction | None:
    """What was added, or the mean of what stood; None where either end is not known."""
    if begin.numerator is None or end.numerator is None:
        return None
    before, after = _exact(begin.numerator), _exact(end.numerator)
    return (before + after) / 2 if yearly else after - before


def _factor(used: Iterable[PriceUsed]) -> Fraction | None:
    """What one piece of the quantity comes to; None where a price did not hold yet."""
    product = Fraction(1)
    for one in used:
        if one.value is None:
            return None
        product = product / one.value.exact if one.divides else product * one.value.exact
    return product


def _exact(count: float) -> Fraction:
    """A count as it is written, not as the machine keeps it."""
    return Fraction(repr(count))


def _fen(amount: Fraction | None) -> int | None:
    """Whole fen, halves to even."""
    return None if amount is None else round(amount)


def _total(amounts: Iterable[tuple[SavingsLine, int | None]]) -> Total:
    """Of what is known; a ledger names what is not."""
    sums = dict.fromkeys(Side, 0)
    for line, amount in amounts:
        sums[line.rule.side] += amount or 0
    return Total(gross_fen=sums[Side.ALONE], own_fen=sums[Side.PLATFORM])
