"""Servers that a bench starts and ends: cloudctl's own, and its peers', each a process on a loopback port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

START_S = 60


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: list[str], env: dict[str, str] | None = None, log: Path | None = None) -> Iterator[int]:
    """A process for the block; ends with SIGTERM. Gives its id."""
    with (log or Path(os.devnull)).open("ab") as output:
        running = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=output, stderr=output)
    try:
        yield running.pid
    finally:
        running.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            running.wait(30)
        if running.poll() is None:
            running.kill()
            running.wait()


def await_http(port: int, path: str, headers: dict[str, str] | None = None) -> bytes:
    """Waits until `path` answers 200, and gives the body."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            body = response.read()
            if response.status == 200:
                return body
            problem = f"{response.status}: {body[:300]!r}"
        except OSError as error:
            problem = str(error)
        if time.monotonic() > deadline:
            raise RuntimeError(f"port {port}{path} does not answer: {problem}")
        time.sleep(0.2)


def cloudctl(*arguments: str) -> list[str]:
    """The command line of this installation."""
    return [sys.executable, "-m", "cloudctl.cli", *arguments]
