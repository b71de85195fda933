"""A NetBox that says what a real one said: a server on loopback over recorded/*.json (the README there says whose).

    with replaying() as netbox:
        HttpNetbox().read(netbox.url, token_for("everything"))

A token names the recording that is played to it; who has none of ours is told what NetBox told a wrong one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

RECORDED = Path(__file__).with_name("recorded")
SECRET = "0123456789abcdef-"  # begins every token here; of no NetBox at all
WRONG = "wrong-token"
ASTRAY = ("another-path", "api-in-path")
Exchange = dict[str, Any]


@dataclass(frozen=True)
class Replay:
    """Where it listens, and what it was asked: the path, and with what authorization."""

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)


def token_for(recording: str) -> str:
    """The token that is answered so."""
    return SECRET + recording


def recorded(name: str) -> list[Exchange]:
    """What was asked and answered."""
    exchanges: list[Exchange] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return exchanges


@contextmanager
def replaying() -> Iterator[Replay]:
    """A server until the end of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        replay = Replay(f"http://127.0.0.1:{server.server_address[1]}/base/")
        server.RequestHandlerClass = type("Handler", (_Handler,), {"replay": replay})
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield replay
        finally:
            server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    replay: ClassVar[Replay]

    def do_GET(self) -> None:
        authorization = self.headers.get("Authorization", "")
        self.replay.asked.append((self.path, authorization))
        told = _answer(self.path, authorization.partition(SECRET)[2])
        body = b"" if told["body"] is None else json.dumps(told["body"]).encode()
        self.send_response(told["status"])
        for name, value in told["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _answer(path: str, name: str) -> Exchange:
    """What was answered to this; AssertionError ends the connection of who asks what was never asked."""
    known = name and (RECORDED / f"{name}.json").exists()
    for recording in (name, *ASTRAY) if known else (WRONG,):
        for exchange in recorded(recording):
            if exchange["asked"] == path or recording == WRONG:
                return exchange
    raise AssertionError(path)
