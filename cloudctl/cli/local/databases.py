"""The platform's own database as backup and restore reach it: an SQLite file, or PostgreSQL through its own tools.

    run_tool("pg_dump", "--format=custom", database=postgres_of(settings))

The password goes through the environment, where other users' process lists do not show it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.words import _

if TYPE_CHECKING:
    from cloudctl.settings import Settings


class Postgres(NamedTuple):
    """A PostgreSQL database by its URL's parts; empty ones are left to libpq's own defaults."""

    host: str
    port: str
    user: str
    password: str
    name: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables that libpq reads, on top of this process's own."""
        given = {
            "PGHOST": self.host,
            "PGPORT": self.port,
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.name,
        }
        return {**os.environ, **{name: value for name, value in given.items() if value}}


def sqlite_file(settings: Settings) -> Path:
    """The file of `sqlite:///relative` or `sqlite:////absolute`."""
    return Path(unquote(urlsplit(settings.database).path).removeprefix("/"))


def postgres_of(settings: Settings) -> Postgres:
    """The database of a `postgresql` URL; a socket directory may stand in `?host=`."""
    parts = urlsplit(settings.database)
    query = dict(parse_qsl(parts.query))
    return Postgres(
        host=query.get("host") or parts.hostname or "",
        port=query.get("port") or str(parts.port or ""),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        name=parts.path.removeprefix("/"),
    )


def has_tables(settings: Settings) -> bool:
    """Whether anything is in the database already."""
    if not settings.on_sqlite:
        database = postgres_of(settings)
        listed = run_tool(
            "psql", "-XAtc", "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database=database
        )
        return int(listed) > 0
    path = sqlite_file(settings)
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def run_tool(tool: str, *arguments: str, database: Postgres) -> str:
    """Runs one of PostgreSQL's own programs and answers its output; raises Failure with its words."""
    found = shutil.which(tool)
    if found is None:
        raise Failure(
            _("{tool} is not here.\n  Install PostgreSQL's client: apt install postgresql-client").format(tool=tool),
            Exit.USAGE,
        )
    done = subprocess.run(  # noqa: S603 - a fixed program, arguments of our own
        [found, *arguments], env=database.environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failure(_("{tool} failed: {words}").format(tool=tool, words=done.stderr.strip()), Exit.SERVER)
    return done.stdout
