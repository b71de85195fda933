"""Pages of lists: whole, disjoint, newest first, one statement each; a deep one costs what the first does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from cloudctl.domain.accounts import Actor
from cloudctl.domain.audit import event
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.repositories.outgoing import append
from cloudctl.persistence.tables import audit_events, servers
from cloudctl.ports.queries import Page, PageAsk
from tests.persistence.records import ADMIN, START, City, Database, Statements


def walk(queries: DatabaseQueries, noun: str, limit: int, scope: UUID | None = None, **filters: object) -> list[Page]:
    pages = [getattr(queries, noun).page(scope, filters, PageAsk(limit=limit))]
    while pages[-1].next is not None:
        pages.append(getattr(queries, noun).page(scope, filters, PageAsk(limit=limit, cursor=pages[-1].next)))
    return pages


def fill(city: City, database: Database, count: int) -> list[UUID]:
    """Servers with derived ids; three share each moment."""
    network = city.network()
    with database.work() as uow:
        uow.resources.add(network)
        uow.session.execute(
            insert(servers),
            [
                {
                    "id": uuid4(),
                    "item": 0,
                    "department_id": city.department.id,
                    "system_id": city.system.id,
                    "cloud": "sim",
                    "zone": "egov",
                    "name": f"web-{number}",
                    "state": "active" if number % 2 else "planned",
                    "created_at": START + timedelta(microseconds=number // 3),
                    "version": 1,
                    "specification": "s2",
                    "vcpu": 2,
                    "memory_mib": 4096,
                    "root_disk_gib": 40,
                    "image": "debian",
                    "network_id": network.id,
                    "ssh_keys": [],
                    "fixed_addresses": [],
                    "power": "unknown",
                }
                for number in range(count)
            ],
        )
    with database.engines.read.connect() as connection:
        return list(connection.scalars(servers.select().with_only_columns(servers.c.id)))


def test_pages_are_whole_and_disjoint_newest_first(city: City, database: Database, queries: DatabaseQueries) -> None:
    expected = set(fill(city, database, 50))
    pages = walk(queries, "servers", 7)
    shown: list[Any] = [row for page in pages for row in page.items]
    assert [len(page.items) for page in pages] == [7] * 7 + [1]
    assert {row.id for row in shown} == expected
    places = [(row.created_at, row.id) for row in shown]
    assert places == sorted(places, reverse=True)
    assert sum(len(page.items) for page in walk(queries, "servers", 7, city.department.id, state="active")) == 25


def test_rows_added_meanwhile_shift_nothing(city: City, database: Database, queries: DatabaseQueries) -> None:
    for number in range(6):
        city.order(f"2026-{number:06d}")
    first = queries.orders.page(None, {}, PageAsk(limit=3))
    city.order("2026-000099")
    second = queries.orders.page(None, {}, PageAsk(limit=3, cursor=first.next))
    numbers = [getattr(row, "number", "") for row in [*first.items, *second.items]]
    assert numbers == [f"2026-{number:06d}" for number in range(5, -1, -1)]


@pytest.mark.parametrize("limit", [1, 50, 500])
def test_one_statement_at_any_page_size(city: City, database: Database, queries: DatabaseQueries, limit: int) -> None:
    fill(city, database, 600)
    queries.check()
    with Statements(database.engines) as sent:
        page = queries.servers.page(city.department.id, {"state": "active", "zone": "egov"}, PageAsk(limit=limit))
    assert len(page.items) == min(limit, 300)
    assert len(sent) == 1
    assert "count(" not in sent[0].lower()


def test_deep_pages_cost_what_the_first_does(city: City, database: Database, queries: DatabaseQueries) -> None:
    """By the plan: page 40 starts in the index where page 39 ended, and reads and sorts nothing before it."""
    fill(city, database, 2000)
    with database.engines.write.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    cursor = walk(queries, "servers", 50)[38].next
    with Statements(database.engines) as sent:
        assert len(queries.servers.page(city.department.id, {}, PageAsk(limit=50, cursor=cursor)).items) == 50
    explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}[database.engines.read.dialect.name]
    plan = explained(database, f"{explain} {sent[0]}", city.department.id)
    assert "ix_servers_" in plan
    assert "sort" not in plan.lower()
    assert "temp b-tree" not in plan.lower()


def explained(database: Database, statement: str, scope: UUID) -> str:
    """The plan, with values of the right types in place of the parameters."""
    if database.engines.read.dialect.name == "sqlite":
        with database.engines.read.connect() as connection:
            return str(
                connection.exec_driver_sql(
                    statement, (scope.hex, "2026-03-02", scope.hex, 51, 0)[: statement.count("?")]
                ).all()
            )
    values = {"scope": scope, "after_time": START, "after_id": scope, "rows": 51}
    named = {name: values[next(key for key in values if name.startswith(key))] for name in names_in(statement)}
    with database.engines.read.connect() as connection:
        return str(connection.exec_driver_sql(statement, named).all())


def names_in(statement: str) -> list[str]:
    return [part.partition(")")[0] for part in statement.split("%(")[1:]]


def acts(database: Database, *names: str) -> None:
    with database.work() as uow:
        for name in names:
            actor = Actor(
                account_id=None, name=name, department_id=None, roles=ADMIN.roles, permissions=ADMIN.permissions
            )
            append(
                uow.session,
                audit_events,
                event(at=START, actor=actor, action="update/x", target_kind="x", target_id="x"),
            )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("li", ["li", "li for wang", "zhao for li"]),
        ("wang", ["li for wang"]),
        ("zhao", ["zhao for li"]),
        ("li for wang", ["li for wang"]),
        ("l_", []),
        ("%", []),
        ("LI", []),
        ("for", []),
    ],
)
def test_an_actor_is_found_as_a_deputy_and_as_a_principal(
    database: Database, queries: DatabaseQueries, asked: str, found: list[str]
) -> None:
    acts(database, "li", "li for wang", "zhao for li", "lili", "xli", "liz for other", "other for xli", "i")
    (page,) = walk(queries, "audit", 50, actor=asked)
    assert sorted(row.actor for row in page.items) == sorted(found)  # type: ignore[attr-defined]


def test_pages_of_an_actor_go_on_by_keyset(database: Database, queries: DatabaseQueries) -> None:
    acts(database, *["li", "other", "zhao for li", "li for wang"] * 10)
    with Statements(database.engines) as sent:
        pages = walk(queries, "audit", 7, actor="li")
    assert [len(page.items) for page in pages] == [7, 7, 7, 7, 2]
    assert len(sent) == len(pages)
    keys = [row.id for page in pages for row in page.items]  # type: ignore[attr-defined]
    assert keys == sorted(set(keys), reverse=True)
