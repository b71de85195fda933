"""What 500 open event streams cost the lists: the 95th percentile with them against the one without.

    with demonstration(home) as (url, token, orders):
        print(measure(url, token, orders))

Rounds without and with streams alternate, so that what else the machine does falls on both; the ratio is the median
of the rounds' ratios. Meanwhile somebody hands an order in and its head sends it back, once a second: lines that go to
the streams of that order. The streams are held by a process of their own, so that they do not slow the measuring.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.e2e.installation import Installation

STREAMS = 500
ROUNDS = 5
REQUESTS = 300
WARM = 50
PATH = "/v1/servers?limit=50&state=active"


class Figures(NamedTuple):
    """`ratio` is the median over the rounds; the percentiles in ms are medians too. `lines` reached the streams."""

    streams: int
    without_ms: float
    with_ms: float
    ratio: float
    lines: int

    def __str__(self) -> str:
        return (
            f"{self.streams} streams: the list's p95 {self.with_ms:.1f} ms against {self.without_ms:.1f} ms without, "
            f"ratio {self.ratio:.2f}; {self.lines} lines delivered"
        )


class City(NamedTuple):
    """The demonstration's city, served: its URL, the tokens by login, and orders of one department."""

    url: str
    tokens: dict[str, str]
    orders: list[str]


@contextmanager
def demonstration(home: Path, orders: int = 10) -> Iterator[City]:
    """The demonstration's 1,200 servers, and some applications that wait for their head."""
    town = Installation(home, log_level="WARNING")
    town.run("demo")
    tokens = {path.stem: path.read_text().split("CLOUDCTL_TOKEN=")[1].strip() for path in town.data.glob("*.env")}
    officer = town.person("officer", tokens["officer"])
    with town.process("serve"):
        told = officer.get(f"/orders/{officer.rows('/orders')[-1]['id']}")
        form = {name: told[name] for name in ("system_id", "purpose", "zone", "backup", "no_state_secrets")}
        made = [
            officer.post("/orders?submit=true", form | {"title": f"{number}", "items": [_small(number)]})["id"]
            for number in range(orders)
        ]
        yield City(town.url, tokens, made)


def measure(city: City, *, streams: int = STREAMS, rounds: int = ROUNDS) -> Figures:
    """Alternating rounds; see the module."""
    without: list[float] = []
    with_streams: list[float] = []
    lines = 0
    for _ in range(rounds):
        without.append(_p95_ms(city))
        with _held(city, streams) as holder:
            with_streams.append(_p95_ms(city))
            lines += _let_go(holder)
    ratios = [loaded / free for loaded, free in zip(with_streams, without, strict=True)]
    return Figures(streams, median(without), median(with_streams), median(ratios), lines)


def _p95_ms(city: City) -> float:
    """Over one kept connection, one request after the other, while orders move."""
    taken: list[float] = []
    headers = {"Authorization": f"Bearer {city.tokens['auditor']}", "Accept": "application/json"}
    with closing(_connection(city.url)) as connection, closing(_connection(city.url)) as acting:
        began = time.monotonic()
        moved = 0
        while len(taken) < WARM + REQUESTS:
            if time.monotonic() - began > moved:
                moved += 1
                _move(acting, city, city.orders[moved % len(city.orders)])
            sent = time.perf_counter()
            connection.request("GET", PATH, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            taken.append((time.perf_counter() - sent) * 1000)
            assert answer.status == 200, body
            time.sleep(0.005)
    return quantiles(taken[WARM:], n=20)[-1]


def _move(connection: HTTPConnection, city: City, order: str) -> None:
    """The head sends it back and the officer hands it in again: two lines."""
    for login, verb, body in (("head", "return", '{"reason": "-"}'), ("officer", "submit", "{}")):
        headers = {"Authorization": f"Bearer {city.tokens[login]}", "Content-Type": "application/json"}
        connection.request("POST", f"/v1/orders/{order}/{verb}", body, headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()


@contextmanager
def _held(city: City, streams: int) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the streams, all of them open."""
    command = [sys.executable, "-m", "tests.acceptance.streams", city.url, str(streams), *city.orders]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        holder.stdin.write(city.tokens["officer"] + "\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == f"{streams} open\n"
        try:
            yield holder
        finally:
            holder.kill()


def _let_go(holder: subprocess.Popen[str]) -> int:
    """Ends the streams; answers how many lines came over them since they were opened."""
    told, _ = holder.communicate("end\n")
    return int(told)


class _Counted:
    """Lines that came over all streams, the past of their orders left out."""

    def __init__(self) -> None:
        self.open = 0
        self.lines = 0


async def _hold(url: str, token: str, streams: int, orders: list[str]) -> None:
    counted = _Counted()
    tasks = [asyncio.create_task(_read(url, token, orders[n % len(orders)], counted)) for n in range(streams)]
    while counted.open < streams:
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in tasks), [task for task in tasks if task.done()]
    await asyncio.sleep(1)
    counted.lines = 0
    print(f"{counted.open} open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(counted.lines, flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _read(url: str, token: str, order: str, counted: _Counted) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(
            f"GET /v1/orders/{order}/events HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Authorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n".encode()
        )
        status = await reader.readline()
        assert b" 200 " in status, status
        counted.open += 1
        while line := await reader.readline():
            counted.lines += line.startswith(b"data:")
    finally:
        writer.close()


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=60)


def _small(number: int) -> dict[str, Any]:
    return {"kind": "volume", "name": f"v{number}", "size_gib": 1, "term_months": 12}


def main(url: str, streams: str, *orders: str) -> None:
    """The process that holds streams: reads the token, says when all are open, ends with the next line."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_hold(url, sys.stdin.readline().strip(), int(streams), list(orders)))


if __name__ == "__main__":
    main(*sys.argv[1:])
