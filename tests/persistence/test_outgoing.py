"""What a transaction adds at its end: in order, once, and not a trace of what was undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

from sqlalchemy import Connection, event, select

from cloudctl.domain.letters import Letter, LetterKind, numbered
from cloudctl.domain.notices import News
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.persistence.tables import audit_events, counters, letters, notices, quota_entries, quotas
from cloudctl.persistence.unit_of_work import DatabaseUnitOfWork
from tests.persistence.records import START, City, Database

KIND = LetterKind.DECISION


def write(uow: DatabaseUnitOfWork, order: Order) -> str:
    """A letter with its number."""
    number = numbered(KIND, 2026, uow.letters.next_number(KIND, 2026))
    uow.letters.add(
        Letter(
            number=number, kind=KIND, order_id=order.id, department_id=order.department_id, template="approval.1",
            title={"en": "Decision"}, content={"en": "Yes"}, issued_by=None, issued_at=START,
        )
    )  # fmt: skip
    return number


def news(city: City, order: Order, name: str) -> News:
    return News(
        event=name, account_id=city.officer.id, recipient=city.officer.email, template="order_approved",
        params={"number": order.number}, order_id=order.id, due_at=START, created_at=START,
    )  # fmt: skip


def holding(city: City, database: Database, count: int) -> list[Order]:
    """Orders that hold three servers and five processors each."""
    for dimension in (Dimension.SERVERS, Dimension.VCPU):
        city.limit(1000, dimension)
    made = [city.order(f"2026-{number:06d}") for number in range(count)]
    with database.work() as uow:
        for order in made:
            uow.quotas.hold(order, "sim", Demand({Dimension.SERVERS: 3, Dimension.VCPU: 5}))
    return made


def held(database: Database) -> dict[Dimension, int]:
    return dict(database.all(select(quotas.c.dimension, quotas.c.held)))


def test_a_part_that_is_undone_leaves_nothing_and_what_came_before_it_stays(city: City, database: Database) -> None:
    order = city.order()
    with database.work() as uow:
        uow.audit("update/first", "order", order.id)
        write(uow, order)
        with suppress(ZeroDivisionError), uow.attempt():
            uow.audit("update/undone", "order", order.id)
            write(uow, order)
            raise ZeroDivisionError
        uow.audit("update/last", "order", order.id)
        write(uow, order)
    assert database.all(select(audit_events.c.action).order_by(audit_events.c.id)) == [
        ("update/first",),
        ("update/last",),
    ]
    assert {number for (number,) in database.all(select(letters.c.number))} == {
        numbered(KIND, 2026, 1),
        numbered(KIND, 2026, 2),
    }


def test_what_is_written_together_is_numbered_in_order_and_the_next_goes_on(city: City, database: Database) -> None:
    order = city.order()
    with database.work() as uow:
        with uow.together():
            first = [write(uow, order) for _ in range(5)]
        with uow.together():
            first += [write(uow, order) for _ in range(2)]
        first.append(write(uow, order))
    with database.work() as uow:
        assert write(uow, order) == numbered(KIND, 2026, 9)
    assert first == [numbered(KIND, 2026, running) for running in range(1, 9)]
    assert database.all(select(counters.c.value).where(counters.c.name == "letters/decision/2026")) == [(9,)]


def test_what_fails_together_leaves_no_gap(city: City, database: Database) -> None:
    order = city.order()
    with suppress(ZeroDivisionError), database.work() as uow, uow.together():
        write(uow, order)
        write(uow, order)
        raise ZeroDivisionError
    with database.work() as uow:
        assert write(uow, order) == numbered(KIND, 2026, 1)
    assert len(database.all(select(letters.c.number))) == 1


def test_many_releases_are_one_booking_an_account_and_a_line_each(city: City, database: Database) -> None:
    made = holding(city, database, 20)
    booked: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE quotas"):
            booked.append(statement)

    event.listen(database.engines.write, "before_cursor_execute", note)
    with database.work() as uow:
        uow.foresee([order.id for order in made])
        with uow.together():
            for order in made[:15]:
                uow.quotas.release(order)
    event.remove(database.engines.write, "before_cursor_execute", note)
    assert len(booked) == 1
    assert held(database) == {Dimension.SERVERS: 15, Dimension.VCPU: 25}
    lines = database.all(select(quota_entries.c.order_id).where(quota_entries.c.kind == "release-hold"))
    assert sorted(key for (key,) in lines) == sorted(2 * [order.id for order in made[:15]])


def test_a_second_release_together_finds_nothing(city: City, database: Database) -> None:
    (order,) = holding(city, database, 1)
    with database.work() as uow:
        uow.foresee([order.id])
        with uow.together():
            uow.quotas.release(order)
            uow.quotas.release(order)
    assert held(database) == {Dimension.SERVERS: 0, Dimension.VCPU: 0}


def test_batches_and_single_acts_never_wait_in_a_circle_nor_pass_each_other(city: City, database: Database) -> None:
    """Four batches release while four hold one by one, on the same two accounts and the same counter."""
    made = holding(city, database, 40)
    more = [city.order(f"2027-{number:06d}") for number in range(20)]
    start = Barrier(8)

    def batch(place: int) -> None:
        start.wait()
        with database.work() as uow:
            mine = uow.orders.lock_all([order.id for order in made[place::4]], [])
            uow.foresee([order.id for order in mine])
            with uow.together():
                for order in mine:
                    write(uow, order)
                    uow.quotas.release(order)

    def single(place: int) -> None:
        start.wait()
        for order in more[place::4]:
            with database.work() as uow:
                uow.orders.lock(order.id)
                write(uow, order)
                uow.quotas.hold(order, "sim", Demand({Dimension.VCPU: 1, Dimension.SERVERS: 2}))

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(act, place) for place in range(4) for act in (batch, single)]
        for one in done:
            one.result(60)
    assert held(database) == {Dimension.SERVERS: 40, Dimension.VCPU: 20}
    numbers = {number for (number,) in database.all(select(letters.c.number))}
    assert numbers == {numbered(KIND, 2026, running) for running in range(1, 61)}


def test_a_notice_told_before_stands_when_many_are_written_together(city: City, database: Database) -> None:
    order = city.order()
    with database.work() as uow:
        assert uow.notices.add_once(news(city, order, "one"))
    with database.work() as uow, uow.together():
        for name in ("one", "two", "two"):
            uow.notices.add_once(news(city, order, name))
    assert sorted(database.all(select(notices.c.event))) == [("one",), ("two",)]
