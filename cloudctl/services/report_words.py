"""Figures, formulas and savings lines of a report in people's words; shared by its workbook and its paper.

    shown(None, "share", _)         # 'no data'

What is not known is said so, and is never a zero.
"""

from __future__ import annotations

from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.indicators import ALL, CITY
from cloudctl.domain.reports import Monthly
from cloudctl.domain.savings import FEN, Category, Nature, PriceUsed, SavingsLine, Side
from cloudctl.messages import Translate, fill, mark

NO_DATA = mark("no data")
UNITS = {"count": mark("pcs"), "share": "%", "fen": mark("yuan"), "kw": "kW", "m2": "m²"}
SIDES = {Side.ALONE: mark("Spared"), Side.PLATFORM: mark("Platform's own cost")}
CATEGORIES = {
    Category.HARDWARE: mark("Hardware"), Category.ROOM: mark("Room and racks"), Category.LICENCES: mark("Licences"),
    Category.PEOPLE: mark("People"), Category.ENERGY: mark("Energy"), Category.MAINTENANCE: mark("Running cost"),
}  # fmt: skip
NATURES = {Nature.ONE_OFF: mark("once"), Nature.YEARLY: mark("yearly")}
SCOPES = {ALL: mark("whole city, all levels"), CITY: mark("departments of the city level")}


def shown(value: float | None, unit: str, _: Translate) -> str:
    """A figure with its unit, in a line."""
    match value, unit:
        case None, _unit:
            return _(NO_DATA)
        case _, "share":
            return f"{value:.1%}"
        case _, "fen":
            return f"{value / 100:,.2f} {_(UNITS[unit])}"
        case _, "count":
            return f"{value:,.0f}"
    return f"{value:,.1f} {_(UNITS[unit])}"


def formula(line: SavingsLine, locale: str, _: Translate) -> str:
    """How a line comes about, with every number in it; what is not known says so."""
    count = _(NO_DATA) if line.quantity is None else f"{float(line.quantity):,.12g}"
    if line.quantity is not None and line.rule.quantity and not line.prices:
        count = shown(float(line.quantity), FEN, _)
    return " ".join([count, *(_factor(one, locale, _) for one in line.prices)])


def source(line: SavingsLine, locale: str) -> str:
    """By whose word each price of a line holds, each word once."""
    return "；".join(dict.fromkeys(one.value.source[locale] for one in line.prices if one.value is not None))


def heading(report: Monthly, _: Translate) -> str:
    """The scope and time of a report."""
    scope = SCOPES.get(report.scope)
    as_of = report.as_of.astimezone(PEOPLE_ZONE).strftime("%Y-%m-%d %H:%M")
    told = fill(_, mark("Scope: {scope}; as of {as_of}."), {
        "scope": report.scope if scope is None else _(scope), "as_of": as_of,
    })  # fmt: skip
    return told if report.ended else f"{told} {_(mark('The month has not ended.'))}"


def _factor(one: PriceUsed, locale: str, _: Translate) -> str:
    sign = "÷" if one.divides else "×"
    if one.value is None:
        return f"{sign} {one.price.title[locale]} {_(NO_DATA)}"
    value = shown(float(one.value.exact), FEN, _) if one.price.unit == FEN else one.value.value
    return f"{sign} {one.price.title[locale]} {value}"
