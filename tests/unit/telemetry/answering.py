"""A Prometheus of planned answers on a loopback port: transport, time-outs and refusals are real."""

from __future__ import annotations

import gzip
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs


class Asked(NamedTuple):
    """One question: its path, its form and the headers it came with."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]


class Reply(NamedTuple):
    """What is answered; `late` waits until the test is over, `cut` closes the connection."""

    status: int = 200
    body: Any = None
    packed: bool = False
    date: datetime | None = None
    late: bool = False
    cut: bool = False


class FakePrometheus:
    """Answers what `reply` says of a question."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.reply: Callable[[Asked], Reply] = lambda _asked: Reply(body=vector())
        self.over = Event()
        self.url = ""
        self.now = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def vector(*found: tuple[dict[str, str], float], warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    """The answer to a question about one moment."""
    result = [{"metric": labels, "value": [0, str(value)]} for labels, value in found]
    return _success("vector", result, warnings)


def matrix(*found: tuple[dict[str, str], list[tuple[float, str]]], warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    """The answer to a question about a time."""
    return _success("matrix", [{"metric": labels, "values": values} for labels, values in found], warnings)


def _success(kind: str, result: list[Any], warnings: tuple[str, ...]) -> dict[str, Any]:
    told = {"status": "success", "data": {"resultType": kind, "result": result}}
    return told | ({"warnings": list(warnings)} if warnings else {})


def refusal(kind: str, words: str) -> dict[str, Any]:
    """How Prometheus refuses a question."""
    return {"status": "error", "errorType": kind, "error": words}


@contextmanager
def serving(fake: FakePrometheus, certificate: Path | None = None) -> Iterator[FakePrometheus]:
    """The fake, reachable at its `url` for the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = Asked(self.path, {name: values[0] for name, values in parse_qs(body).items()}, dict(self.headers))
            fake.asked.append(asked)
            reply = fake.reply(asked)
            if reply.late:
                fake.over.wait(30)
            if reply.late or reply.cut:
                self.close_connection = True
                return
            text = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response_only(reply.status)
            self.send_header("Date", format_datetime(reply.date or fake.now, usegmt=True))
            if reply.packed:
                text = gzip.compress(text)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if certificate else "http"
    fake.url = f"{scheme}://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
