"""A copy of our own database in one file, and the way back.

    manifest = back_up(engines.write, Path("/var/backups/cloudctl-20260302.tar"), clock.now())
    restore(engines.write, Path("/var/backups/cloudctl-20260302.tar"))                  # into an empty database
    restore(engines.write, Path("/var/backups/cloudctl-20260302.tar"), overwrite=True)  # or instead of what is there

The file is a tar of `manifest.json` and `database`: a whole SQLite file, or pg_dump's custom format. It shows one
moment, the engine's own tables included, while the service goes on working. It holds sealed secrets but never the key:
keep that elsewhere. A copy goes back into the kind of database that it came from; run `migrations.upgrade` afterwards.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from cloudctl.domain.errors import ConfigurationError
from cloudctl.persistence import migrations

MANIFEST, DATABASE = "manifest.json", "database"
_PRIVATE = 0o600
_TABLES = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
}


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy is: `sha256` and `size_bytes` are those of the database's own file in it."""

    database: str
    schema: str | None
    taken_at: datetime
    sha256: str
    size_bytes: int


def back_up(engine: Engine, target: Path, now: datetime) -> Manifest:
    """Writes a copy that only its owner may read; raises ConfigurationError when it cannot be made."""
    with TemporaryDirectory(dir=target.parent, prefix=".cloudctl-copy-") as directory:
        copy, manifest_file, whole = (Path(directory, name) for name in (DATABASE, MANIFEST, "copy.tar"))
        {"sqlite": _copy_sqlite, "postgresql": _dump}[engine.dialect.name](engine.url, copy)
        manifest = Manifest(
            database=engine.dialect.name,
            schema=migrations.current(engine),
            taken_at=now,
            sha256=_digest(copy),
            size_bytes=copy.stat().st_size,
        )
        manifest_file.write_bytes(msgspec.json.encode(manifest))
        with tarfile.open(whole, "w") as tar:
            tar.add(manifest_file, MANIFEST)
            tar.add(copy, DATABASE)
        whole.chmod(_PRIVATE)
        whole.replace(target)
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What the copy in `source` says of itself; raises ConfigurationError for a file that is none."""
    try:
        with tarfile.open(source) as tar:
            member = tar.extractfile(MANIFEST)
            return msgspec.json.decode(member.read() if member else b"", type=Manifest)
    except (OSError, tarfile.TarError, KeyError, msgspec.DecodeError) as error:
        raise ConfigurationError("{file} is not a copy of a cloudctl database.", file=str(source)) from error


def restore(engine: Engine, source: Path, *, overwrite: bool = False) -> Manifest:
    """Puts a copy back; raises ConfigurationError for a damaged or foreign copy and for a target that is in use."""
    manifest = read_manifest(source)
    _check_fit(engine, manifest)
    if not overwrite and not _is_empty(engine):
        raise ConfigurationError("The database is not empty: say overwrite to replace what is in it.")
    with TemporaryDirectory(prefix="cloudctl-copy-") as directory:
        with tarfile.open(source) as tar:
            tar.extract(DATABASE, directory, filter="data")
        copy = Path(directory, DATABASE)
        if _digest(copy) != manifest.sha256:
            raise ConfigurationError("{file} is damaged: its checksum is not its manifest's.", file=str(source))
        engine.dispose()
        {"sqlite": _fill_sqlite, "postgresql": _load}[engine.dialect.name](engine.url, copy)
    return manifest


def _check_fit(engine: Engine, manifest: Manifest) -> None:
    if manifest.database != engine.dialect.name:
        raise ConfigurationError(
            "The copy is one of {copy}, the database is {database}.",
            copy=manifest.database,
            database=engine.dialect.name,
        )
    if manifest.schema is not None and not migrations.known(manifest.schema):
        raise ConfigurationError("The copy's schema {schema} is newer than this program.", schema=manifest.schema)


def _is_empty(engine: Engine) -> bool:
    with engine.connect() as connection:
        return not connection.scalar(text(_TABLES[engine.dialect.name]))


def _copy_sqlite(url: URL, copy: Path) -> None:
    with closing(sqlite3.connect(str(url.database))) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def _fill_sqlite(url: URL, copy: Path) -> None:
    """Through SQLite itself, which minds its locks and its log, and not by moving files."""
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(str(url.database))) as target:
        source.backup(target)


def _dump(url: URL, copy: Path) -> None:
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")


def _load(url: URL, copy: Path) -> None:
    _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(copy))


def _run(program: str, url: URL, *arguments: str) -> None:
    """Runs one of PostgreSQL's programs; the password goes through the environment, where no process list shows it."""
    found = shutil.which(program)
    if found is None:
        raise ConfigurationError("{program} is not installed: install PostgreSQL's client programs.", program=program)
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    where = make_conninfo(host=url.host, port=url.port, user=url.username, dbname=url.database, **query)
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(  # noqa: S603 - a program of our own choice, no shell
        [found, *arguments, f"--dbname={where}"], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConfigurationError("{program} failed: {words}", program=program, words=done.stderr.strip()[-2000:])


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
