"""`cloudctl reports`: the monthly report (月报) on the terminal, as workbook, PDF or JSON."""

from __future__ import annotations

import re
from pathlib import Path

import click

from cloudctl.cli.client import connect
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verb, Verbs
from cloudctl.cli.indicators import scope_option
from cloudctl.cli.nouns import Row
from cloudctl.cli.output import Form
from cloudctl.cli.words import LOCALE, _

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
FIGURES = ("figure", "amount", "query")

reports = Verbs("reports", help=_("The monthly report: figures with the queries that give them, workbook, PDF."))


class Month(click.ParamType[str, str]):
    """A month as 2026-10."""

    name = "yyyy-mm"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The month as it was written."""
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
            self.fail(_("{value} is not a month as 2026-10.").format(value=value), param, ctx)
        return value


@reports.command("monthly", cls=Verb)
@click.option("--month", type=Month(), required=True, help=_("The month; the present one is told as far as it is."))
@click.option(
    "--format", "kind", type=click.Choice(("table", "json", *MEDIA)), default="table", show_default=True,
    help=_("A table, JSON, or a file: a workbook with charts, or a PDF."),
)  # fmt: skip
@click.option(
    "-o", "--output-file", "target", type=click.Path(dir_okay=False, path_type=Path),
    help=_("Where to write it; files need it."),
)  # fmt: skip
@scope_option
def monthly(month: str, kind: str, target: Path | None, scope: str | None) -> None:
    """Show or fetch the report of a month."""
    api = connect()
    query = {name: value for name, value in (("month", month), ("scope", scope)) if value}
    if kind in MEDIA:
        if target is None:
            raise Failure(_("A file needs a name.\n  Say where to write it: -o FILE."), Exit.USAGE)
        target.write_bytes(api.download(f"/reports/monthly.{kind}", accept=MEDIA[kind], query=query))
        click.echo(_("Written: {path}").format(path=target))
        return
    told = api.get("/reports/monthly", query).data
    if kind == "json" and target is not None:
        import json  # noqa: PLC0415 - most commands print tables

        target.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        click.echo(_("Written: {path}").format(path=target))
    elif kind == "json":
        Form("json").plain(told)
    else:
        _print(told)


def _print(told: Row) -> None:
    form = Form()
    click.echo(_("Month {month}, scope {scope}.").format(month=told["month"], scope=told["scope"]))
    if not told["ended"]:
        click.echo(_("It has not ended: these are the figures so far."))
    for section in told["sections"]:
        click.secho(section["title"][LOCALE], bold=True)
        form.rows([_figure(one) for one in section["figures"]], FIGURES)
        if section["note"]:
            click.echo(f"  {section['note'][LOCALE]}")
    count = len(told["appendix"])
    click.echo(_("The appendix has {count} rows: see --format xlsx, pdf or json.").format(count=count))


def _figure(one: Row) -> Row:
    value = one["value"]
    if value is None:
        shown = _("no data")
    elif one["unit"] == "share":
        shown = f"{value:.1%}"
    elif one["unit"] == "fen":
        shown = f"{value / 100:,.2f}"
    else:
        shown = f"{value:,.12g}"
    return {"figure": one["title"][LOCALE], "amount": shown, "query": one["query"]}
