"""A client that speaks ASGI to the application in this process: plain answers, and streams one chunk at a time.

with Client(app) as client:
    answer = client.get("/healthz")
"""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Queue
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Loop:
    """An event loop in a thread of its own."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def submit(self, work: Any) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Client:
    def __init__(self, app: Any, token: str | None = None, *, loop: Loop | None = None, language: str | None = "en"):
        self.app, self.token, self.language = app, token, language
        self.loop = loop or Loop()
        self._owner = loop is None

    def using(self, token: str | None, language: str | None = "en") -> Client:
        """The same application for somebody else."""
        return Client(self.app, token, loop=self.loop, language=language)

    def __enter__(self) -> Self:
        self._life = Lifespan(self.app)
        self.loop.submit(self._life.start()).result(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loop.submit(self._life.stop()).result(20)
        if self._owner:
            self.loop.stop()

    def request(
        self, method: str, target: str, *, payload: Any = None, body: bytes | None = None, **headers: str
    ) -> Answer:
        chunks: list[bytes] = []
        head: dict[str, Any] = {}
        sent = body if body is not None else b"" if payload is None else json.dumps(payload).encode()
        messages = [{"type": "http.request", "body": sent, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                head.update(message)
            else:
                chunks.append(message.get("body", b""))

        scope = self.scope(method, target, headers, sent)
        self.loop.submit(self.app(scope, receive, send)).result(60)
        got = {name.decode().lower(): value.decode("latin-1") for name, value in head["headers"]}
        return Answer(head["status"], got, b"".join(chunks))

    def get(self, target: str, **headers: str) -> Answer:
        return self.request("GET", target, **headers)

    def post(self, target: str, payload: Any = None, **headers: str) -> Answer:
        return self.request("POST", target, payload=payload, **headers)

    def patch(self, target: str, payload: Any, **headers: str) -> Answer:
        return self.request("PATCH", target, payload=payload, **headers)

    def put(self, target: str, payload: Any, **headers: str) -> Answer:
        return self.request("PUT", target, payload=payload, **headers)

    def delete(self, target: str, **headers: str) -> Answer:
        return self.request("DELETE", target, **headers)

    def stream(self, target: str, **headers: str) -> Stream:
        return Stream(self, target, headers)

    def scope(self, method: str, target: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        path, _, query = target.partition("?")
        given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if self.token is not None:
            given.setdefault("authorization", f"Bearer {self.token}")
        if self.language is not None:
            given.setdefault("accept-language", self.language)
        if body:
            given.setdefault("content-type", "application/json")
            given.setdefault("content-length", str(len(body)))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in given.items() if v],
            "server": ("test", 80),
            "client": ("127.0.0.1", 1),
        }


class Stream:
    """An open stream; `chunk()` waits for the next piece, None is its end."""

    def __init__(self, client: Client, target: str, headers: dict[str, str]) -> None:
        self.head: Queue[dict[str, Any]] = Queue()
        self.chunks: Queue[bytes | None] = Queue()
        self.gone = asyncio.Event()
        self._first = True
        scope = client.scope("GET", target, headers, b"")
        self._loop = client.loop
        self._done = client.loop.submit(client.app(scope, self._receive, self._send))
        self.status = self.head.get(timeout=20)["status"]

    async def _receive(self) -> dict[str, Any]:
        if self._first:
            self._first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.head.put(message)
        elif message.get("more_body"):
            self.chunks.put(message["body"])
        else:
            self.chunks.put(None)

    def chunk(self, timeout: float = 20) -> bytes | None:
        return self.chunks.get(timeout=timeout)

    def event(self, timeout: float = 20) -> dict[str, Any] | None:
        """The next event, heartbeats left out; None at the end."""
        while (chunk := self.chunk(timeout)) is not None:
            if chunk.startswith(b"id: "):
                fields = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
                return {"id": int(fields["id"]), **json.loads(fields["data"])}
        return None

    def close(self) -> None:
        self._loop.loop.call_soon_threadsafe(self.gone.set)
        self._done.result(20)

    def wait(self) -> None:
        self._done.result(20)


class Lifespan:
    """Drives the application's start and stop."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def start(self) -> None:
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.task = asyncio.create_task(self.app({"type": "lifespan", "state": {}}, self.inbox.get, self.outbox.put))
        await self._told("startup")

    async def stop(self) -> None:
        await self._told("shutdown")
        await self.task

    async def _told(self, what: str) -> None:
        await self.inbox.put({"type": f"lifespan.{what}"})
        answer = await self.outbox.get()
        assert answer["type"] == f"lifespan.{what}.complete", answer
