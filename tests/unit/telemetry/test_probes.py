"""Looks at services that are really there, on this machine, and at some that are not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from cloudctl.telemetry.probes import NetworkProbes

PROBES = NetworkProbes(timeout_s=2.0)


class Service(BaseHTTPRequestHandler):
    """Answers with the status that its path names."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        Service.seen.append(self.path)
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "answered"), [(200, True), (302, True), (401, True), (404, True), (503, False)])
def test_an_answer_is_one_unless_the_server_is_at_fault(port: int, status: int, answered: bool) -> None:
    answer = PROBES.look(f"http://127.0.0.1:{port}/{status}")
    assert (answer.answered, answer.peer, answer.status) == (answered, "127.0.0.1", status)


def test_a_redirection_is_not_followed(port: int) -> None:
    Service.seen.clear()
    PROBES.look(f"http://127.0.0.1:{port}/302")
    assert Service.seen == ["/302"]


def test_a_name_is_noted_by_the_address_that_answered(port: int) -> None:
    assert PROBES.look(f"http://localhost:{port}/200").peer == "127.0.0.1"


def test_tcp_answers_when_the_port_is_open(port: int) -> None:
    answer = PROBES.look(f"tcp://127.0.0.1:{port}")
    assert (answer.answered, answer.peer) == (True, "127.0.0.1")


@pytest.mark.parametrize("scheme", ["http", "https", "tcp"])
def test_a_closed_port_is_an_answer_too(scheme: str) -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = PROBES.look(f"{scheme}://127.0.0.1:{port}")
    assert (answer.answered, answer.peer) == (False, None)
    assert answer.error


def test_a_service_that_hangs_is_given_up() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        answer = NetworkProbes(timeout_s=0.2).look(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert not answer.answered
    assert "timed out" in (answer.error or "")


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/x", "tcp://127.0.0.1", "http://", "http://127.0.0.1:99999/"])
def test_what_is_no_address_of_a_service_is_no_error(url: str) -> None:
    answer = PROBES.look(url)
    assert not answer.answered
    assert answer.error


def test_plain_http_where_tls_is_spoken_is_told_apart(port: int) -> None:
    answer = PROBES.look(f"https://127.0.0.1:{port}/200")
    assert not answer.answered
    assert "SSL" in (answer.error or "").upper()
