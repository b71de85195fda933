"""What OpenStack's services answer, told as the `BackendError`s of the domain: the only place that knows their words.

    with translated(write=True):                     # what the transport raises
        response = adapter.request(...)
    if response.status_code >= 400:                  # what the service refuses
        raise refusal(response.status_code, response.content, response.headers, write=True)

The services do not agree on status codes: a quota is 403 in Nova, 413 in Cinder and 409 in Neutron, where 409 also
means busy and out of addresses. So the words decide first and the status after them, in the order of `OUTCOMES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import msgspec
from keystoneauth1 import exceptions as keystone
from requests import exceptions as transport
from urllib3 import exceptions as wire

from cloudctl.domain.errors import Absent, BackendError, Busy, CapacityExhausted, Failed, Rejected, Unreachable

LONGEST_WORDS = 500

_NO_ROOM = re.compile(
    r"No valid host|Insufficient compute|IpAddressGenerationFailure|No more IP addresses|NoNetworkAvailable|"
    r"No (?:available )?weighed backends|No valid backend",
    re.IGNORECASE,
)
_QUOTA = re.compile(r"quota|limit exceeded", re.IGNORECASE)
# Schema errors repeat the value they object to, which may be user data; the field's name is all we pass on.
_ECHOED_VALUE = re.compile(r"\b(?:Value: |Failed validating |On instance).*", re.DOTALL)
_MARKUP = re.compile(r"<[^>]*>|\s+")


def no_room(words: str, _after: float | None = None) -> BackendError:
    """The cloud has no host, address or segment left."""
    return CapacityExhausted("The cloud has no room: {words}", words=words)


def rejected(words: str, _after: float | None = None) -> BackendError:
    """The cloud does not accept the request as it stands."""
    return Rejected("The cloud refuses the request: {words}", words=words)


def busy(words: str, after: float | None = None) -> BackendError:
    """The cloud would take the same request later."""
    return Busy("The cloud is busy: {words}", retry_after_s=after, words=words)


def absent(words: str, _after: float | None = None) -> BackendError:
    """The cloud has no such object."""
    return Absent("The cloud has no such object: {words}", words=words)


def unreachable(words: str, *, effect_unknown: bool) -> Unreachable:
    """No usable answer came."""
    return Unreachable("The cloud did not answer: {words}", effect_unknown=effect_unknown, words=words)


def failed(words: str | None) -> Failed:
    """The object itself is in error."""
    return Failed("The object went into error: {words}", words=words or "-")


class Outcome(NamedTuple):
    """A line of the table: an answer with one of `statuses` (any when empty) whose words match means `error`."""

    statuses: frozenset[int]
    words: re.Pattern[str] | None
    error: Callable[[str, float | None], BackendError]


OUTCOMES = (
    Outcome(frozenset(), _NO_ROOM, no_room),
    Outcome(frozenset({403, 409, 413}), _QUOTA, rejected),
    Outcome(frozenset({404, 410}), None, absent),
    Outcome(frozenset({408, 409, 413, 423, 425, 429}), None, busy),
)


def refusal(status: int, body: bytes, headers: Mapping[str, str], *, write: bool) -> BackendError:
    """The error that an answer of 400 or more stands for.

    A 5xx to a read is Busy. To a write it is Unreachable with the effect unknown, for the service may have failed
    after it acted; only one that names a time to come back (Retry-After) tells that it did not.
    """
    words = words_of(status, body)
    after = _retry_after(headers)
    for outcome in OUTCOMES:
        if (not outcome.statuses or status in outcome.statuses) and (not outcome.words or outcome.words.search(words)):
            return outcome.error(words, after)
    if status < 500:
        return rejected(words)
    if write and not (status == 503 and after is not None):
        return unreachable(words, effect_unknown=True)
    return busy(words, after)


def words_of(status: int, body: bytes) -> str:
    """The service's own words: its error's type and message, cut, without markup and without echoed values."""
    try:
        text = _message(msgspec.json.decode(body))
    except msgspec.DecodeError:
        text = body.decode("utf-8", "replace")
    text = _ECHOED_VALUE.sub("", text)
    text = " ".join(_MARKUP.sub(" ", text).split())
    return f"{status} {text}"[:LONGEST_WORDS].rstrip()


def _message(document: object) -> str:
    """Each service wraps its message differently: one level down, in a list, or on top."""
    if isinstance(document, dict):
        if isinstance(document.get("errors"), list):
            return " ".join(_message(entry) for entry in document["errors"])
        inner = next((value for value in document.values() if isinstance(value, dict) and "message" in value), document)
        parts = (inner.get(name) for name in ("type", "message", "detail"))
        return " ".join(part for part in parts if isinstance(part, str) and part)
    return document if isinstance(document, str) else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, float(headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


@contextmanager
def translated(*, write: bool) -> Iterator[None]:
    """Turns what the SDK raises into BackendErrors; `write` says whether the request would change something."""
    try:
        yield
    except keystone.HttpError as error:
        # The request itself never raises for a status: this is the token or the catalogue, so nothing was sent.
        status = error.http_status or 500
        if status >= 500:
            raise unreachable(str(error), effect_unknown=False) from error
        raise rejected(str(error)) from error
    except keystone.ConnectionError as error:
        raise unreachable(_short(error), effect_unknown=write and not _never_sent(error)) from error
    except keystone.ClientException as error:
        raise rejected(str(error)) from error


def _never_sent(error: BaseException) -> bool:
    """Whether the connection failed before the request left. keystoneauth folds both kinds of timeout into one."""
    cause = error.__context__
    if isinstance(cause, transport.ConnectTimeout | transport.SSLError):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    return isinstance(reason, wire.NewConnectionError | wire.ConnectTimeoutError)


def _short(error: BaseException) -> str:
    """The reason without Python's object addresses."""
    return re.sub(r"<[^>]* at 0x[0-9a-f]+>:? ?", "", str(error))[:LONGEST_WORDS]
