"""What happened in a month, on both databases: what stood, with what came and without what went, is what stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest

from cloudctl.domain.cases import Case, CaseOrigin
from cloudctl.domain.inventory import Census, CloudObject, ObjectKind, ObjectStatus, Source
from cloudctl.domain.reports import CasesThat, OrdersThat, ServersThat
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.tables import orders, progress_lines
from tests.persistence.records import START, City, Database, Statements

LATER = START + timedelta(days=400)


def opened(database: Database, city: City, name: str, *, order: UUID | None = None, seen: bool = True) -> UUID:
    """A server on record, and seen by a sync an hour later."""
    network = city.network()
    with database.work() as uow:
        server = city.server(network.id, name, order_id=order, backend_id=name)
        uow.resources.add(network)
        uow.resources.add(server)
    database.clock.sleep(3600)
    if seen:
        thing = CloudObject(
            kind=ObjectKind.SERVER, native_id=name, name=name, tenant="p", status=ObjectStatus.ACTIVE, vcpu=2
        )
        with database.work() as uow:
            uow.inventory.write("sim", Census("sim", uow.inventory.known("sim")).take([thing]), source=Source.FULL)
            uow.inventory.link("sim")
    return server.id


def gone(database: Database, key: UUID) -> None:
    with database.work() as uow:
        uow.resources.get(key).gone_at = uow.now


def counted(queries: DatabaseQueries, that: ServersThat, since: datetime, until: datetime) -> int:
    return len(queries.months.servers(that, since, until))


def standing(queries: DatabaseQueries, at: datetime) -> int:
    return sum(one.servers for one in queries.months.holdings(at))


@pytest.mark.parametrize("seed", range(3))
def test_what_stands_is_what_stood_with_what_came_and_without_what_went(
    database: Database, city: City, queries: DatabaseQueries, seed: int
) -> None:
    random, servers, cuts = Random(seed), [], [START]
    for number in range(30):
        if servers and random.random() < 0.35:
            gone(database, servers.pop(random.randrange(len(servers))))
        else:
            servers.append(opened(database, city, f"vm-{number}"))
        database.clock.sleep(random.randint(1, 90_000))
        if random.random() < 0.4:
            cuts.append(database.clock.now())
    cuts.append(database.clock.now())
    for since, until in pairwise(cuts):
        came = counted(queries, ServersThat.TAKEN_OVER, since, until)
        went = counted(queries, ServersThat.RECLAIMED, since, until)
        assert standing(queries, until) == standing(queries, since) + came - went
    assert standing(queries, cuts[-1]) == len(servers) > 0
    assert counted(queries, ServersThat.RECLAIMED, START, LATER) > 0


def test_a_server_counts_from_when_a_sync_has_seen_it(database: Database, city: City, queries: DatabaseQueries) -> None:
    opened(database, city, "unseen", seen=False)
    before = database.clock.now()
    assert (standing(queries, before), counted(queries, ServersThat.TAKEN_OVER, START, LATER)) == (0, 0)
    opened(database, city, "seen")
    assert (standing(queries, before), standing(queries, database.clock.now())) == (0, 1)


def test_one_that_an_order_asked_for_was_opened_and_names_the_order(
    database: Database, city: City, queries: DatabaseQueries
) -> None:
    order = city.order()
    opened(database, city, "ordered", order=order.id)
    opened(database, city, "adopted")
    (one,) = queries.months.servers(ServersThat.OPENED, START, LATER)
    assert (one.name, one.order, one.system) == ("ordered", order.number, city.system.code)
    (other,) = queries.months.servers(ServersThat.TAKEN_OVER, START, LATER)
    assert (other.name, other.order) == ("adopted", None)


def test_orders_are_found_by_what_happened_to_them_and_each_once(
    database: Database, city: City, queries: DatabaseQueries
) -> None:
    order = city.order()
    day = timedelta(days=1)
    with database.engines.write.begin() as connection:
        times = {"submitted_at": START + day, "delivered_at": START + 13 * day}
        connection.execute(orders.update().where(orders.c.id == order.id).values(times))
        for hours in (1, 2):
            connection.execute(
                progress_lines.insert().values(
                    order_id=order.id, department_id=order.department_id, at=START + timedelta(hours=hours),
                    state="attention", actor="x", message="m", params={},
                )
            )  # fmt: skip
    (parked,) = queries.months.orders(OrdersThat.ATTENTION, START, LATER)
    assert parked.at == START + timedelta(hours=1)
    (delivered,) = queries.months.orders(OrdersThat.DELIVERED, START, LATER)
    assert (delivered.number, delivered.days) == (order.number, 12)
    assert len(queries.months.orders(OrdersThat.SUBMITTED, START, START + day)) == 1
    assert len(queries.months.orders(OrdersThat.SUBMITTED, START + day, LATER)) == 0
    assert queries.months.orders(OrdersThat.FAILED, START, LATER) == []


def test_cases_are_overdue_while_nobody_has_closed_them(
    database: Database, city: City, queries: DatabaseQueries
) -> None:
    due = START + timedelta(days=10)
    case = Case(
        number="督办〔2026〕1号", department_id=city.department.id, title="t", reason="r",
            due_on=due.date(), due_at=due,
        origin=CaseOrigin.HAND, created_at=START + timedelta(days=1),
    )  # fmt: skip
    with database.work() as uow:
        uow.cases.add(case)

    def at(that: CasesThat, days: int) -> int:
        return len(queries.months.cases(that, START, START + timedelta(days=days)))

    assert [at(CasesThat.OPENED, 2), at(CasesThat.OVERDUE, 2), at(CasesThat.OVERDUE, 11)] == [1, 0, 1]
    with database.work() as uow:
        uow.cases.get(case.id).closed_at = START + timedelta(days=12)
    assert [at(CasesThat.OVERDUE, 11), at(CasesThat.OVERDUE, 13), at(CasesThat.CLOSED, 13)] == [1, 0, 1]


def test_each_answer_is_one_statement(database: Database, city: City, queries: DatabaseQueries) -> None:
    opened(database, city, "vm")
    with Statements(database.engines) as sent:
        queries.months.holdings(LATER)
        queries.months.servers(ServersThat.RECLAIMED, START, LATER)
        queries.months.orders(OrdersThat.FAILED, START, LATER)
        queries.months.cases(CasesThat.OVERDUE, START, LATER)
    assert len(sent) == 4
