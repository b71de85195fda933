"""What the database says, in the domain's words; what is a fault of ours stays what it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cloudctl.domain.errors import Conflict
from cloudctl.persistence.errors import in_domain_words
from cloudctl.persistence.tables import counters
from cloudctl.persistence.unit_of_work import DatabaseUnitOfWork
from tests.persistence.records import City, Database, department


@contextmanager
def somebody_else(database: Database) -> Iterator[None]:
    """Holds what the next transaction needs, which then waits 50 ms."""
    engine = database.engines.write
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        with closing(sqlite3.connect(str(engine.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    with engine.begin() as other_connection:
        other_connection.execute(text("SELECT 1 FROM orders FOR UPDATE"))
        yield


def test_a_lost_race_for_a_lock_asks_to_try_again(city: City, database: Database) -> None:
    order = city.order()

    def lock(uow: DatabaseUnitOfWork) -> None:
        if uow.session.get_bind().dialect.name == "postgresql":
            uow.session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        uow.orders.lock(order.id)

    with somebody_else(database), pytest.raises(Conflict) as refused, database.work() as uow:
        lock(uow)
    assert refused.value.way_out == "Send the request again."


def test_a_conflict_that_shows_in_the_block_is_translated_when_it_leaves(city: City, database: Database) -> None:
    def add(uow: DatabaseUnitOfWork) -> None:
        uow.departments.add(department("civil-affairs"))
        uow.session.flush()

    with pytest.raises(Conflict) as refused, database.work() as uow:
        add(uow)
    assert refused.value.field == "code"


@pytest.mark.parametrize(
    "statement",
    ["UPDATE quotas SET held = -1", "UPDATE orders SET title = NULL"],
    ids=["check", "not null"],
)
def test_our_own_faults_are_not_dressed_up(city: City, database: Database, statement: str) -> None:
    city.limit(1)
    city.order()
    with pytest.raises(IntegrityError), database.work() as uow:
        uow.session.execute(text(statement))


def test_a_taken_primary_key_is_named(database: Database) -> None:
    with pytest.raises(Conflict) as refused, database.work() as uow:
        uow.session.execute(counters.insert().values([{"name": "a", "value": 1}, {"name": "a", "value": 2}]))
    assert refused.value.field == "name"


def test_other_errors_are_none_of_its_business() -> None:
    assert in_domain_words(ValueError("x")) is None
