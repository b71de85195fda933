"""Looks at services by HTTP or TCP and notes the address that answered; implements ports.probes.Probes.

An HTTP answer counts unless it is a fault of the server (5xx). Nothing is sent but a GET, no redirection is followed
and no body is read: what stands behind an address is no matter here, only that and from where it answers.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from cloudctl.ports.probes import Answer

TIMEOUT_S = 5.0
FAULT = 500
LONGEST_ERROR = 200


@dataclass(frozen=True, slots=True)
class NetworkProbes:
    """Over the network of the machine that it runs on."""

    timeout_s: float = TIMEOUT_S

    def look(self, url: str) -> Answer:
        try:
            target = urlsplit(url)
            return self._tcp(target) if target.scheme == "tcp" else self._http(target)
        except (OSError, HTTPException, ValueError) as error:
            return Answer(answered=False, error=(str(error) or type(error).__name__)[:LONGEST_ERROR])

    def _tcp(self, target: SplitResult) -> Answer:
        if target.hostname is None or target.port is None:
            return Answer(answered=False, error=f"{target.geturl()} names no host and port")
        with socket.create_connection((target.hostname, target.port), self.timeout_s) as connection:
            return Answer(answered=True, peer=_peer(connection))

    def _http(self, target: SplitResult) -> Answer:
        if target.hostname is None or target.scheme not in {"http", "https"}:
            return Answer(answered=False, error=f"{target.geturl()} is no address of a service")
        connection = self._connection(target, target.hostname)
        try:
            connection.connect()
            peer = _peer(connection.sock)
            path = (target.path or "/") + (f"?{target.query}" if target.query else "")
            connection.request("GET", path, headers={"User-Agent": "cloudctl", "Connection": "close"})
            status = connection.getresponse().status
        finally:
            connection.close()
        if status >= FAULT:
            return Answer(answered=False, peer=peer, status=status, error=f"HTTP {status}")
        return Answer(answered=True, peer=peer, status=status)

    def _connection(self, target: SplitResult, host: str) -> HTTPConnection:
        if target.scheme == "https":
            return HTTPSConnection(host, target.port, timeout=self.timeout_s, context=ssl.create_default_context())
        return HTTPConnection(host, target.port, timeout=self.timeout_s)


def _peer(connection: socket.socket) -> str:
    """The address at the other end, an IPv4 one as such."""
    return str(connection.getpeername()[0]).removeprefix("::ffff:")
