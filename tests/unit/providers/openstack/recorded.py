"""An OpenStack of recorded answers on a loopback port: the SDK, its transport and its failures are the real ones."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

PROJECT = "a" * 32
ADMIN = "b" * 32
SERVICES = {"compute": "/compute/v2.1", "block-storage": "/volume/v3", "image": "/image", "network": "/network"}
#: Where each service keeps its version documents: the major version, and its path.
VERSIONS = {
    "/v3": ("v3.14", "/v3/"),
    "/compute/v2.1": ("v2.1", "/compute/v2.1/"),
    "/volume/v3": ("v3.0", "/volume/v3/"),
    "/image": ("v2.9", "/image/v2/"),
}


class Answer(NamedTuple):
    """What the service says; `lost` closes the connection instead, `late` waits until the test is over."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012
    lost: bool = False
    late: bool = False


class Call(NamedTuple):
    """What was asked."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    headers: dict[str, str]


class FixedClock:
    """A clock that a test turns by hand."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
        self.elapsed = 0.0

    def now(self) -> datetime:
        return self.instant

    def monotonic_s(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds


class RecordedCloud:
    """Answers by method and path, in the order given; the last one stays. Tokens and versions come by themselves."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.tokens: list[dict[str, Any]] = []
        self.discoveries: list[str] = []
        self.url = ""
        self.over = threading.Event()
        self._answers: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
        self._lock = threading.Lock()

    def on(self, method: str, path: str, body: Any = None, status: int = 200, **more: Any) -> None:
        self._answers[method, path].append(Answer(status, body, **more))

    def asked(self, method: str, path: str) -> list[Call]:
        return [call for call in self.calls if (call.method, call.path) == (method, path)]

    @property
    def lines(self) -> list[str]:
        return [f"{call.method} {call.path}" for call in self.calls]

    def answer(self, call: Call) -> Answer:
        with self._lock:
            if call.path == "/v3/auth/tokens" and ("POST", call.path) not in self._answers:
                self.tokens.append(call.body["auth"])
                return Answer(201, self._token(), {"X-Subject-Token": f"token-{len(self.tokens)}"})
            if call.method == "GET" and (found := VERSIONS.get(call.path.rstrip("/"))):
                self.discoveries.append(call.path)
                return Answer(200, self._versions(*found))
            self.calls.append(call)
            known = self._answers[call.method, call.path]
            if not known:
                return Answer(404, {"itemNotFound": {"code": 404, "message": "not recorded"}})
            return known.pop(0) if len(known) > 1 else known[0]

    def _versions(self, version: str, path: str) -> dict[str, Any]:
        links = [{"rel": "self", "href": self.url + path}]
        entry = {"id": version, "status": "CURRENT", "version": "", "min_version": "", "links": links}
        return {"version": entry} if path.startswith("/v3") else {"versions": [entry]}

    def _token(self) -> dict[str, Any]:
        catalogue = [
            {"type": kind, "name": kind, "endpoints": [{"interface": "public", "region_id": "R", "region": "R",
                                                        "url": self.url + path}]}
            for kind, path in {**SERVICES, "identity": "/v3"}.items()
        ]  # fmt: skip
        return {
            "token": {
                "methods": ["password"],
                "user": {"id": "admin-user", "name": "admin", "domain": {"id": "default", "name": "Default"}},
                "project": {"id": ADMIN, "name": "admin", "domain": {"id": "default", "name": "Default"}},
                "catalog": catalogue,
                "roles": [],
                "issued_at": "2026-03-01T00:00:00.000000Z",
                "expires_at": "2999-01-01T00:00:00.000000Z",
            }
        }


@contextmanager
def serving(cloud: RecordedCloud) -> Iterator[RecordedCloud]:
    """The cloud on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            parts = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(content) if content else None
            call = Call(self.command, parts.path, parse_qs(parts.query), body, dict(self.headers.items()))
            answer = cloud.answer(call)
            if answer.late:
                cloud.over.wait(30)
            if answer.lost or answer.late:
                self.close_connection = True
                return
            data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - names the standard library asks for

        def log_message(self, *_: object) -> None:
            """Silence."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield cloud
    finally:
        cloud.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
