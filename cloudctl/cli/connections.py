"""One HTTP connection to a server, by its URL: `http://`, `https://` or `unix:///path/of/the.socket`.

connection, prefix = connect("http://127.0.0.1:8080/cloud", timeout_s=60)

Nothing is sent before the first request.
"""

from __future__ import annotations

import socket
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import unquote, urlsplit

from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.words import _

CONNECT_TIMEOUT_S = 5.0


class UnixConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def connect(url: str, *, timeout_s: float, ca_file: str | None = None) -> tuple[HTTPConnection, str]:
    """A connection that opens at its first request, and the path that the server's routes stand under.

    Reads wait `timeout_s`; `ca_file` names the authority of the server's certificate beside the system's. Raises
    Failure for a URL of another kind.
    """
    parts = urlsplit(url)
    prefix = parts.path.rstrip("/")
    match parts.scheme:
        case "unix" if parts.path:
            return UnixConnection(unquote(parts.path), timeout_s), ""
        case "http" if parts.hostname:
            return HTTPConnection(parts.hostname, parts.port, timeout=timeout_s), prefix
        case "https" if parts.hostname:
            return HTTPSConnection(parts.hostname, parts.port, timeout=timeout_s, context=_trust(ca_file)), prefix
    raise Failure(
        _("{url} is not the address of a server: write http://, https:// or unix:///path.").format(url=url), Exit.USAGE
    )


def is_exposed(url: str) -> bool:
    """Whether a token sent there travels readable over a network."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}


def _trust(ca_file: str | None):  # type: ignore[no-untyped-def]  # noqa: ANN202 - naming ssl's type would import it
    import ssl  # noqa: PLC0415

    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context
