"""A scriptable reverse proxy before one HTTP service: it injects faults and counts requests.

    with FaultProxy("http://127.0.0.1:8774/v2.1") as proxy:
        rule = proxy.add(Rule("POST", r"/servers$", DropAfterForward()))
        ...                     # a client that uses proxy.url instead of the backend's URL
        assert rule.fired == 1
        print(proxy.calls)      # {("POST", "/v2.1/servers"): 1, ...}

Rules are tried in the order in which they were added; the first that matches and is due acts. The same can
be done from another process through `/__lab__/rules` and `/__lab__/calls` (see README.md). Links in answers
are not rewritten; the Host header is passed on, so services that build links from it name the proxy.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CONTROL = "/__lab__/"
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"}
_ID = re.compile(r"(?<=/)([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\d+)(?=/|$)")


@dataclass(frozen=True)
class Respond:
    """Answer with this, without asking the backend."""

    status: int
    body: str = '{"error": {"message": "injected"}}'
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Hang:
    """Say nothing for so long, then close the connection; the backend never hears of the request."""

    seconds: float


@dataclass(frozen=True)
class Delay:
    """Hold the request back for so long, then forward it."""

    seconds: float


@dataclass(frozen=True)
class DropAfterForward:
    """Let the backend carry the request out, then close the connection without an answer."""


@dataclass(frozen=True)
class StaleList:
    """Answer lists as they were so long ago.

    What was created through this proxy within that time is left out of them, and what was deleted through
    it stays in. Only lists: asking for one object by its id answers the truth, as in a real cloud.
    """

    seconds: float


@dataclass(frozen=True)
class Amend:
    """Forward the request with these members merged into its JSON body."""

    members: Mapping[str, Any]


Action = Respond | Hang | Delay | DropAfterForward | StaleList | Amend


@dataclass
class Rule:
    """Act on requests whose method and path (without the query) match."""

    method: str
    path: str
    action: Action
    #: Let so many matching requests pass before acting for the first time.
    skip: int = 0
    #: Act so many times, None for always.
    times: int | None = 1
    #: How many requests matched, and on how many it acted.
    matched: int = 0
    fired: int = 0

    def due(self, method: str, path: str) -> bool:
        """Count a request and say whether to act on it; called under the proxy's lock."""
        if self.method not in ("*", method) or not re.search(self.path, path):
            return False
        self.matched += 1
        if self.matched <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        self.fired += 1
        return True


@dataclass(frozen=True)
class Answer:
    """What a client gets."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def template(path: str) -> str:
    """A path with its identifiers replaced: '/servers/4f…/action' -> '/servers/{id}/action'."""
    return _ID.sub("{id}", path)


class FaultProxy:
    """The proxy of one service, on a free loopback port."""

    def __init__(self, backend: str) -> None:
        parts = urllib.parse.urlsplit(backend)
        if parts.hostname is None or parts.scheme != "http":
            raise ValueError(f"not a plain HTTP address: {backend}")
        self._backend = (parts.hostname, parts.port or 80)
        self._path = parts.path
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._history = _History()
        self._stopping = threading.Event()
        #: (method, path template) -> number of requests, whatever became of them.
        self.calls: Counter[tuple[str, str]] = Counter()
        self._server = _Server(self)
        # The interval is how long stop() takes.
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """What to use in place of the backend's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self._path}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving; requests that hang are let go."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def add(self, rule: Rule) -> Rule:
        """Add a rule, and return it to ask later how often it acted."""
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Forget all rules and counts."""
        with self._lock:
            self._rules.clear()
            self.calls.clear()

    def rules(self) -> list[Rule]:
        with self._lock:
            return list(self._rules)

    def _choose(self, method: str, path: str) -> Action | None:
        with self._lock:
            self.calls[method, template(path)] += 1
            return next((rule.action for rule in self._rules if rule.due(method, path)), None)

    def handle(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer | None:
        """The answer to a request; None means to close the connection without one."""
        path = target.partition("?")[0]
        action = self._choose(method, path)
        if isinstance(action, Respond):
            headers = [("Content-Type", "application/json"), *action.headers.items()]
            return Answer(action.status, headers, action.body.encode())
        if isinstance(action, Hang | Delay):
            self._stopping.wait(action.seconds)
        if isinstance(action, Hang):
            return None
        if isinstance(action, Amend):
            body = json.dumps(_merged(json.loads(body), action.members)).encode()
        answer = self._forward(method, target, headers, body)
        self._history.note(method, path, answer)
        if isinstance(action, DropAfterForward):
            return None
        if isinstance(action, StaleList):
            return self._history.as_of(action.seconds, answer)
        return answer

    def _forward(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        connection = http.client.HTTPConnection(*self._backend, timeout=300)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                # An encoded answer could not be looked into.
                if name.lower() not in _HOP_BY_HOP | {"accept-encoding"}:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            reply = connection.getresponse()
            kept = [(name, value) for name, value in reply.getheaders() if name.lower() not in _HOP_BY_HOP]
            return Answer(reply.status, kept, reply.read())
        except OSError as error:
            return Answer(502, [("Content-Type", "text/plain")], f"backend: {error}".encode())
        finally:
            connection.close()


class _History:
    """What was created and deleted through the proxy, and when; the last known form of what was listed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._created: dict[str, float] = {}
        self._deleted: dict[str, float] = {}
        self._seen: dict[str, tuple[str, dict[str, Any]]] = {}

    def note(self, method: str, path: str, answer: Answer) -> None:
        if answer.status >= 300:
            return
        now = time.monotonic()
        with self._lock:
            if method == "POST":
                self._created.update((item["id"], now) for item in _objects(answer))
            elif method == "DELETE":
                self._deleted[path.rpartition("/")[2]] = now
            elif method == "GET":
                for key, items in _lists(answer).items():
                    self._seen.update((item["id"], (key, item)) for item in items)

    def as_of(self, seconds: float, answer: Answer) -> Answer:
        """The answer without what is newer, and with what was deleted since."""
        lists = _lists(answer)
        if not lists:
            return answer
        since = time.monotonic() - seconds
        content = json.loads(answer.body)
        with self._lock:
            new = {name for name, when in self._created.items() if when >= since}
            gone = [name for name, when in self._deleted.items() if when >= since]
            for key, items in lists.items():
                kept = [item for item in items if item["id"] not in new]
                present = {item["id"] for item in kept}
                lost = [self._seen[name] for name in gone if name in self._seen and name not in new | present]
                content[key] = kept + [item for owner, item in lost if owner == key]
        return Answer(answer.status, answer.headers, json.dumps(content).encode())


def _merged(content: Mapping[str, Any], members: Mapping[str, Any]) -> dict[str, Any]:
    return dict(content) | {
        name: _merged(content.get(name, {}), value) if isinstance(value, Mapping) else value
        for name, value in members.items()
    }


def _decoded(answer: Answer) -> dict[str, Any]:
    try:
        content = json.loads(answer.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _lists(answer: Answer) -> dict[str, list[dict[str, Any]]]:
    """The lists of objects with an id in an answer, by their key: {'servers': [...]}."""
    return {
        key: value
        for key, value in _decoded(answer).items()
        if isinstance(value, list) and all(isinstance(item, dict) and "id" in item for item in value)
    }


def _objects(answer: Answer) -> list[dict[str, Any]]:
    """What a create answered with: one object, or a list of them."""
    single = [value for value in _decoded(answer).values() if isinstance(value, dict) and "id" in value]
    return single + [item for items in _lists(answer).values() for item in items]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A hanging request must not keep stop() from returning.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, proxy: FaultProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.proxy = proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are what this proxy is for: no word about them."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # A header and a body in two packets wait for each other's acknowledgement otherwise: 40 ms a call.
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        body = self._body()
        proxy = self.server.proxy
        if self.path.startswith(CONTROL):
            answer: Answer | None = _control(proxy, self.command, self.path, body)
        else:
            answer = proxy.handle(self.command, self.path, list(self.headers.items()), body)
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name for it
        """Quiet: the counts are the log."""


_ACTIONS: dict[str, type[Action]] = {
    "respond": Respond,
    "hang": Hang,
    "delay": Delay,
    "drop_after_forward": DropAfterForward,
    "stale_list": StaleList,
    "amend": Amend,
}


def _control(proxy: FaultProxy, method: str, path: str, body: bytes) -> Answer:
    """Rules and counts by HTTP, for a test whose client runs in another process."""
    what = path.removeprefix(CONTROL)
    try:
        if (method, what) == ("POST", "rules"):
            wanted = json.loads(body)
            chosen = dict(wanted.pop("action"))
            proxy.add(Rule(action=_ACTIONS[chosen.pop("kind")](**chosen), **wanted))
        elif (method, what) == ("DELETE", "rules"):
            proxy.clear()
        elif method != "GET" or what not in ("rules", "calls"):
            return Answer(404, [], b"")
    except (KeyError, TypeError, ValueError) as error:
        return Answer(400, [("Content-Type", "text/plain")], repr(error).encode())
    rules = [
        {"method": rule.method, "path": rule.path, "matched": rule.matched, "fired": rule.fired}
        for rule in proxy.rules()
    ]
    calls = [{"method": verb, "path": where, "count": count} for (verb, where), count in proxy.calls.items()]
    content = json.dumps({"rules": rules, "calls": calls}).encode()
    return Answer(200, [("Content-Type", "application/json")], content)


def write_clouds(source: Path, target: Path, overrides: Mapping[str, str]) -> Path:
    """Write a copy of the lab's clouds.yaml whose services are reached at other addresses.

    `overrides` maps a service type to a proxy's URL: {"compute": proxy.url, "block-storage": other.url}.
    """
    content = json.loads(source.read_text("utf-8"))
    for cloud in content["clouds"].values():
        for service_type, url in overrides.items():
            if service_type == "identity":
                cloud["auth"]["auth_url"] = url
            cloud[f"{service_type.replace('-', '_')}_endpoint_override"] = url
    target.touch(mode=0o600)
    target.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return target
