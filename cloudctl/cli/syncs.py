"""`cloudctl syncs`: the clouds read into the inventory, and how that went."""

from __future__ import annotations

from collections.abc import Sequence
from time import sleep
from typing import Any

import click

from cloudctl.cli.client import Client, connect, item
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.nouns import Noun
from cloudctl.cli.output import Form, formatted
from cloudctl.cli.progress import counted
from cloudctl.cli.words import _

POLL_S = 1.0
COLUMNS = ("cloud", "mode", "state", "started_at", "ended_at", "objects", "changed", "missing", "error")
ENDED = frozenset({"clean", "partial", "failed"})

Row = dict[str, Any]


def _shown(row: Row) -> Row:
    return {**row, "error": in_my_language(row["error"])}


SYNCS = Noun("syncs", columns=COLUMNS, filters=("cloud", "mode", "state"), shown=_shown)

syncs = SYNCS.group(_("The clouds read into the inventory: run, list."))


@syncs.command("run")
@click.argument("clouds", nargs=-1, metavar="[CLOUD]...", help=_("The clouds by their codes."))
@click.option("--all", "everything", is_flag=True, help=_("All clouds that are in use."))
@click.option("--full", is_flag=True, help=_("Read everything, not only what changed."))
@click.option("--believe", is_flag=True, help=_("Read everything, and believe a list that is far too short."))
@click.option("--no-wait", is_flag=True, help=_("Do not wait for the end."))
@formatted
def run(*, form: Form, clouds: tuple[str, ...], everything: bool, full: bool, believe: bool, no_wait: bool) -> None:
    """Have clouds read now, each on its own, and wait until they are."""
    if bool(clouds) == everything:
        raise click.UsageError(_("Name clouds, or give --all."))
    api = connect()
    codes = list(clouds) or [row["code"] for row in api.rows("/clouds", {}, None)[0] if not row["retired"]]
    wanted = {"mode": "full" if full or believe else "incremental", **({"believed": True} if believe else {})}
    asked = [api.post(f"{item('/clouds', code)}/sync", wanted).data for code in codes]
    ended = asked if no_wait else _followed(api, asked)
    form.rows([_shown(row) for row in ended] if form.is_table else ended, COLUMNS)
    if not no_wait and any(row["state"] != "clean" for row in ended):
        raise Failure(_("Not every cloud was read to its end; what is shown of it is stale."), Exit.UNFINISHED)


def _followed(api: Client, asked: Sequence[Row]) -> list[Row]:
    """The syncs when all have ended; meanwhile a bar on a terminal counts the objects that were read."""
    rows = {row["id"]: row for row in asked}
    with counted(sum(_expected(api, row) for row in asked)) as read:
        while waiting := [key for key, row in rows.items() if row["state"] not in ENDED]:
            sleep(POLL_S)
            for key in waiting:
                row = api.get(item("/syncs", key)).data
                read(row["objects"] - rows[key]["objects"])
                rows[key] = row
    return list(rows.values())


def _expected(api: Client, asked: Row) -> int:
    """How many objects a sync will read: as many as the last full one, as far as anybody knows."""
    if asked["mode"] != "full":
        return 0
    query = {"cloud": asked["cloud"], "mode": "full", "state": "clean"}
    rows, _more = api.rows("/syncs", query, 1)
    return int(rows[0]["objects"]) if rows else 0
