"""`cloudctl audit`: who did what, when and why."""

from __future__ import annotations

from typing import IO, Any

import click

from cloudctl.cli.client import connect
from cloudctl.cli.fields import body_of, options
from cloudctl.cli.nouns import Noun
from cloudctl.cli.words import _

AUDIT = Noun(
    "audit",
    columns=("at", "actor", "action", "target_kind", "target_id", "outcome", "reason"),
    filters=("actor", "action", "target_kind", "target_id", "department_id"),
    single=False,
    shown=lambda row: {**row, "reason": row["record"]["reason"]},
)
CHUNK = 64 * 1024

audit = AUDIT.group(_("Who did what, when and why."))


@audit.command("export")
@options(*AUDIT.filters)
@click.option("-f", "--file", "target", type=click.File("wb"), default="-", help=_("Where to write it."))
def export(target: IO[bytes], **filters: Any) -> None:
    """Write the events as they are on record, one JSON object a line (NDJSON)."""
    api = connect()
    query = body_of(api, filters)
    with api.stream("/audit/export", accept="application/x-ndjson", query=query) as response:
        while chunk := response.read1(CHUNK):
            target.write(chunk)
