"""Runs on both databases: a host is one run's alone, whoever decides; what runs say is read in the order of commits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from cloudctl.domain.errors import Conflict, NotFound
from cloudctl.domain.runs import HostStats, Played, Run, RunArtifact, RunBatch, RunEvent
from cloudctl.persistence.engines import Engines
from cloudctl.persistence.queries.database import DatabaseQueries
from cloudctl.persistence.retention import forget_run_lines
from cloudctl.ports.queries import PageAsk
from tests.persistence.records import START, City, Database


def run(*hosts: UUID, **fields: Any) -> Run:
    names = {str(host): f"web-{number}" for number, host in enumerate(hosts)}
    values = {"playbook": "p", "hosts": list(hosts), "names": names, "zone": "extranet", "created_at": START}
    return Run(**values | fields)


def added(database: Database, *made: Run) -> None:
    for one in made:
        with database.work() as uow:
            uow.runs.add(one)


def said(*texts: str, **fields: Any) -> RunBatch:
    events = tuple(RunEvent(at=datetime(2026, 11, 22, tzinfo=UTC), kind="line", text=text) for text in texts)
    return RunBatch(events=events, **fields)


def test_a_host_is_one_runs_alone(database: Database) -> None:
    host, other = uuid4(), uuid4()
    first, second = run(host, other), run(host)
    added(database, first, second)
    with database.work() as uow:
        uow.runs.claim(first)
    with pytest.raises(Conflict), database.work() as uow:
        uow.runs.claim(second)
    with database.work() as uow:
        uow.runs.unclaim(first)
        uow.runs.claim(second)


def test_who_waits_is_served_in_order_and_who_goes_is_known(database: Database) -> None:
    made = [run(uuid4()) for _ in range(3)]
    added(database, *made)
    for place, number in enumerate((2, 0, 1)):
        database.clock.sleep(1 + place)
        with database.work() as uow:
            uow.runs.lock_turns()
            uow.runs.lock(made[number].id).wait(uow.now)
    with database.work() as uow:
        waiting = uow.runs.waiting()
        assert [one.id for one in waiting] == [made[number].id for number in (2, 0, 1)]
        waiting[0].begin(uow.now)
    with database.work() as uow:
        assert [one.id for one in uow.runs.going()] == [made[2].id]
        assert len(uow.runs.waiting()) == 2


def test_turns_are_decided_by_one_at_a_time(database: Database) -> None:
    """Two that ask at the same moment for the same host: one has it, the other waits."""
    host = uuid4()
    made = [run(host, state="queued", waits_since=START) for _ in range(2)]
    added(database, *made)
    begun: list[UUID] = []

    def serve() -> None:
        with database.work() as uow:
            uow.runs.lock_turns()
            if not uow.runs.going():
                first = uow.runs.waiting()[0]
                first.begin(uow.now)
                uow.runs.claim(first)
                begun.append(first.id)

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert begun == [made[0].id]


def test_what_is_said_is_read_after_a_cursor(database: Database, queries: DatabaseQueries) -> None:
    first, second = run(uuid4()), run(uuid4())
    added(database, first, second)
    for key, batch in (
        (first.id, said("one", "two", dropped=3)),
        (second.id, said("x")),
        (first.id, said(state="failed")),
    ):
        with database.work() as uow:
            uow.runs.say(key, batch)
    rows = queries.run_events_of(first.id)
    assert [[event.text for event in row.events] for row in rows] == [["one", "two"], []]
    assert [(row.dropped, row.state) for row in rows] == [(3, None), (0, "failed")]
    assert queries.run_events_of(first.id, rows[0].seq) == rows[1:]
    assert queries.last_run_events() == rows[1].seq
    assert [row.run_id for row in queries.run_events_since([first.id, second.id], 0)] == [first.id, second.id, first.id]
    assert queries.run_events_since([second.id], rows[0].seq)[0].events[0].text == "x"
    assert queries.run_events_since([], 0) == []


def test_a_run_comes_back_as_it_was(database: Database, city: City, queries: DatabaseQueries) -> None:
    host = uuid4()
    made = run(
        host, arguments={"apps": [{"code": "A"}]}, tags=["gate"], department_id=city.department.id, state="running"
    )
    added(database, made, run(uuid4(), playbook="q"))
    with database.work() as uow:
        stats = {"web-0": HostStats(ok=3, failed=1)}
        uow.runs.lock(made.id).end(
            Played(outcome="failed", stats=stats, results={"answer": [1]}, reason="x", unfinished=("web-0",)), uow.now
        )  # fmt: skip
        uow.runs.keep(made.id, RunArtifact(name="log.txt", media_type="text/plain", size_bytes=1, digest="a" * 64))
        uow.runs.keep(made.id, RunArtifact(name="log.txt", media_type="text/plain", size_bytes=2, digest="b" * 64))
    with database.work() as uow:
        kept = uow.runs.get(made.id)
        assert (kept.stats, kept.results, kept.arguments) == (stats, {"answer": [1]}, {"apps": [{"code": "A"}]})
        assert [one.digest for one in uow.runs.artifacts(made.id)] == ["b" * 64]
        assert uow.attachments.named(["a" * 64, "b" * 64]) == {"b" * 64}  # the sweep leaves it
        assert uow.runs.find(uuid4()) is None
        with pytest.raises(NotFound):
            uow.runs.get(uuid4())
    (row,) = queries.runs.page(None, {"host_id": str(host)}, PageAsk()).items
    assert (row.id, row.failed_task, row.words) == (made.id, None, {"en": "x", "zh_CN": "x"})  # type: ignore[attr-defined]
    assert len(queries.runs.page(None, {"playbook": "q"}, PageAsk()).items) == 1


def test_lines_are_forgotten_and_the_run_stays(database: Database, queries: DatabaseQueries, engines: Engines) -> None:
    old, new = run(uuid4()), run(uuid4())
    added(database, old, new)
    with database.work() as uow:
        uow.runs.say(old.id, said("one", state="failed"))
    database.clock.sleep(3600)
    with database.work() as uow:
        uow.runs.say(new.id, said("two"))
    assert forget_run_lines(engines.write, database.clock.now()) == 1
    assert queries.run_events_of(old.id) == []
    assert len(queries.run_events_of(new.id)) == 1
    with database.work() as uow:
        assert uow.runs.get(old.id).id == old.id
