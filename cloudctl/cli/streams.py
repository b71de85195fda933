"""Server-sent events over http.client: read line by line, taken up again where they broke off.

    for event in events(api, f"/orders/{key}/events"):
        print(event.id, event.data)

A lost connection is opened again with the id of the last event seen (Last-Event-ID), after the pause that the server
asked for; so no event is missed and none comes twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPResponse
from typing import Any, NamedTuple

from cloudctl.cli.client import LOST, Client, unreachable

PAUSE_S = 1.0
TRIES = 10


class Event(NamedTuple):
    """One event: the cursor after it, its name, its decoded JSON."""

    id: str | None
    name: str
    data: Any


class Parser:
    """The event stream format: `feed` lines, get events; keeps the last id and the pause that was asked for."""

    def __init__(self, last_id: str | None = None) -> None:
        self.last_id = last_id
        self.pause_s = PAUSE_S
        self._name = ""
        self._data: list[str] = []

    def feed(self, line: str) -> Event | None:
        """Takes one line without its end; answers the event that an empty line completes."""
        if not line:
            return self._complete()
        field, _colon, value = line.partition(":")
        value = value.removeprefix(" ")
        match field:
            case "data":
                self._data.append(value)
            case "event":
                self._name = value
            case "id":
                self.last_id = value
            case "retry" if value.isdigit():
                self.pause_s = int(value) / 1000
        return None

    def _complete(self) -> Event | None:
        name, data = self._name or "message", "\n".join(self._data)
        self._name, self._data = "", []
        return Event(self.last_id, name, json.loads(data)) if data else None


def events(
    api: Client, path: str, *, last_id: str | None = None, pause: Callable[[float], None] = time.sleep
) -> Iterator[Event]:
    """The events of a stream until the server has nothing more to come (204), or the caller stops asking.

    Raises Failure for a refusal, and when the server cannot be reached TRIES times in a row.
    """
    parser, failed = Parser(last_id), 0
    while True:
        try:
            with api.stream(path, accept="text/event-stream", last_event_id=parser.last_id) as response:
                if response.status == 204:
                    return
                failed = 0
                yield from _read(response, parser)
        except LOST as error:
            failed += 1
            if failed == TRIES:
                raise unreachable(api.target.url, error) from None
        pause(parser.pause_s)


def _read(lines: HTTPResponse | Iterable[bytes], parser: Parser) -> Iterator[Event]:
    for line in lines:
        event = parser.feed(line.decode("utf-8").rstrip("\r\n"))
        if event is not None:
            yield event
