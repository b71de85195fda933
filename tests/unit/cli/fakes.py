"""A server that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

TOKEN = "cctl_secret"


class Asked(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class Reply(NamedTuple):
    """An answer; `drop` closes the connection instead, `raw` is sent as it is."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})
    raw: bytes | None = None
    drop: bool = False


class FakeApi:
    """`api.on("GET", "/v1/me", Reply(...), ...)`: the replies in turn, the last one again and again."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._replies: dict[tuple[str, str], list[Reply]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def on(self, method: str, path: str, *replies: Reply | Any) -> None:
        self._replies[method, path] = [reply if isinstance(reply, Reply) else Reply(200, reply) for reply in replies]

    def of(self, method: str, path: str) -> list[Asked]:
        return [asked for asked in self.asked if (asked.method, asked.path) == (method, path)]

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def reply_to(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        replies = self._replies.get((asked.method, asked.path))
        if replies is None:
            return Reply(404, problem("not-found", 404, "Not found", "There is nothing at this path."))
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                parts = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                sent = self.rfile.read(length) if length else b""
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(parts.query))
                plain = headers.get("content-type", "application/json") == "application/json"
                content = json.loads(sent) if sent and plain else sent or None
                asked = Asked(self.command, parts.path, query, headers, content)
                reply = api.reply_to(asked)
                if reply.drop:
                    self.close_connection = True
                    return
                body = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.raw is not None:
                    self.close_connection = True
                    self.send_header("Connection", "close")
                else:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the library asks for these names

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def problem(code: str, status: int, title: str, detail: str, **more: object) -> dict[str, object]:
    return {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail, "code": code, **more}


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Cloudctl = Callable[..., Ended]
