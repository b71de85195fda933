"""The schema's versions, run through Alembic without any file of settings.

    upgrade(engine)          # to the newest version, or to a named one
    current(engine)          # '0002', or None for an empty database
    check(engine)            # what differs between the tables in code and the database; [] is right

A migration is one transaction on both databases: it happens wholly or not at all. On PostgreSQL it waits at most
LOCK_TIMEOUT for a table that is in use, so that a queue does not build up behind it, and two that start at once follow
each other.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from cloudctl.persistence.tables import metadata

VERSION_TABLE = "schema_version"
LOCK_TIMEOUT = "5s"
TURN_TIMEOUT = "5min"  # another program that migrates at the same time is waited for; it may have all of it to do
MIGRATION_LOCK = 0x736368656D61  # any number that is used for nothing else
APPENDED = (
    "audit_events", "evidence", "indicator_snapshots", "zombie_scans", "verdicts", "zombie_policies", "purposes",
)  # fmt: skip
"""Tables that triggers keep from being changed."""
TRIGGERS = {
    "sqlite": (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        tuple(f"{table}_no_{act}" for table in APPENDED for act in ("update", "delete")),
    ),
    "postgresql": (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        tuple(f"{table}_no_{act}" for table in APPENDED for act in ("update", "delete", "truncate")),
    ),
}


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Brings the database to `revision`; raises OperationalError when a table stays locked."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_TIMEOUT}'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        command.upgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """The version the database is at; None when it has none."""
    with engine.connect() as connection:
        return _context(connection).get_current_revision()


def heads() -> list[str]:
    """The newest version; more than one would be a mistake of ours."""
    return ScriptDirectory.from_config(_config()).get_heads()


def known(revision: str) -> bool:
    """Whether this program has `revision`: False for what a newer one wrote."""
    with suppress(Exception):
        return ScriptDirectory.from_config(_config()).get_revision(revision) is not None
    return False


def check(engine: Engine) -> list[str]:
    """What the database lacks or has too much of, against the tables in code, a line each."""
    with engine.connect() as connection:
        differences = [str(difference) for difference in compare_metadata(_context(connection), metadata)]
        listing, names = TRIGGERS[connection.dialect.name]
        present = set(connection.scalars(text(listing)))
        return differences + [f"no trigger {name}" for name in names if name not in present]


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts=options())


def options() -> dict[str, Any]:
    """How Alembic looks at the database; the engine's own tables beside ours are none of its business."""

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name in metadata.tables

    return {"version_table": VERSION_TABLE, "include_name": ours, "compare_type": True, "target_metadata": metadata}
