from __future__ import annotations

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cloudctl.domain.errors import ConfigurationError
from cloudctl.engine import leases


def test_on_sqlite_the_executor_is_always_the_same(database: Database) -> None:
    assert leases.executor_id(database) == leases.executor_id(database) == "embedded"


def test_on_postgresql_every_start_is_another_executor(shared: Database) -> None:
    assert leases.executor_id(shared) != leases.executor_id(shared)


@pytest.mark.parametrize("name", ["database", "shared"])
def test_a_lease_is_one_holders_and_shows_that_it_lives(name: str, request: pytest.FixtureRequest) -> None:
    database: Database = request.getfixturevalue(name)
    alive = leases.liveness(database)
    assert not alive("embedded")
    lease = leases.take_lease(database, "embedded")
    assert alive("embedded")
    with pytest.raises(ConfigurationError, match="Another process"):
        leases.take_lease(database, "embedded")
    lease.release()
    assert not alive("embedded")
    leases.take_lease(database, "embedded").release()


def test_a_lease_whose_connection_is_gone_says_so(shared: Database) -> None:
    lease = leases.take_lease(shared, "a")
    assert isinstance(lease, leases.AdvisoryLease)
    with shared.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    with pytest.raises(SQLAlchemyError):
        lease.others_with_work()
    lease.release()
    assert not leases.liveness(shared)("a")


def test_exclusivity_has_one_holder_over_all_workers(shared: Database) -> None:
    here, there = leases.exclusivity(shared), leases.exclusivity(shared)
    with here("purge") as mine, there("purge") as theirs, there("mail") as other:
        assert (mine, theirs, other) == (True, False, True)
    with there("purge") as theirs:
        assert theirs


def test_on_sqlite_there_is_nobody_to_exclude(database: Database) -> None:
    exclusive = leases.exclusivity(database)
    with exclusive("purge") as mine:
        assert mine
