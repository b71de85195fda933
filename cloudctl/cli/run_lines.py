"""What a run says, line by line, until it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from cloudctl.cli.client import Client, item
from cloudctl.cli.exits import Exit
from cloudctl.cli.findings import in_my_language
from cloudctl.cli.labels import label
from cloudctl.cli.streams import events
from cloudctl.cli.words import _

COLOURS = {"changed": "yellow", "failed": "red", "unreachable": "red", "notice": "cyan"}
WAITING = frozenset({"asked", "planned"})


def follow(api: Client, run_id: str) -> Exit:
    """Prints what was said and what is being said; UNFINISHED when it ends otherwise than succeeded.

    One that waits for a person is not waited for.
    """
    where = item("/runs", run_id)
    run = api.get(where).data
    if run["state"] in WAITING:
        click.echo(_("The run is {state}.").format(state=label(run["state"])))
        return Exit.UNFINISHED
    for event in events(api, where + "/events"):
        _say(event.data)
        if event.data["state"] is not None:
            break
    run = api.get(where).data
    words = in_my_language(run["words"])
    click.echo(_("The run is {state}.").format(state=label(run["state"])) + (f" {words}" if words else ""))
    return Exit.OK if run["state"] == "succeeded" else Exit.UNFINISHED


def _say(batch: Mapping[str, Any]) -> None:
    for line in batch["lines"]:
        click.secho(line["text"], fg=COLOURS.get(line["kind"]))
    if batch["dropped"]:
        click.secho(
            _("... {count} lines came too fast to be shown; the artifact log.txt has them.").format(
                count=batch["dropped"]
            ),
            fg="cyan",
        )
