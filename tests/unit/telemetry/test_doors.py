"""Knocking at real sockets: a page, its certificate by our own roots, an expired one, and nobody there."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloudctl.ports.authority import MadeAuthority
from cloudctl.ports.doors import Knock
from cloudctl.secrets.authority import CryptographyAuthority
from cloudctl.telemetry.doors import NetworkDoors

NAME, DAY = "fgw-site.apps.test", timedelta(days=1)
NOW = datetime.now(UTC)
AUTHORITY = CryptographyAuthority()


class Page(http.server.BaseHTTPRequestHandler):
    """Shows for whom it was asked."""

    def do_GET(self) -> None:
        body = f"{self.headers['Host']} {self.path}".encode()
        self.send_response(200 if self.path == "/" else 500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def root() -> MadeAuthority:
    return AUTHORITY.new_tls("test", NOW - 30 * DAY, NOW + 300 * DAY)


@contextmanager
def served(files: tuple[Path, Path] | None = None) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    if files is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def issued(root: MadeAuthority, home: Path, starts_at: datetime, ends_at: datetime) -> tuple[Path, Path]:
    made = AUTHORITY.issue_tls(
        root.private_key, root.public, serial=7, names=[NAME], starts_at=starts_at, ends_at=ends_at
    )  # fmt: skip
    chain, key = home / "chain.pem", home / "key.pem"
    chain.write_text(made.chain_pem)
    key.write_text(made.key_pem)
    return chain, key


def knock(port: int, **changes: object) -> Knock:
    values = {"address": "127.0.0.1", "port": port, "name": NAME} | changes
    return Knock(**values)  # type: ignore[arg-type]


def test_a_page_is_asked_for_by_the_applications_name() -> None:
    with served() as port:
        seen = NetworkDoors().http(knock(port), "/")
        assert (seen.answered, seen.status, seen.text) == (True, 200, f"{NAME} /")
        assert NetworkDoors().http(knock(port), "/wrong").status == 500
        assert NetworkDoors().tcp(knock(port)).answered


def test_a_good_certificate_is_good_by_our_root_alone(root: MadeAuthority, tmp_path: Path) -> None:
    ends_at = NOW + 90 * DAY
    with served(issued(root, tmp_path, NOW - DAY, ends_at)) as port:
        seen = NetworkDoors().http(knock(port, tls=True, roots=root.public), "/")
        assert (seen.status, seen.text) == (200, f"{NAME} /")
        shown = NetworkDoors().certificate(knock(port, tls=True, roots=root.public))
        assert shown.certificate_until == ends_at.replace(microsecond=0)
        stranger = NetworkDoors().certificate(knock(port, tls=True))
        assert (stranger.answered, "certificate" in str(stranger.error)) == (False, True)
        other = NetworkDoors().certificate(knock(port, tls=True, roots=root.public, name="czj-site.apps.test"))
        assert not other.answered


def test_an_expired_certificate_does_not_count(root: MadeAuthority, tmp_path: Path) -> None:
    with served(issued(root, tmp_path, NOW - 20 * DAY, NOW - DAY)) as port:
        seen = NetworkDoors().http(knock(port, tls=True, roots=root.public), "/")
        assert (seen.answered, seen.expired, "expired" in str(seen.error)) == (False, True, True)


def test_nobody_there_is_an_answer_too() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = int(free.getsockname()[1])
    for seen in (NetworkDoors().http(knock(closed), "/"), NetworkDoors().tcp(knock(closed))):
        assert not seen.answered
        assert seen.error
