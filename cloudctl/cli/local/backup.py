"""`cloudctl backup`: the platform's own database in one file, taken while it runs.

The sealing keys are never in it: kept apart, neither alone opens what is sealed.
"""

from __future__ import annotations

from pathlib import Path

import click

from cloudctl.cli.groups import Verb
from cloudctl.cli.local.installation import opened, settings_with
from cloudctl.cli.words import _


@click.command("backup", cls=Verb)
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path), help=_("The file to write."))
def backup(archive: Path) -> None:
    """Back up the platform's own database into one file, while it runs."""
    from cloudctl.persistence.copies import back_up  # noqa: PLC0415 - loaded when it runs

    settings = settings_with()
    with opened(settings) as app:
        manifest = back_up(app.engines.write, archive.absolute(), app.context.clock.now())
    click.echo(_("Backed up to {archive}: {size} MiB.").format(archive=archive, size=-(-manifest.size_bytes // 2**20)))
    click.echo(
        _("Keep {keys} apart: without it nothing sealed can be read.").format(keys=settings.secret_keys), err=True
    )
