"""The schema's versions: from nothing, and from the previous one with data and an order in flight."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Column, MetaData, Table, Text, inspect, select, text
from sqlalchemy.exc import OperationalError

import cloudctl.persistence.migrations as versions
from cloudctl.domain.departments import Department, Level
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.placements import Placement
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.syncs import Rhythm
from cloudctl.persistence.engines import Engines, open_engines
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import departments_versions, metadata, quotas, systems_versions
from cloudctl.ports.queries import PageAsk
from tests.persistence.records import START, City, Database

PREVIOUS = "0001"
LEFT = {"orders": {"placement": '[{"en": "sim: 80% left"}]'}}
"""Columns that a later version no longer has, as an earlier one kept them."""


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engines]:
    made = open_engines(empty_url)
    yield made
    made.close()


def test_from_empty(empty: Engines) -> None:
    assert versions.current(empty.write) is None
    assert len(versions.check(empty.read)) > len(metadata.tables)
    versions.upgrade(empty.write)
    assert [versions.current(empty.write)] == versions.heads()
    assert versions.check(empty.read) == []
    versions.upgrade(empty.write)
    assert versions.check(empty.read) == []


def test_from_the_previous_one_with_an_order_in_flight(empty: Engines, today: Engines) -> None:
    versions.upgrade(empty.write, PREVIOUS)
    assert versions.current(empty.write) == PREVIOUS
    city = City(Database(today))
    city.limit(5)
    order = city.order(state="provisioning", attempt=1, held=True)
    with city.database.work() as uow:
        uow.quotas.hold(order, "sim", Demand({Dimension.SERVERS: 2}))
        network = city.network(order_id=order.id)
        uow.resources.add(network)
        uow.resources.add(city.server(network.id, order_id=order.id, state="building"))
        uow.prefixes.reserve(zone="egov", length=24, version=4, network_id=network.id, order_id=order.id, now=uow.now)
        uow.audit("start/order", "order", order.id)
    take_back(today, empty)
    known = {
        table: [name for name in names if name not in LEFT.get(table, {})] for table, names in columns(empty).items()
    }
    before = snapshot(empty, known)
    versions.upgrade(empty.write)
    assert [versions.current(empty.write)] == versions.heads()
    assert versions.check(empty.read) == []
    assert snapshot(empty, known) == before
    with Database(empty).work() as uow:
        found = uow.orders.lock(order.id)
        assert found.placements == [Placement(items=(0,), cloud="sim", reasons=({"en": "sim: 80% left"},))]
        found.advance("deliver")
        for resource in uow.resources.of_order(found.id):
            resource.state = "active"
        uow.quotas.commit(found, "sim", Demand({Dimension.SERVERS: 2}))
    queries = DatabaseQueries(empty.read, city.database.clock, Rhythm())
    (row,) = queries.servers.page(None, {"state": "active"}, PageAsk()).items
    assert getattr(row, "name", None) == "web-1"


def test_what_units_of_a_district_may_use_comes_out_of_its_limit_from_then_on(empty: Engines, today: Engines) -> None:
    """Everybody keeps what they had: the limits above grow by what stands below."""
    city = City(Database(today))
    tree = (
        ("qu", Level.DISTRICT, None), ("zhen", Level.TOWNSHIP, "qu"), ("cun", Level.VILLAGE, "zhen"),
        ("ju", Level.CITY, None), ("zx", Level.CITY, "ju"),
    )  # fmt: skip
    units: dict[str | None, Department] = {}
    for code, level, above in tree:
        units[code] = Department(code=code, name=code, level=level, created_at=START)
        units[code].stand_below(units.get(above))
        with city.database.work() as uow:
            uow.departments.add(units[code])
    versions.upgrade(empty.write, "0002")
    take_back(today, empty)
    account = {"cloud": "sim", "zone": "egov", "dimension": Dimension.VCPU, "held": 0, "committed": 0, "version": 1}
    with empty.write.begin() as connection:
        for code in ("qu", "cun", "ju", "zx"):
            limit = {"id": uuid4(), "department_id": units[code].id, "limit": 10}
            connection.execute(quotas.insert().values(account | limit))
    versions.upgrade(empty.write)
    with Database(empty).work() as uow:
        for code, level, above in tree:
            assert uow.departments.get(units[code].id).path == units[code].path, (level, above)
        after = {code: uow.quotas.of(units[code].id, "sim", "egov")[Dimension.VCPU] for code, _, _ in tree}
    assert {code: (quota.limit, quota.allotted, quota.left) for code, quota in after.items()} == {
        "qu": (20, 10, 10), "zhen": (10, 10, 0), "cun": (10, 0, 10), "ju": (10, 0, 10), "zx": (10, 0, 10),
    }  # fmt: skip


def test_what_was_on_record_begins_its_history_when_it_was_put_on_record(empty: Engines, today: Engines) -> None:
    city = City(Database(today))
    versions.upgrade(empty.write, "0017")
    take_back(today, empty)
    versions.upgrade(empty.write)
    database = Database(empty)
    kept = systems_versions.c
    (row,) = database.all(select(kept.id, kept.code, kept.status, kept.since, kept.until, kept.by_name))
    assert tuple(row) == (city.system.id, "relief", "in_use", city.system.created_at, None, "migration")
    with database.work() as uow:
        uow.systems.get(city.system.id).name = "Relief 2"
    rows = database.all(select(kept.name, kept.until).order_by(kept.version))
    assert [tuple(row) for row in rows] == [("Relief", database.clock.at), ("Relief 2", None)]


def test_departments_on_record_begin_their_history_when_they_were_put_on_record(empty: Engines, today: Engines) -> None:
    city = City(Database(today))
    versions.upgrade(empty.write, "0022")
    take_back(today, empty)
    versions.upgrade(empty.write)
    kept = departments_versions.c
    database = Database(empty)
    (row,) = database.all(select(kept.id, kept.code, kept.level, kept.path, kept.since, kept.until, kept.by_name))
    own = city.department
    assert tuple(row) == (own.id, own.code, own.level, own.path, own.created_at, None, "migration")
    with database.work() as uow:
        uow.departments.get(own.id).level = Level.DISTRICT
    rows = database.all(select(kept.level, kept.until).order_by(kept.version))
    assert [tuple(row) for row in rows] == [(own.level, database.clock.at), (Level.DISTRICT, None)]


@pytest.fixture
def today(sqlite_template: Path, tmp_path: Path) -> Iterator[Engines]:
    """A database of the newest version, for what the code of today puts on record."""
    path = shutil.copy(sqlite_template, tmp_path / "today.db")
    made = open_engines(f"sqlite:///{path}")
    yield made
    made.close()


def take_back(newer: Engines, older: Engines) -> None:
    """Puts the rows of one database into another of an earlier version, as far as that one knows their columns."""
    known = columns(older)
    with newer.read.connect() as source, older.write.begin() as target:
        for table in metadata.sorted_tables:
            names = [name for name in known.get(table.name, ()) if name in table.c]
            rows = source.execute(select(*(table.c[name] for name in names))).mappings().all() if names else []
            left = {name: value for name, value in LEFT.get(table.name, {}).items() if name in known[table.name]}
            if rows:
                older_table = Table(
                    table.name,
                    MetaData(),
                    *(Column(name, table.c[name].type) for name in names),
                    *(Column(name, Text) for name in left),
                )
                target.execute(older_table.insert(), [dict(row) | left for row in rows])


def columns(engines: Engines) -> dict[str, list[str]]:
    """The columns of all tables, as they stand in the database."""
    with engines.read.connect() as connection:
        tables = inspect(connection)
        names = sorted(set(tables.get_table_names()) - {versions.VERSION_TABLE})
        return {name: [column["name"] for column in tables.get_columns(name)] for name in names}


def snapshot(engines: Engines, known: dict[str, list[str]]) -> dict[str, Any]:
    """All rows of these columns as they stand in the database, without the code's own idea of them."""
    seen = MetaData()
    with engines.read.connect() as connection:
        tables = {name: Table(name, seen, autoload_with=connection) for name in known}
        rows = {name: select(*(tables[name].c[column] for column in of)) for name, of in known.items()}
        return {name: sorted(map(repr, connection.execute(statement).all())) for name, statement in rows.items()}


def test_the_engines_own_tables_are_left_alone(empty: Engines) -> None:
    with empty.write.begin() as connection:
        connection.execute(text("CREATE TABLE workflow_status (id TEXT PRIMARY KEY)"))
    versions.upgrade(empty.write)
    assert versions.check(empty.read) == []


def test_check_tells_what_differs(empty: Engines) -> None:
    versions.upgrade(empty.write)
    on = " ON audit_events" if empty.write.dialect.name == "postgresql" else ""
    with empty.write.begin() as connection:
        connection.execute(text(f"DROP TRIGGER audit_events_no_delete{on}"))
        connection.execute(text("DROP INDEX ix_orders_system_id"))
        connection.execute(text("ALTER TABLE notices DROP COLUMN last_error"))
        connection.execute(text("CREATE TABLE counters_old (name TEXT)"))
    found = "\n".join(versions.check(empty.read))
    for expected in ("no trigger audit_events_no_delete", "ix_orders_system_id", "last_error"):
        assert expected in found
    assert "counters_old" not in found


def test_a_migration_that_fails_leaves_nothing(empty: Engines) -> None:
    with empty.write.begin() as connection:
        connection.execute(text("CREATE TABLE volumes (id TEXT)"))  # in the way of the first version's last table
    with pytest.raises(Exception, match="already exists"):
        versions.upgrade(empty.write)
    with empty.read.connect() as connection:
        assert inspect(connection).get_table_names() == ["volumes"]


def test_two_that_start_at_once_follow_each_other(empty_url: str) -> None:
    start = Barrier(2)

    def migrate(_: int) -> str | None:
        made = open_engines(empty_url)
        start.wait()
        versions.upgrade(made.write)
        try:
            return versions.current(made.write)
        finally:
            made.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(migrate, range(2))) == versions.heads() * 2


def test_several_that_open_a_new_file_at_once_wait_for_each_other(tmp_path: Path) -> None:
    def open_one(number: int, start: Barrier) -> None:
        made = open_engines(f"sqlite:///{tmp_path / f'{number}.db'}")
        start.wait()
        with made.write.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS things (id INTEGER)"))
        made.close()

    with ThreadPoolExecutor(4) as pool:
        for number in range(40):  # without a wait of ours about one in ten fails
            start = Barrier(4)
            list(pool.map(open_one, [number] * 4, [start] * 4))


def test_a_table_in_use_is_not_waited_for_without_end(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "LOCK_TIMEOUT", "100ms")
    made = open_engines(postgres_url)
    versions.upgrade(made.write, PREVIOUS)
    with made.write.begin() as busy:
        busy.execute(text("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(OperationalError, match="lock timeout"):
            versions.upgrade(made.write)
    assert versions.current(made.write) == PREVIOUS
    made.close()


def test_versions_that_are_known() -> None:
    assert versions.known("0001")
    assert not versions.known("9999")


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        open_engines(url)


def test_sqlite_settings(tmp_path: Path) -> None:
    made = open_engines(f"sqlite:///{tmp_path / 'new.db'}")
    expected = {"journal_mode": "wal", "busy_timeout": 30000, "foreign_keys": 1, "synchronous": 2}
    for engine in (made.write, made.read):
        with engine.connect() as connection:
            assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected} == expected
    made.close()
