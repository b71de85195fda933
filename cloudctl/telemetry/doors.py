"""Knocks at applications over the network of this machine; implements ports.doors.Doors."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from time import monotonic

from cloudctl.ports.doors import Knock, Seen

LONGEST_ERROR = 200
EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED


class NetworkDoors:
    """Connects to the address that it is given, and to no other."""

    def http(self, knock: Knock, path: str, *, most_bytes: int = 65_536) -> Seen:
        def look() -> Seen:
            with _connected(knock) as wire:
                until = _until(wire)
                connection = HTTPConnection(knock.name, knock.port, timeout=knock.timeout_s)
                connection.sock = wire
                connection.request(
                    "GET", path, headers={"Host": knock.name, "User-Agent": "cloudctl", "Connection": "close"}
                )
                answer = connection.getresponse()
                text = answer.read(most_bytes).decode(errors="replace")
                return Seen(answered=True, status=answer.status, text=text, certificate_until=until)

        return _timed(look)

    def tcp(self, knock: Knock) -> Seen:
        def look() -> Seen:
            with socket.create_connection((knock.address, knock.port), knock.timeout_s):
                return Seen(answered=True)

        return _timed(look)

    def certificate(self, knock: Knock) -> Seen:
        def look() -> Seen:
            with _connected(knock) as wire:
                return Seen(answered=True, certificate_until=_until(wire))

        return _timed(look)


def _connected(knock: Knock) -> socket.socket:
    plain = socket.create_connection((knock.address, knock.port), knock.timeout_s)
    if not knock.tls:
        return plain
    trusted = ssl.create_default_context(cadata=knock.roots or None)
    try:
        return trusted.wrap_socket(plain, server_hostname=knock.name)
    except BaseException:
        plain.close()
        raise


def _until(wire: socket.socket) -> datetime | None:
    shown = wire.getpeercert() if isinstance(wire, ssl.SSLSocket) else None
    if not shown:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


def _timed(look: Callable[[], Seen]) -> Seen:
    begun = monotonic()
    try:
        seen = look()
    except (OSError, HTTPException, ValueError) as error:
        words = (getattr(error, "verify_message", "") or str(error) or type(error).__name__)[:LONGEST_ERROR]
        seen = Seen(answered=False, error=words, expired=getattr(error, "verify_code", 0) == EXPIRED)
    return Seen(
        answered=seen.answered, status=seen.status, text=seen.text, certificate_until=seen.certificate_until,
        error=seen.error, expired=seen.expired, seconds=monotonic() - begun,
    )  # fmt: skip
