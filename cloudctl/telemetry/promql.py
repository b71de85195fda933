"""Prometheus' HTTP API: one question, one typed answer, of bounded size.

    client = PromClient("city", Access(url="https://prometheus.example/", token="..."), clock)
    answer = client.over_time("rate(up[5m])", begin_s, end_s, step_s=300, about="libvirt/cpu_percent")
    answer.result                                  # series with labels and [(seconds, "value"), ...]

The standard library speaks it: one connection for each question, no redirect is followed, and the question goes in the
body, so that its length does not matter. Every failure is a BackendError that names the question by `about`.
"""

from __future__ import annotations

import ssl
import zlib
from base64 import b64encode
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlencode, urlsplit

import msgspec

from cloudctl.domain.errors import BackendError, Busy, ConfigurationError, Rejected, Unreachable
from cloudctl.ports.clock import Clock

MOST_BYTES = 64 << 20
"""The largest answer that is read, unpacked."""
CHUNK = 1 << 16
GRACE_S = 5.0
"""So much longer than Prometheus itself may take do we wait for its answer."""
LONGEST_WORDS = 300
T = TypeVar("T")


class TooLarge(Exception):
    """The answer has more bytes than are read: ask for less at a time."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Where a Prometheus is and how it is entered: with a bearer token, or with user and password."""

    url: str
    user: str = ""
    password: str = ""
    token: str = ""
    ca_file: str = ""
    verify: bool = True
    timeout_s: float = 60.0


class Found(msgspec.Struct, frozen=True, gc=False):
    """A series with its samples: `values` over time, or the one `value` at a moment."""

    metric: dict[str, str]
    values: list[tuple[float, str]] = []
    value: tuple[float, str] | None = None


class Answer(msgspec.Struct, frozen=True):
    """What came: `warnings` are Prometheus' own, `skew_s` is how far its clock is ahead of ours."""

    result: list[Found]
    warnings: tuple[str, ...] = ()
    skew_s: float = 0.0


class _Data(msgspec.Struct, frozen=True, rename="camel"):
    result_type: str
    result: msgspec.Raw


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    data: _Data | None = None
    error_type: str = ""
    error: str = ""
    warnings: tuple[str, ...] = ()


class PromClient:
    """Asks one Prometheus; safe for several threads, for nothing is kept between questions."""

    def __init__(self, name: str, access: Access, clock: Clock) -> None:
        self._name = name
        self._access = access
        self._clock = clock
        self._target = _target(name, access.url)

    def over_time(self, query: str, begin_s: int, end_s: int, *, step_s: int, about: str) -> Answer:
        """The values at begin, begin + step, ... up to and with end; raises TooLarge."""
        form = {"query": query, "start": str(begin_s), "end": str(end_s), "step": str(step_s)}
        return self._ask("query_range", form, "matrix", about)

    def at(self, query: str, at_s: int, *, about: str) -> Answer:
        """The values at one moment; raises TooLarge."""
        return self._ask("query", {"query": query, "time": str(at_s)}, "vector", about)

    def _ask(self, path: str, form: dict[str, str], kind: str, about: str) -> Answer:
        limit = f"{max(1, int(self._access.timeout_s))}s"
        try:
            status, body, date = self._send(path, urlencode(form | {"timeout": limit}).encode())
        except TooLarge:
            raise
        except (OSError, HTTPException, zlib.error) as error:
            words = f"{type(error).__name__} {error}".strip()[:LONGEST_WORDS]
            raise Unreachable(
                "The source {source} did not answer: {words}", effect_unknown=False, source=self._name, words=words
            ) from error
        envelope = _read(body, _Envelope)
        if status != 200 or envelope is None or envelope.status != "success" or envelope.data is None:
            raise self._refusal(status, envelope, about)
        result = _read(bytes(envelope.data.result), list[Found]) if envelope.data.result_type == kind else None
        if result is None:
            words = envelope.data.result_type
            raise Rejected(
                "The source {source} answers {query} with something else: {words}",
                source=self._name,
                query=about,
                words=words,
            )
        return Answer(result, envelope.warnings, self._skew_s(date))

    def _refusal(self, status: int, envelope: _Envelope | None, about: str) -> BackendError:
        words = f"{status} {envelope.error_type} {envelope.error}" if envelope else str(status)
        told: dict[str, Any] = {"source": self._name, "query": about, "words": " ".join(words.split())[:LONGEST_WORDS]}
        if status in {401, 403}:
            return Rejected("The source {source} refuses the credentials: {words}", **told)
        if status >= 500 or status in {408, 429}:
            return Busy("The source {source} did not finish {query}: {words}", **told)
        if envelope is None:
            return Rejected("What answers for {source} is no Prometheus: {words}", **told)
        return Rejected("The source {source} refuses the query {query}: {words}", **told)

    def _send(self, path: str, body: bytes) -> tuple[int, bytes, str | None]:
        connection = self._connection()
        try:
            connection.request("POST", f"{self._target.path.rstrip('/')}/api/v1/{path}", body, self._headers())
            response = connection.getresponse()
            return response.status, _body(response), response.getheader("Date")
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        host, port, timeout_s = str(self._target.hostname), self._target.port, self._access.timeout_s + GRACE_S
        if self._target.scheme == "http":
            return HTTPConnection(host, port, timeout=timeout_s)
        context = ssl.create_default_context(cafile=self._access.ca_file or None)
        if not self._access.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return HTTPSConnection(host, port, timeout=timeout_s, context=context)

    def _headers(self) -> dict[str, str]:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "cloudctl",
            "Connection": "close",
        }
        access = self._access
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        elif access.user:
            headers["Authorization"] = "Basic " + b64encode(f"{access.user}:{access.password}".encode()).decode()
        return headers

    def _skew_s(self, date: str | None) -> float:
        try:
            told = parsedate_to_datetime(date or "")
        except ValueError:
            return 0.0
        return (told - self._clock.now()).total_seconds()


def _target(name: str, url: str) -> SplitResult:
    target = urlsplit(url)
    if target.scheme not in {"http", "https"} or not target.hostname or target.username:
        raise ConfigurationError(
            "telemetry.prometheus.{name}.url is no address of a Prometheus: write https://host:9090/.", name=name
        )
    return target


def _body(response: HTTPResponse) -> bytes:
    """The whole body, unpacked; raises TooLarge before it fills the memory."""
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if response.getheader("Content-Encoding") == "gzip" else None
    parts: list[bytes] = []
    size = 0
    while chunk := response.read(CHUNK):
        part = chunk if unpack is None else unpack.decompress(chunk)
        size += len(part)
        if size > MOST_BYTES:
            raise TooLarge
        parts.append(part)
    return b"".join(parts)


def _read(body: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
