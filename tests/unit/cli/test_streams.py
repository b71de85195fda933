from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from cloudctl.cli.client import Client
from cloudctl.cli.contexts import Target
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.streams import TRIES, Event, Parser, events
from tests.unit.cli.fakes import TOKEN, FakeApi, Reply, problem

PATH = "/v1/orders/o-1/events"
NOTHING_MORE = Reply(204, headers={"Content-Length": "0"}, raw=b"")


def stream(*seqs: int, head: bytes = b"retry: 20\n\n: still here\n\n") -> Reply:
    lines = b"".join(
        b"id: %d\nevent: progress\ndata: %b\n\n" % (seq, json.dumps({"seq": seq}).encode()) for seq in seqs
    )
    return Reply(200, headers={"Content-Type": "text/event-stream"}, raw=head + lines)


@pytest.fixture
def client(api: FakeApi) -> Iterator[Client]:
    with closing(Client(Target(api.url, TOKEN), timeout_s=5)) as client:
        yield client


def test_a_broken_stream_is_taken_up_after_the_last_event(api: FakeApi, client: Client) -> None:
    api.on("GET", PATH, stream(3, 5), stream(6), NOTHING_MORE)
    waited: list[float] = []
    found = list(events(client, "/orders/o-1/events", last_id="2", pause=waited.append))
    assert [event.data["seq"] for event in found] == [3, 5, 6]
    assert [asked.headers["last-event-id"] for asked in api.asked] == ["2", "5", "6"]
    assert waited == [0.02, 0.02]


def test_a_lost_connection_is_opened_again(api: FakeApi, client: Client) -> None:
    api.on("GET", PATH, Reply(drop=True), stream(1), Reply(drop=True), stream(2), NOTHING_MORE)
    found = list(events(client, "/orders/o-1/events", pause=lambda _seconds: None))
    assert [event.data["seq"] for event in found] == [1, 2]


def test_in_the_end_it_gives_up(api: FakeApi, client: Client) -> None:
    api.on("GET", PATH, Reply(drop=True))
    with pytest.raises(Failure) as caught:
        list(events(client, "/orders/o-1/events", pause=lambda _seconds: None))
    assert caught.value.code is Exit.SERVER
    assert len(api.asked) == TRIES


def test_a_refusal_ends_it_at_once(api: FakeApi, client: Client) -> None:
    api.on("GET", PATH, Reply(404, problem("not-found", 404, "Not found", "There is no order o-1.")))
    with pytest.raises(Failure) as caught:
        list(events(client, "/orders/o-1/events"))
    assert caught.value.code is Exit.NOT_FOUND
    assert len(api.asked) == 1


def fed(text: str) -> list[Event]:
    parser = Parser()
    return [event for line in text.split("\n") if (event := parser.feed(line))]


def test_the_format() -> None:
    assert fed('data: {"a":\ndata: 1}\n\n') == [Event(None, "message", {"a": 1})]
    assert fed("id: 7\nevent: progress\ndata:1\n\nevent: x\n\ndata: 2\n\n") == [
        Event("7", "progress", 1),
        Event("7", "message", 2),
    ]
    assert fed(": a comment\nunknown: x\nretry: soon\n\n") == []
