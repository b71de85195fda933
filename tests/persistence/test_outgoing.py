"""What a transaction adds at its end: in order, once, and not a trace of what was undone."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, event, select

from cloudctl.domain.errors import Conflict
from cloudctl.domain.letters import Letter, LetterKind, numbered
from cloudctl.domain.notices import News
from cloudctl.domain.orders import Order
from cloudctl.domain.quotas import Demand, Dimension
from cloudctl.domain.volumes import Volume
from cloudctl.persistence.tables import audit_events, counters, letters, notices, quota_entries, quotas
from cloudctl.persistence.unit_of_work import DatabaseUnitOfWork
from cloudctl.ports.context import Request
from cloudctl.ports.engine import Start
from tests.persistence.records import ADMIN, START, City, Database
from tests.persistence.records import enqueue as queue_up

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


def test_sagas_are_enqueued_at_the_end_at_once_and_not_what_was_undone(city: City, database: Database) -> None:
    calls: list[list[Start]] = []

    def enqueue(connection: Connection, starts: Sequence[Start]) -> None:
        calls.append(list(starts))
        queue_up(connection, starts)

    factory = replace(database.factory, enqueue=enqueue)
    with factory(Request(actor=ADMIN, request_id="req-1")) as uow, uow.together():
        for number in range(3):
            uow.start("build", f"o:{number}", "o", queue_key="sim")
        assert calls == []
    with factory(Request(actor=ADMIN, request_id="req-2")) as uow:
        uow.start("build", "o:3", "o", queue_key="sim")
        with suppress(ZeroDivisionError), uow.attempt():
            uow.start("build", "o:4", "o", queue_key="sim")
            raise ZeroDivisionError
        with uow.attempt():
            uow.start("build", "o:5", "o", queue_key="sim")
    with suppress(ZeroDivisionError), factory(Request(actor=ADMIN, request_id="req-3")) as uow:
        uow.start("build", "o:6", "o", queue_key="sim")
        raise ZeroDivisionError
    assert [[start.workflow_id for start in starts] for starts in calls] == [["o:0", "o:1", "o:2"], ["o:3"], ["o:5"]]
    queued = database.all(select(counters.c.name).where(counters.c.name.startswith("queued")))
    assert sorted(name.split("|")[2] for (name,) in queued) == ["o:0", "o:1", "o:2", "o:3", "o:5"]


def test_resources_together_are_written_what_others_stand_on_first(city: City, database: Database) -> None:
    """The first put on record is a volume alone, then come a volume of a server, the server, and its network."""
    first, second = city.order("2026-000001"), city.order("2026-000002")
    network = city.network(order_id=second.id)
    server = city.server(network.id, order_id=second.id)
    made = [volume(city, first, "v0"), volume(city, second, "v1", server.id), server, network]
    with database.work() as uow, uow.together():
        for resource in made:
            uow.resources.add(resource)
    with database.work() as uow:
        assert {one.name for one in uow.resources.of_order(second.id)} == {"seg", "web-1", "v1"}
        (alone,) = uow.resources.of_order(first.id)
        assert (alone.name, alone.version, alone.state) == ("v0", 1, "planned")
        alone.claim(second.id, "items[0]")  # it is on record like any other: it can be changed
    with database.work() as uow:
        assert uow.resources.get(made[0].id).version == 2


def test_a_resource_that_is_there_already_refuses_all_together(city: City, database: Database) -> None:
    order = city.order()
    with database.work() as uow:
        uow.resources.add(there := volume(city, order, "v"))
    again = volume(city, order, "v")
    again.id = there.id
    before = database.rows()

    def add_both() -> None:
        with database.work() as uow, uow.together():
            uow.resources.add(volume(city, order, "w"))
            uow.resources.add(again)

    with pytest.raises(Conflict):
        add_both()
    assert database.rows() == before


def volume(city: City, order: Order, name: str, server_id: UUID | None = None) -> Volume:
    return Volume(
        id=uuid4(), order_id=order.id, item=0, department_id=city.department.id, system_id=city.system.id, cloud="sim",
        zone="egov", name=name, size_gib=9, volume_type="standard", server_id=server_id, created_at=START,
    )  # fmt: skip
