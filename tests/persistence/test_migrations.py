"""The schema's versions: from nothing, and from the previous one with data and an order in flight."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, inspect, text
from sqlalchemy.exc import OperationalError

import cloudctl.persistence.migrations as versions
from cloudctl.domain.errors import ConfigurationError
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.persistence.engines import Engines, open_engines
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import metadata
from cloudctl.ports.queries import PageAsk
from tests.persistence.records import City, Database

PREVIOUS = "0001"


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


def test_from_the_previous_one_with_an_order_in_flight(empty: Engines) -> None:
    versions.upgrade(empty.write, PREVIOUS)
    assert versions.current(empty.write) == PREVIOUS
    city = City(Database(empty))
    city.limit(5)
    order = city.order(state="provisioning", attempt=1, held=True)
    with city.database.work() as uow:
        uow.quotas.hold(order, Demand({Dimension.SERVERS: 2}))
        network = city.network(order_id=order.id)
        uow.resources.add(network)
        uow.resources.add(city.server(network.id, order_id=order.id, state="building"))
        uow.prefixes.reserve(zone="egov", length=24, version=4, network_id=network.id, order_id=order.id, now=uow.now)
        uow.audit("start/order", "order", order.id)
    before = snapshot(empty)
    versions.upgrade(empty.write)
    assert [versions.current(empty.write)] == versions.heads()
    assert versions.check(empty.read) == []
    assert snapshot(empty) == before
    with city.database.work() as uow:
        found = uow.orders.lock(order.id)
        found.advance("deliver")
        for resource in uow.resources.of_order(found.id):
            resource.state = "active"
        uow.quotas.commit(found, Demand({Dimension.SERVERS: 2}))
    (row,) = DatabaseQueries(empty.read).servers.page(None, {"state": "active"}, PageAsk()).items
    assert getattr(row, "name", None) == "web-1"


def snapshot(engines: Engines) -> dict[str, Any]:
    """All rows of all tables as they stand in the database, without the code's own idea of them."""
    seen = MetaData()
    with engines.read.connect() as connection:
        names = sorted(set(inspect(connection).get_table_names()) - {versions.VERSION_TABLE})
        tables = [Table(name, seen, autoload_with=connection) for name in names]
        return {table.name: sorted(map(repr, connection.execute(table.select()).all())) for table in tables}


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
