"""The monthly report as a workbook: figures with their queries, charts of the main ones, savings, appendix.

    workbook(ctx, reports.monthly(ctx, request, month="2026-10"), "zh_CN")

What nobody knows says so in its cell; a chart leaves it out.
"""

from __future__ import annotations

from cloudctl.domain.indicators import Figure
from cloudctl.domain.reports import Given
from cloudctl.domain.savings import Nature, SavingsLine
from cloudctl.messages import Translate, fill, mark, translator
from cloudctl.ports.context import Context
from cloudctl.ports.workbooks import Chart, Column, Leaf
from cloudctl.services.indicators import Line
from cloudctl.services.report_words import CATEGORIES, NATURES, NO_DATA, SIDES, UNITS, formula, heading, source
from cloudctl.services.reports import Told

WHOLE, SHARE, YUAN, ONE_PLACE = "#,##0", "0.0%", "#,##0.00", "#,##0.0"
SHOWN = {"count": WHOLE, "share": SHARE, "fen": YUAN, "kw": ONE_PLACE, "m2": ONE_PLACE}
DELIVERY, TOTALS = "delivery", ("one_off", "period", "yearly")


def workbook(ctx: Context, told: Told, locale: str) -> bytes:
    """The workbook in a language."""
    _ = translator(locale)
    title = fill(_, mark("Monthly report of the government cloud, {month}"), {"month": str(told.report.month)})
    leaves = [
        _figures(told, title, locale, _),
        _delivery(told, locale, _),
        _indicators(told, locale, _),
        _totals(told, _),
        _lines(told, locale, _),
        _returned(told, _),
        _appendix(told, _),
    ]
    return ctx.workbooks.write_leaves(title, leaves)


def _figures(told: Told, title: str, locale: str, _: Translate) -> Leaf:
    columns = (
        Column(_("Section"), 22), Column(_("Figure"), 34), Column(_("Value"), 20), Column(_("Unit"), 8),
        Column(_("Query"), 88), Column(_("Taken as"), 22), Column(_("Remark"), 60),
    )  # fmt: skip
    rows = [
        (
            section.title[locale],
            one.title[locale],
            _value(one, _),
            "" if one.unit == "share" else _(UNITS[one.unit]),
            one.query,
            one.take,
            section.note[locale] if section.note is not None and place == 0 else "",
        )
        for section in told.report.sections
        for place, one in enumerate(section.figures)
    ]
    return Leaf(_("Figures"), title, heading(told.report, _), columns, rows)


def _delivery(told: Told, locale: str, _: Translate) -> Leaf:
    section = next(one for one in told.report.sections if one.name == DELIVERY)
    bands = section.figures[:-1]
    columns = (Column(_("Days"), 24), Column(_("Orders delivered"), 16, WHOLE))
    rows = [(one.title[locale], one.value) for one in bands]
    said = "" if section.note is None else section.note[locale]
    title = section.title[locale]
    return Leaf(title, title, said, columns, rows, Chart(title, 0, (1,), WHOLE))


def _indicators(told: Told, locale: str, _: Translate) -> Leaf:
    columns = (
        Column(_("Indicator"), 40), Column(_("Verified"), 12, SHARE), Column(_("Claimed"), 12, SHARE),
        Column(_("Numerator"), 12, WHOLE), Column(_("Denominator"), 12, WHOLE), Column(_("Definition"), 10),
        Column(_("Formula"), 70), Column(_("Left out"), 30),
    )  # fmt: skip
    shares = [line for line in told.lines if line.definition.unit == "share"]
    known = [line for line in shares if line.figure.share is not None]
    rows = [_indicator(line, locale, _) for line in (*known, *(line for line in shares if line.figure.share is None))]
    title = _("Indicators of consolidation")
    return Leaf(title, title, heading(told.report, _), columns, rows, Chart(title, 0, (1, 2), SHARE, len(known)))


def _indicator(line: Line, locale: str, _: Translate) -> tuple[str | float | None, ...]:
    definition, figure = line.definition, line.figure
    left_out = "；".join(
        f"{one.because[locale]} {figure.excluded[one.name]}" for one in definition.exclusions
        if figure.excluded[one.name]
    )  # fmt: skip
    return (
        definition.title[locale],
        _(NO_DATA) if figure.share is None else figure.share,
        _claimed(figure, _),
        figure.numerator,
        figure.denominator,
        f"v{definition.version}",
        definition.formula[locale],
        left_out,
    )


def _claimed(figure: Figure, _: Translate) -> str | float:
    """A claim, where the indicator has one."""
    if figure.claimed is None:
        return ""
    return _(NO_DATA) if figure.claimed_share is None else figure.claimed_share


def _totals(told: Told, _: Translate) -> Leaf:
    names = {"one_off": _("Once"), "period": _("In the month"), "yearly": _("A year")}
    columns = (
        Column("", 20), Column(_("Gross (yuan)"), 22, YUAN), Column(_("Platform's own cost (yuan)"), 26, YUAN),
        Column(_("Net (yuan)"), 22, YUAN),
    )  # fmt: skip
    ledger = told.account.ledger
    totals = {"one_off": ledger.one_off, "period": ledger.period, "yearly": ledger.yearly}
    rows = [
        (names[part], total.gross_fen / 100, total.own_fen / 100, total.net_fen / 100) for part, total in totals.items()
    ]
    title = _("Savings")
    said = fill(_, mark("Price book, version {version}."), {"version": told.account.book_version})
    if ledger.unknown:
        said += " " + fill(_, mark("Without data: {lines}."), {"lines": ", ".join(ledger.unknown)})
    return Leaf(title, title, said, columns, rows, Chart(title, 0, (1, 2, 3), WHOLE))


def _lines(told: Told, locale: str, _: Translate) -> Leaf:
    columns = (
        Column(_("Side"), 16), Column(_("Category"), 12), Column(_("Once or yearly"), 10), Column(_("Line"), 32),
        Column(_("Amount (yuan)"), 20, YUAN), Column(_("A year (yuan)"), 20, YUAN), Column(_("Formula"), 90),
        Column(_("Counted by"), 40), Column(_("Source of the prices"), 50),
    )  # fmt: skip
    rows = [_line(line, locale, _) for line in told.account.ledger.lines]
    title = _("Savings, line by line")
    said = fill(_, mark("From {first} to {last}. A yearly line counts for the days of the time, 365 to the year."), {
        "first": told.account.first, "last": told.account.last,
    })  # fmt: skip
    return Leaf(title, title, said, columns, rows)


def _line(line: SavingsLine, locale: str, _: Translate) -> tuple[str | float | None, ...]:
    rule = line.rule
    return (
        _(SIDES[rule.side]),
        _(CATEGORIES[rule.category]),
        _(NATURES[rule.nature]),
        rule.title[locale],
        _(NO_DATA) if line.amount_fen is None else line.amount_fen / 100,
        "" if rule.nature is Nature.ONE_OFF else _(NO_DATA) if line.yearly_fen is None else line.yearly_fen / 100,
        formula(line, locale, _),
        f"{line.end.name} v{line.end.version}: {_plain(line.begin, _)} → {_plain(line.end, _)}",
        source(line, locale),
    )


def _returned(told: Told, _: Translate) -> Leaf:
    """What was returned, and the orders that it then served."""
    columns = (
        Column(_("Order"), 24), Column(_("Cloud"), 16), Column(_("vCPU that had been returned"), 26, WHOLE),
        Column(_("Time"), 24),
    )  # fmt: skip
    account = told.account
    rows = [(one.number, one.cloud, one.vcpu, one.at.date().isoformat()) for one in account.orders]
    said = fill(_, mark("Returned: {servers} servers with {vcpu} vCPU. First returned, first used, per cloud."), {
        "servers": account.servers, "vcpu": account.vcpu,
    })  # fmt: skip
    title = _("Returned capacity and whom it served")
    return Leaf(_("Returned capacity"), title, said, columns, rows)


def _appendix(told: Told, _: Translate) -> Leaf:
    columns = (
        Column(_("Department"), 30), Column(_("Code"), 14), Column(_("System"), 34), Column(_("Its code"), 20),
        Column(_("Servers"), 10, WHOLE), Column(_("vCPU"), 10, WHOLE), Column(_("Memory (MiB)"), 14, WHOLE),
        Column(_("Opened"), 10, WHOLE), Column(_("Reclaimed"), 10, WHOLE), Column(_("Query"), 88),
    )  # fmt: skip
    rows = [
        (
            one.department_name, one.department, one.system_name or "", one.system or "", one.servers, one.vcpu,
            one.memory_mib, one.opened, one.reclaimed, one.query,
        )
        for one in told.report.appendix
    ]  # fmt: skip
    title = _("Appendix: departments and systems")
    return Leaf(_("Appendix"), title, heading(told.report, _), columns, rows)


def _value(one: Given, _: Translate) -> str | tuple[float, str]:
    if one.value is None:
        return _(NO_DATA)
    return (one.value / 100 if one.unit == "fen" else one.value), SHOWN[one.unit]


def _plain(figure: Figure, _: Translate) -> str:
    return _(NO_DATA) if figure.numerator is None else f"{figure.numerator:,.12g}"
