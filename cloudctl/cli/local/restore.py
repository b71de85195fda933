"""`cloudctl restore`: the platform's own database from an archive of `cloudctl backup`.

Everything that uses the database is stopped first; a database that is not empty is only replaced with --replace.
"""

from __future__ import annotations

import json
import sqlite3
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verb
from cloudctl.cli.local.backup import KEYS_MEMBER, MANIFEST, POSTGRES_MEMBER, SQLITE_MEMBER, digest
from cloudctl.cli.local.databases import has_tables, postgres_of, run_tool, sqlite_file
from cloudctl.cli.local.installation import settings_with
from cloudctl.cli.words import _

if TYPE_CHECKING:
    from cloudctl.settings import Settings


@click.command("restore", cls=Verb)
@click.argument(
    "archive", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_("A file of `cloudctl backup`.")
)
@click.option("--replace", is_flag=True, help=_("Replace what the database holds now."))
def restore(archive: Path, replace: bool) -> None:
    """Restore the platform's own database from a backup. Stop serve and workers first."""
    settings = settings_with()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = unpack(archive, folder)
        member = SQLITE_MEMBER if settings.on_sqlite else POSTGRES_MEMBER
        if not (folder / member).exists():
            raise Failure(
                _("The backup is of another kind of database than {url}.").format(
                    url=settings.database.partition(":")[0]
                ),
                Exit.USAGE,
            )
        if has_tables(settings) and not replace:
            raise Failure(
                _("The database is not empty.\n  Run it with --replace to lose what it holds."), Exit.CONFLICT
            )
        _put(settings, folder / member)
        keys = folder / KEYS_MEMBER
        if keys.exists():
            _put_keys(settings, keys)
    click.echo(
        _("Restored what version {version} backed up at {made_at}.\n  Now run: cloudctl db upgrade").format(
            version=manifest["cloudctl"], made_at=manifest["made_at"]
        )
    )


def unpack(archive: Path, folder: Path) -> dict[str, Any]:
    """Unpacks an archive and checks every part against its digest; answers the manifest. Raises Failure."""
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        broken = [name for name, expected in manifest["sha256"].items() if digest(folder / name) != expected]
    except (tarfile.TarError, OSError, ValueError, KeyError) as error:
        raise Failure(
            _("{archive} is not a whole backup: {reason}").format(archive=archive, reason=error), Exit.USAGE
        ) from None
    if broken:
        raise Failure(_("{archive} is damaged: {names}.").format(archive=archive, names=", ".join(broken)), Exit.USAGE)
    return manifest


def _put(settings: Settings, copy: Path) -> None:
    if settings.on_sqlite:
        _put_sqlite(sqlite_file(settings), copy)
    else:
        run_tool(
            "pg_restore", "--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges",
            f"--dbname={postgres_of(settings).name}", str(copy), database=postgres_of(settings),
        )  # fmt: skip


def _put_sqlite(target: Path, copy: Path) -> None:
    """Writes the copy over the database through SQLite, which refuses while somebody else uses it."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source, live = sqlite3.connect(copy), sqlite3.connect(target, timeout=1.0)
    try:
        live.execute("PRAGMA locking_mode = EXCLUSIVE")
        live.execute("BEGIN EXCLUSIVE").execute("COMMIT")
        source.backup(live)
        live.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        raise Failure(
            _("The database is in use: {reason}.\n  Stop `cloudctl serve` first.").format(reason=error), Exit.CONFLICT
        ) from None
    finally:
        live.close()
        source.close()
    target.chmod(0o600)


def _put_keys(settings: Settings, keys: Path) -> None:
    """The keys of the backup, where there are none yet; other keys are never overwritten."""
    place = settings.secret_keys
    if place.exists() and place.read_bytes() != keys.read_bytes():
        click.echo(
            _("{path} has other keys and stays: add those of the backup to it by hand.").format(path=place), err=True
        )
        return
    place.touch(mode=0o600)
    place.write_bytes(keys.read_bytes())
