"""`cloudctl backup`: the platform's own database in one archive, taken while it runs.

The archive is a tar file: `manifest.json` (when, by which version, digests), then `database.sqlite3` (SQLite's online
backup) or `database.dump` (pg_dump in its own format). The sealing keys are not in it unless asked for: with them the
archive alone opens what is sealed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.groups import Verb
from cloudctl.cli.local.databases import Postgres, postgres_of, run_tool, sqlite_file
from cloudctl.cli.local.installation import settings_with
from cloudctl.cli.words import _

if TYPE_CHECKING:
    from cloudctl.settings import Settings

MANIFEST = "manifest.json"
SQLITE_MEMBER, POSTGRES_MEMBER, KEYS_MEMBER = "database.sqlite3", "database.dump", "sealing.keys"


@click.command("backup", cls=Verb)
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path), help=_("The file to write."))
@click.option("--with-keys", is_flag=True, help=_("Put the sealing keys into the archive as well."))
def backup(archive: Path, with_keys: bool) -> None:
    """Back up the platform's own database into one file, while it runs."""
    settings = settings_with()
    with tempfile.TemporaryDirectory(dir=archive.absolute().parent) as folder:
        parts = [copy_database(settings, Path(folder))]
        if with_keys:
            parts.append((KEYS_MEMBER, settings.secret_keys))
        draft = Path(folder) / "archive"
        pack(draft, parts)
        draft.replace(archive)
    click.echo(_("Backed up to {archive}.").format(archive=archive))
    if not with_keys:
        click.echo(
            _("Keep {keys} apart: without it nothing sealed can be read.").format(keys=settings.secret_keys), err=True
        )


def copy_database(settings: Settings, folder: Path) -> tuple[str, Path]:
    """A consistent copy of the database in `folder`: (its name in the archive, the file)."""
    if settings.on_sqlite:
        return SQLITE_MEMBER, _copy_sqlite(sqlite_file(settings), folder / SQLITE_MEMBER)
    return POSTGRES_MEMBER, _dump(postgres_of(settings), folder / POSTGRES_MEMBER)


def pack(target: Path, parts: list[tuple[str, Path]]) -> None:
    """Writes the archive, readable by its owner alone; its manifest comes first."""
    from cloudctl import __version__  # noqa: PLC0415 - only here

    manifest = {
        "cloudctl": __version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": {name: digest(path) for name, path in parts},
    }
    content = json.dumps(manifest, indent=2).encode()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            header = tarfile.TarInfo(MANIFEST)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
            for name, path in parts:
                tar.add(path, arcname=name)
        file.flush()
        os.fsync(file.fileno())


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_sqlite(source: Path, target: Path) -> Path:
    """SQLite's own online backup: consistent although others write."""
    if not source.exists():
        raise Failure(_("There is no database at {path}.").format(path=source), Exit.NOT_FOUND)
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as live, sqlite3.connect(target) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    live.close()
    copy.close()
    return target


def _dump(database: Postgres, target: Path) -> Path:
    run_tool("pg_dump", "--format=custom", f"--file={target}", "--no-owner", "--no-privileges", database=database)
    return target
