"""Every test of this folder runs on SQLite and on a real PostgreSQL: a fresh, migrated database each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from cloudctl.domain.syncs import Rhythm
from cloudctl.persistence import migrations
from cloudctl.persistence.engines import Engines, open_engines
from cloudctl.persistence.mapping import map_domain
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import metadata
from tests.lab.postgres import PostgresServer
from tests.persistence.records import City, Database

BOTH = ("sqlite", "postgresql")


@pytest.fixture(scope="session", autouse=True)
def mapped() -> None:
    map_domain()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: PostgresServer) -> str:
    """An empty database for whoever needs one for the session."""
    return postgres.create_database()


@pytest.fixture(scope="session")
def postgres_migrated(postgres: PostgresServer) -> Iterator[Engines]:
    """One migrated database for all tests: emptying it is twenty times quicker than making another."""
    made = open_engines(postgres.create_database("migrated"), writers=60)
    migrations.upgrade(made.write)
    yield made
    made.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    engines = open_engines(f"sqlite:///{path}")
    migrations.upgrade(engines.write)
    engines.close()
    return path


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url.rpartition("/")[2])


@pytest.fixture(params=BOTH)
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engines]:
    """Engines on a fresh, migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "cloudctl.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        made = open_engines(f"sqlite:///{path}")
        yield made
        made.close()
        return
    made = request.getfixturevalue("postgres_migrated")
    with made.write.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # neither triggers nor references
        for table in metadata.tables.values():
            connection.execute(table.delete())
    yield made


@pytest.fixture
def database(engines: Engines) -> Database:
    """Units of work on a fresh database."""
    return Database(engines)


@pytest.fixture
def city(database: Database) -> City:
    """A database with one department, its system, an officer, a zone and a cloud."""
    return City(database)


@pytest.fixture
def queries(database: Database) -> DatabaseQueries:
    return DatabaseQueries(database.engines.read, database.clock, Rhythm())
