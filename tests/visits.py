"""A page as a reader gets it who knows its name and trusts the platform's authority, and nothing else."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

PATIENCE_S = 20


@dataclass
class Visitor:
    """Asks all the time; keeps every answer that is not a good one, and what was being done then (`sees`)."""

    count: int = 0
    sees: str = ""
    bad: list[tuple[Any, str]] = field(default_factory=list)


@contextmanager
def visiting(ask: Callable[[], Any], good: Callable[[Any], bool], *, every_s: float = 0.2) -> Iterator[Visitor]:
    """A visitor as long as it lasts."""
    visitor, ended = Visitor(), threading.Event()

    def visit() -> None:
        while not ended.wait(every_s):
            answer = ask()
            visitor.count += 1
            if not good(answer):
                visitor.bad.append((answer, visitor.sees))

    thread = threading.Thread(target=visit)
    thread.start()
    try:
        yield visitor
    finally:
        ended.set()
        thread.join()


def visited(address: str, name: str, roots: str, path: str = "/") -> tuple[int, str]:
    """Status and text of what `address` shows under `name` over TLS; 0 and nothing where nothing answers.

    `roots` (PEM) is all that is trusted.
    """
    trusted = ssl.create_default_context(cadata=roots)
    try:
        with (
            socket.create_connection((address, 443), timeout=PATIENCE_S) as plain,
            trusted.wrap_socket(plain, server_hostname=name) as wire,
        ):
            connection = HTTPConnection(name)
            connection.sock = wire
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
    except (OSError, HTTPException):
        return 0, ""
