"""`cloudctl restore`: the platform's own database from a file of `cloudctl backup`.

Everything that uses the database is stopped first; one that is not empty is only replaced with --overwrite.
"""

from __future__ import annotations

from pathlib import Path

import click

from cloudctl.cli.groups import Verb
from cloudctl.cli.local.installation import opened, settings_with
from cloudctl.cli.tables import people_time
from cloudctl.cli.words import _


@click.command("restore", cls=Verb)
@click.argument(
    "archive", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("A file of `cloudctl backup`.")
)
@click.option("--overwrite", is_flag=True, help=_("Lose what the database holds now."))
def restore(archive: Path, overwrite: bool) -> None:
    """Restore the platform's own database from a backup. Stop serve and workers first."""
    from cloudctl.persistence import copies  # noqa: PLC0415 - loaded when it runs

    with opened(settings_with()) as app:
        manifest = copies.restore(app.engines.write, archive.absolute(), overwrite=overwrite)
    click.echo(
        _("Restored as it was at {time}.\n  Now run: cloudctl db upgrade").format(time=people_time(manifest.taken_at))
    )
