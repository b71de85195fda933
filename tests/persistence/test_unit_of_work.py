"""The transaction: all or nothing, once per key, and told of in the audit trail and the progress."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloudctl.domain.departments import Department
from cloudctl.domain.errors import Conflict, IdempotencyMismatch
from cloudctl.domain.progress import ProgressLine
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.retention import forget_answers
from cloudctl.persistence.tables import audit_events, counters, departments, idempotency_keys
from cloudctl.persistence.unit_of_work import DatabaseUnitOfWork
from cloudctl.ports.context import Idempotency, Replayed
from tests.persistence.records import START, City, Database, department


def key(city: City, name: str = "k-1", fingerprint: bytes = b"one") -> Idempotency:
    def render(made: Department) -> bytes:
        return msgspec.json.encode({"id": made.id, "version": made.version})

    return Idempotency(account_id=city.officer.id, key=name, fingerprint=fingerprint, render=render)


def line(city: City, order_id: UUID, message: str) -> ProgressLine:
    return ProgressLine(
        order_id=order_id,
        department_id=city.department.id,
        at=START,
        state="submitted",
        actor="officer",
        message=message,
        params={"n": "1"},
    )


def test_a_rollback_leaves_nothing_the_saga_included(city: City, database: Database) -> None:
    before = database.rows()

    def do(uow: DatabaseUnitOfWork) -> None:
        order = city.unsaved_order()
        uow.orders.add(order)
        uow.orders.next_number(2026)
        uow.audit("create/order", "order", order.id)
        uow.progress(line(city, order.id, "Handed in."))
        uow.start("provision_order", "o:1", str(order.id), queue_key="sim")
        uow.answer(city.department)
        uow.session.flush()
        raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"), database.work(key(city)) as uow:
        do(uow)
    assert database.rows() == before


def test_a_commit_keeps_the_saga_too(city: City, database: Database) -> None:
    with database.work() as uow:
        uow.start("provision_order", "o:1", "o", queue_key="sim")
    assert database.all(select(counters.c.name)) == [("queued|provision_order|o:1|o|sim",)]


def test_the_same_request_gets_the_same_answer(city: City, database: Database) -> None:
    with database.work(key(city)) as uow:
        made = department("health")
        uow.departments.add(made)
        made.name = "Health Commission"
        uow.answer(made)
    with pytest.raises(Replayed) as replayed, database.work(key(city)):
        pytest.fail("the block must not run")
    assert msgspec.json.decode(replayed.value.answer) == {"id": str(made.id), "version": 2}
    (kept,) = database.all(select(idempotency_keys.c.answer))
    assert kept.answer.startswith(b"sealed")
    assert str(made.id).encode() not in kept.answer


def test_the_same_key_with_another_request_is_refused(city: City, database: Database) -> None:
    with database.work(key(city)) as uow:
        uow.answer(city.department)
    with pytest.raises(IdempotencyMismatch) as refused, database.work(key(city, fingerprint=b"two")):
        pytest.fail("the block must not run")
    assert refused.value.field == "Idempotency-Key"
    assert refused.value.way_out
    with database.work(key(city, name="k-2", fingerprint=b"two")) as uow:
        uow.answer(city.department)


def test_without_a_kept_answer_a_repeat_is_a_conflict(city: City, database: Database) -> None:
    with database.work(key(city)) as uow:
        uow.departments.add(department("health"))
    with pytest.raises(Conflict, match="not kept"), database.work(key(city)):
        pytest.fail("the block must not run")


def test_a_key_that_was_rolled_back_is_fresh(city: City, database: Database) -> None:
    with pytest.raises(Conflict), database.work(key(city)) as uow:
        uow.departments.add(department("civil-affairs"))
    with database.work(key(city)) as uow:
        uow.answer(city.department)


def test_duplicates_at_once_are_done_once(city: City, database: Database) -> None:
    start = Barrier(12)

    def ask(_: int) -> bytes:
        start.wait()
        try:
            with database.work(key(city)) as uow:
                made = department("health")
                uow.departments.add(made)
                uow.answer(made)
                return msgspec.json.encode({"id": made.id, "version": 1})
        except Replayed as replayed:
            return replayed.answer

    with ThreadPoolExecutor(12) as pool:
        answers = set(pool.map(ask, range(12)))
    assert len(answers) == 1
    assert len(database.all(select(departments.c.id).where(departments.c.code == "health"))) == 1


def test_answers_are_forgotten_after_seven_days(city: City, database: Database) -> None:
    for name in ("old", "new"):
        with database.work(key(city, name)) as uow:
            uow.answer(city.department)
        database.clock.sleep(timedelta(days=1).total_seconds())
    assert forget_answers(database.engines.write, START + timedelta(days=7)) == 0
    assert forget_answers(database.engines.write, START + timedelta(days=7, seconds=1)) == 1
    assert database.all(select(idempotency_keys.c.key)) == [("new",)]


def test_audit_events_carry_the_act(city: City, database: Database) -> None:
    with database.work() as uow:
        assert uow.actor.name == "admin"
        uow.audit(
            "update/order",
            "order",
            city.department.id,
            department_id=city.department.id,
            before={"state": "draft"},
            after={"state": "submitted"},
            reason="ready",
        )
    (kept,) = database.all(select(audit_events))
    record = msgspec.json.decode(kept.record)
    assert (record["request"], record["before"], record["reason"]) == ("req-1", {"state": "draft"}, "ready")
    assert (kept.at, kept.action, kept.sealed_at) == (START, "update/order", None)


FORGERIES = {
    "update": "UPDATE audit_events SET actor = 'nobody'",
    "update with sealing": "UPDATE audit_events SET actor = 'nobody', sealed_at = '2026-03-03 00:00:00'",
    "delete": "DELETE FROM audit_events",
    "truncate": "TRUNCATE audit_events",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_audit_events_are_append_only(city: City, database: Database, forgery: str) -> None:
    with database.work() as uow:
        uow.audit("update/order", "order", "o-1")
    said = (
        "syntax error" if forgery == "truncate" and database.engines.write.dialect.name == "sqlite" else "append-only"
    )
    with pytest.raises(DBAPIError, match=said), database.engines.write.begin() as connection:
        connection.execute(text(FORGERIES[forgery]))
    assert [row.actor for row in database.all(select(audit_events))] == ["admin"]


def test_audit_events_are_sealed_once(city: City, database: Database) -> None:
    with database.work() as uow:
        uow.audit("update/order", "order", "o-1")
    seal = audit_events.update().values(sealed_at=START)
    with database.engines.write.begin() as connection:
        connection.execute(seal)
    with pytest.raises(DBAPIError, match="append-only"), database.engines.write.begin() as connection:
        connection.execute(seal)
    assert [row.sealed_at for row in database.all(select(audit_events))] == [START]


def test_no_line_appears_behind_a_reader(city: City, database: Database, queries: DatabaseQueries) -> None:
    """While one transaction has its number and is not committed yet, no later number can be seen."""
    order = city.order()
    numbered, go = Event(), Event()

    def slow() -> None:
        with database.work() as uow:
            uow.progress(line(city, order.id, "slow"))

            @event.listens_for(uow.session, "before_commit")
            def hold_on(_: Session) -> None:
                numbered.set()
                assert go.wait(30)

    def quick() -> None:
        with database.work() as uow:
            uow.progress(line(city, order.id, "quick"))

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow)
        assert numbered.wait(30)
        second = pool.submit(quick)
        database.wait_for_a_waiter()
        assert queries.progress_since(0) == []
        assert not second.done()
        go.set()
        first.result(30)
        second.result(30)
    assert [row.message for row in queries.progress_since(0)] == ["slow", "quick"]


def test_progress_under_load_is_never_missed(city: City, database: Database, queries: DatabaseQueries) -> None:
    order = city.order()
    done = Event()

    def write(number: int) -> None:
        for step in range(5):
            with database.work() as uow:
                uow.progress(line(city, order.id, f"{number}/{step}"))
                uow.progress(line(city, order.id, f"{number}/{step}+"))

    def follow() -> list[str]:
        seen: list[Any] = []
        while True:
            last_round = done.is_set()
            seen += queries.progress_since(seen[-1].seq if seen else 0, limit=7)
            if last_round and not queries.progress_since(seen[-1].seq if seen else 0):
                return [row.message for row in seen]

    with ThreadPoolExecutor(9) as pool:
        reader = pool.submit(follow)
        list(pool.map(write, range(8)))
        done.set()
        seen = reader.result(60)
    assert len(seen) == len(set(seen)) == 80
    for number in range(8):
        own = [message for message in seen if message.startswith(f"{number}/")]
        assert own == [f"{number}/{step}{end}" for step in range(5) for end in ("", "+")]
    assert [row.message for row in queries.progress_of(order.id, limit=3)] == seen[:3]
