"""Somebody who watches an order live while others act.

with Follower(officer, order_id) as live:
    ...                                   # approve
    live.await_state("delivered")
print(live.lines)
"""

from __future__ import annotations

import threading
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Any, Self

from cloudctl.cli.streams import Parser
from tests.e2e.installation import Person
from tests.waiting import until


class Follower:
    """Reads the event stream, in Chinese, in a thread of its own; after a `cut` the stream is resumed."""

    def __init__(self, person: Person, order_id: str) -> None:
        self.lines: list[dict[str, Any]] = []
        self.connections = 0
        self._town = person.town
        self._headers = {
            "Authorization": f"Bearer {person.secret}",
            "Accept": "text/event-stream",
            "Accept-Language": "zh-CN",
        }
        self._path = f"/v1/orders/{order_id}/events"
        self._ended = threading.Event()
        self._cut = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(60)

    def await_state(self, state: str) -> None:
        """Returns when a line with this state has come over the stream."""
        until(lambda: any(line["state"] == state for line in self.lines), what=lambda: self.lines[-1:])

    def cut(self) -> None:
        """Breaks off after the next line."""
        self._cut.set()

    def _run(self) -> None:
        parser = Parser()
        while not self._ended.is_set():
            self.connections += 1
            with closing(HTTPConnection("127.0.0.1", self._town.port, timeout=60)) as connection:
                resume = {"Last-Event-ID": parser.last_id} if parser.last_id else {}
                connection.request("GET", self._path, headers=self._headers | resume)
                with connection.getresponse() as response:
                    assert response.status == 200, response.status
                    try:
                        self._read(response, parser)
                    except HTTPException:
                        continue  # the server was stopped in the middle of a line

    def _read(self, lines: Any, parser: Parser) -> None:
        for raw in lines:
            event = parser.feed(raw.decode().rstrip("\r\n"))
            if event is not None:
                self.lines.append(event.data)
            if self._ended.is_set() or (event is not None and self._cut.is_set()):
                self._cut.clear()
                return
