from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry, Gauge

from api.main import create_app
from api.streams import BACKLOG, Streams
from cloudctl.ports.queries.rows import ProgressRow
from tests.unit.api.client import Client
from tests.unit.api.conftest import City


@pytest.fixture
def fast(city: City) -> Iterator[Client]:
    """The application with a quick poller, and a heartbeat that can be waited for."""
    app = create_app(city.installation.context)
    app.state.streams = Streams(
        city.installation.context.queries, app.state.metrics.streams, poll_s=0.02, heartbeat_s=0.1
    )
    with Client(app, city.tokens["officer"]) as client:
        yield client


def test_a_stream_shows_what_was_and_what_comes(city: City, fast: Client) -> None:
    order = city.order()
    fast.post(f"/v1/orders/{order['id']}/submit")
    stream = fast.stream(f"/v1/orders/{order['id']}/events")
    assert stream.status == 200
    assert stream.chunk() == b"retry: 2000\n\n"
    first = stream.event()
    assert first is not None
    assert (first["state"], first["text"], first["order_id"]) == ("submitted", "Handed in.", order["id"])
    city.as_("head").post(f"/v1/orders/{order['id']}/return", {"reason": "缺材料"})
    second = stream.event()
    assert second is not None
    assert (second["state"], second["reason"]) == ("returned", "缺材料")
    assert second["id"] > first["id"]
    stream.close()
    listed = fast.get(f"/v1/orders/{order['id']}/progress").json()
    assert [line["seq"] for line in listed] == [first["id"], second["id"]]
    later = fast.get(f"/v1/orders/{order['id']}/progress?after={first['id']}").json()
    assert [line["seq"] for line in later] == [second["id"]]


def test_a_stream_resumes_after_the_last_event(city: City, fast: Client) -> None:
    order = city.order()
    path = f"/v1/orders/{order['id']}"
    fast.post(f"{path}/submit")
    first = fast.get(f"{path}/progress").json()[0]["seq"]
    city.as_("head").post(f"{path}/return", {"reason": "缺材料"})
    stream = fast.stream(f"{path}/events", last_event_id=str(first))
    event = stream.event()
    assert event is not None
    assert event["state"] == "returned"
    stream.close()


def test_a_stream_ends_with_the_file_and_is_not_come_back_for(city: City, fast: Client) -> None:
    order = city.order()
    path = f"/v1/orders/{order['id']}"
    stream = fast.stream(f"{path}/events")
    fast.post(f"{path}/cancel")
    event = stream.event()
    assert event is not None
    assert event["state"] == "cancelled"
    assert stream.event() is None
    stream.wait()
    assert fast.get(f"{path}/events", last_event_id=str(event["id"])).status == 204


def test_heartbeats_keep_a_silent_stream_open(city: City, fast: Client) -> None:
    stream = fast.stream(f"/v1/orders/{city.order()['id']}/events")
    assert [stream.chunk() for _ in range(3)] == [b"retry: 2000\n\n", b": still here\n\n", b": still here\n\n"]
    stream.close()


def test_open_streams_are_counted_and_hold_no_thread(city: City, fast: Client) -> None:
    order = city.order()
    streams = [fast.stream(f"/v1/orders/{order['id']}/events") for _ in range(60)]  # more than there are threads
    assert "cloudctl_streams_open 60.0" in fast.get("/metrics").body.decode()
    fast.post(f"/v1/orders/{order['id']}/submit")
    assert {stream.event()["state"] for stream in streams if stream} == {"submitted"}  # type: ignore[index]
    for stream in streams:
        stream.close()
    assert "cloudctl_streams_open 0.0" in fast.get("/metrics").body.decode()


def test_stopping_ends_all_streams(city: City, fast: Client) -> None:
    stream = fast.stream(f"/v1/orders/{city.order()['id']}/events")
    assert stream.chunk() == b"retry: 2000\n\n"
    fast.loop.loop.call_soon_threadsafe(fast.app.state.streams.stop)
    assert stream.event() is None
    stream.wait()


def test_a_foreign_order_has_no_stream_and_a_bad_cursor_is_refused(city: City) -> None:
    path = f"/v1/orders/{city.order()['id']}/events"
    assert city.as_("stranger").get(path).status == 404
    assert city.as_("officer").get(path, last_event_id="latest").json()["field"] == "Last-Event-ID"


class Lines:
    """Reads of progress that a test fills."""

    def __init__(self) -> None:
        self.rows: list[ProgressRow] = []
        self.reads = 0
        self.broken = 0

    def add(self, order_id: UUID, count: int = 1) -> None:
        for _ in range(count):
            row = ProgressRow(
                seq=len(self.rows) + 1,
                order_id=order_id,
                department_id=uuid4(),
                at=datetime.now(UTC),
                state="provisioning",
                actor="cloudctl",
                message="The build has started.",
                params={},
                reason=None,
            )
            self.rows.append(row)

    def last_progress(self) -> int:
        return len(self.rows)

    def progress_of(self, order_id: UUID, after: int = 0, limit: int = 500) -> list[ProgressRow]:
        return [row for row in self.rows if row.order_id == order_id and row.seq > after][:limit]

    def progress_since(self, after: int, limit: int = 1000) -> list[ProgressRow]:
        self.reads += 1
        if self.broken:
            self.broken -= 1
            raise OSError("the database is away")
        return self.rows[after : after + limit]


def hub(lines: Any) -> Streams:
    return Streams(lines, Gauge("open", "open", registry=CollectorRegistry()), poll_s=0.01, heartbeat_s=5)


async def until(condition: Any) -> None:
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends
        await asyncio.sleep(0.005)


def test_one_poller_serves_all_and_rests_when_nobody_listens() -> None:
    lines, order = Lines(), uuid4()

    async def play() -> None:
        streams = hub(lines)
        queues = [await streams.subscribe(order) for _ in range(50)]
        lines.add(order)
        await until(lambda: all(queue.qsize() == 1 for queue in queues))
        pollers = [task for task in asyncio.all_tasks() if task.get_name() == "progress poller"]
        assert len(pollers) == 1
        for queue in queues:
            streams.unsubscribe(order, queue)
        await until(pollers[0].done)
        await streams.close()

    asyncio.run(play())


def test_who_reads_too_slowly_is_let_go_and_the_others_are_not() -> None:
    lines, order = Lines(), uuid4()

    async def play() -> None:
        streams = hub(lines)
        slow, quick = await streams.subscribe(order), await streams.subscribe(order)
        got = 0
        lines.add(order, BACKLOG)
        while got < BACKLOG:
            await quick.get()
            got += 1
        lines.add(order)
        assert (await quick.get()) is not None
        assert (slow.qsize(), slow.get_nowait()) == (1, None)
        await streams.close()

    asyncio.run(play())


def test_a_failed_read_loses_nothing() -> None:
    lines, order = Lines(), uuid4()

    async def play() -> None:
        streams = hub(lines)
        queue = await streams.subscribe(order)
        lines.broken = 3
        lines.add(order, 2)
        rows = [await asyncio.wait_for(queue.get(), 10) for _ in range(2)]
        assert [row.seq for row in rows if row] == [1, 2]
        await streams.close()

    asyncio.run(play())


def test_a_line_that_comes_while_the_past_is_read_is_sent_once() -> None:
    lines, order = Lines(), uuid4()
    lines.add(order, 3)

    async def play() -> None:
        streams = hub(lines)
        queue = await streams.subscribe(order)
        lines.add(order, 2)
        await until(lambda: queue.qsize() == 2)  # live already, and in the record that is read now
        seen = []
        async for row in streams.lines(order, queue, 1):
            seen.append(row.seq if row else None)
            if len(seen) == 4:
                lines.add(order)
            if len(seen) == 5:
                break
        assert seen == [2, 3, 4, 5, 6]
        await streams.close()

    asyncio.run(play())
