"""A copy of the database, and the way back."""

from __future__ import annotations

import io
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from cloudctl.domain.errors import ConfigurationError
from cloudctl.persistence import migrations
from cloudctl.persistence.copies import back_up, read_manifest, restore
from cloudctl.persistence.engines import Engines, open_engines
from tests.persistence.records import START, City, Database, department


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engines]:
    made = open_engines(empty_url)
    yield made
    made.close()


@pytest.fixture
def source(empty: Engines, tmp_path: Path) -> tuple[City, Path]:
    """A city's database and a copy of it."""
    migrations.upgrade(empty.write)
    with empty.write.begin() as connection:
        connection.execute(text("CREATE TABLE workflow_status (id TEXT PRIMARY KEY)"))
        connection.execute(text("INSERT INTO workflow_status VALUES ('o:1')"))
    city = City(Database(empty))
    city.order()
    with city.database.work() as uow:
        uow.audit("create/order", "order", "o-1")
    target = tmp_path / "copy.tar"
    manifest = back_up(empty.write, target, START)
    assert read_manifest(target) == manifest
    assert [manifest.schema] == migrations.heads()
    assert manifest.database == empty.write.dialect.name
    return city, target


def test_the_copy_is_private_and_nothing_lies_around(source: tuple[City, Path]) -> None:
    _, copy = source
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [path.name for path in copy.parent.iterdir() if "copy" in path.name] == ["copy.tar"]


def test_there_and_back(source: tuple[City, Path]) -> None:
    city, copy = source
    database = city.database
    rows = database.rows()
    with database.work() as uow:
        uow.departments.add(department("afterwards"))
    with pytest.raises(ConfigurationError, match="not empty"):
        restore(database.engines.write, copy)
    restore(database.engines.write, copy, overwrite=True)
    assert database.rows() == rows
    with database.work() as uow:
        assert uow.departments.by_code("afterwards") is None
        uow.departments.add(department("health"))
    assert migrations.check(database.engines.read) == []
    assert database.all(text("SELECT id FROM workflow_status")) == [("o:1",)]


def test_into_an_empty_database(source: tuple[City, Path], request: pytest.FixtureRequest, tmp_path: Path) -> None:
    city, copy = source
    rows = city.database.rows()
    if city.database.engines.write.dialect.name == "sqlite":
        other = open_engines(f"sqlite:///{tmp_path / 'other.db'}")
    else:
        other = open_engines(request.getfixturevalue("postgres").create_database())
    restore(other.write, copy)
    assert Database(other).rows() == rows
    assert migrations.check(other.read) == []
    other.close()


def rewrite(copy: Path, **members: bytes) -> None:
    """The same tar with other contents."""
    with tarfile.open(copy) as tar:
        kept = {name: tar.extractfile(name).read() for name in tar.getnames()}  # type: ignore[union-attr]
    with tarfile.open(copy, "w") as tar:
        for name, content in (kept | {key.replace("_", "."): value for key, value in members.items()}).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def test_damaged_foreign_and_newer_copies_are_refused(source: tuple[City, Path]) -> None:
    city, copy = source
    engine = city.database.engines.write
    manifest = read_manifest(copy)
    refusals = {
        "is one of oracle": manifest.__class__(**msgspec.structs.asdict(manifest) | {"database": "oracle"}),
        "newer than this program": manifest.__class__(**msgspec.structs.asdict(manifest) | {"schema": "9999"}),
        "checksum": manifest.__class__(**msgspec.structs.asdict(manifest) | {"sha256": "0" * 64}),
    }
    for said, wrong in refusals.items():
        rewrite(copy, manifest_json=msgspec.json.encode(wrong))
        with pytest.raises(ConfigurationError, match=said):
            restore(engine, copy, overwrite=True)
    copy.write_bytes(b"no tar at all")
    with pytest.raises(ConfigurationError, match="is not a copy"):
        restore(engine, copy, overwrite=True)
    with pytest.raises(ConfigurationError, match="is not a copy"):
        read_manifest(copy.with_name("absent.tar"))


def test_without_the_programs_it_says_what_to_install(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = open_engines(postgres_url)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="pg_dump is not installed"):
        back_up(made.write, tmp_path / "copy.tar", START)
    assert list(tmp_path.iterdir()) == []
    made.close()


def test_a_program_that_fails_is_quoted(source: tuple[City, Path], postgres_url: str, tmp_path: Path) -> None:
    made = open_engines(postgres_url.rpartition("/")[0] + "/absent")
    with pytest.raises(ConfigurationError, match='database "absent" does not exist'):
        back_up(made.write, tmp_path / "other.tar", START)
    made.close()
