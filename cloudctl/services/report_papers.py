"""The monthly report as a paper: sections of figures, the savings line by line, the appendix, and every query.

    pdf(ctx, reports.monthly(ctx, request, month="2026-10"), "zh_CN")

The paper has no formulas that a reader could not follow: each line of the savings carries its numbers.
"""

from __future__ import annotations

from cloudctl.domain.reports import Section
from cloudctl.messages import Translate, fill, mark, translator
from cloudctl.ports.context import Context
from cloudctl.ports.printer import Fields, Paper, Part, Sheet, Text
from cloudctl.services.report_words import NATURES, SIDES, formula, heading, shown, source
from cloudctl.services.reports import Told


def pdf(ctx: Context, told: Told, locale: str) -> bytes:
    """The paper in a language."""
    _ = translator(locale)
    report = told.report
    numbered = [(place, section) for place, section in enumerate(report.sections, start=1)]
    parts: list[Part] = [Text("", (heading(report, _),))]
    parts += [_section(place, section, locale, _) for place, section in numbered]
    parts += [_savings(told, locale, _), _served(told, _), _appendix(told, _), _queries(told, locale, _)]
    paper = Paper(
        title=_("Monthly report of the government cloud"),
        number=str(report.month),
        parts=tuple(parts),
        footer=fill(_, mark("As of {as_of} UTC"), {"as_of": report.as_of.strftime("%Y-%m-%d %H:%M")}),
        page_of=_("Page {page} of {pages}"),
    )
    return ctx.printer.pdf(paper)


def _section(place: int, section: Section, locale: str, _: Translate) -> Part:
    note = "" if section.note is None else f"（{section.note[locale]}）"
    pairs = tuple((one.title[locale], shown(one.value, one.unit, _)) for one in section.figures)
    return Fields(f"{place}. {section.title[locale]}{note}", pairs)


def _savings(told: Told, locale: str, _: Translate) -> Part:
    columns = ((_("Line"), 5), (_("Side"), 3), (_("Formula"), 10), (_("Amount (yuan)"), 4), (_("Source"), 4))
    rows = tuple(
        (
            line.rule.title[locale],
            f"{_(SIDES[line.rule.side])}，{_(NATURES[line.rule.nature])}",
            formula(line, locale, _),
            shown(line.amount_fen, "fen", _),
            source(line, locale),
        )
        for line in told.account.ledger.lines
    )
    return Sheet(_("Savings, line by line"), columns, rows)


def _served(told: Told, _: Translate) -> Part:
    columns = ((_("Order"), 4), (_("Cloud"), 3), (_("vCPU that had been returned"), 4))
    rows = tuple((one.number, one.cloud, f"{one.vcpu:,}") for one in told.account.orders)
    return Sheet(_("Returned capacity and whom it served"), columns, rows, nothing=_("None."))


def _appendix(told: Told, _: Translate) -> Part:
    columns = (
        (_("Department"), 6), (_("System"), 7), (_("Servers"), 2), (_("vCPU"), 2), (_("Memory (GiB)"), 3),
        (_("Opened"), 2), (_("Reclaimed"), 2),
    )  # fmt: skip
    rows = tuple(
        (
            one.department_name, f"{one.system_name or '—'} {one.system or ''}".strip(), str(one.servers),
            str(one.vcpu), f"{one.memory_mib / 1024:,.0f}", str(one.opened), str(one.reclaimed),
        )
        for one in told.report.appendix
    )  # fmt: skip
    return Sheet(_("Appendix: departments and systems"), columns, rows, nothing=_("None."))


def _queries(told: Told, locale: str, _: Translate) -> Part:
    columns = ((_("Figure"), 4), (_("Query"), 10), (_("Taken as"), 3))
    rows = tuple(
        (one.title[locale], one.query, one.take) for section in told.report.sections for one in section.figures
    )
    return Sheet(_("Where each figure comes from"), columns, rows)
