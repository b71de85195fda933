"""The client of the HTTP API: one connection, the caller's token and language, and retries that change nothing twice.

    api = connect()                                     # the context in use
    api.get("/servers", {"state": "active"}).data       # -> {"items": [...], "next": ...}
    api.post("/orders", {...}, version=3)               # If-Match: "3"

Every POST carries an Idempotency-Key of its own, so it may be sent again when the connection is lost: the server
answers the second time what it answered the first. A PATCH is not sent again. Whatever the server refuses is raised
as a Failure with the server's own words and the way out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode
from uuid import uuid4

import click

from cloudctl.cli import contexts
from cloudctl.cli.connections import connect as open_connection
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.problems import failure_of
from cloudctl.cli.words import LOCALE, _

BASE = "/v1"
TIMEOUT_S = 60.0
ATTEMPTS = 3
PAUSE_S = 0.3
BUSY_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
PAGE = 200
AGAIN = frozenset({"GET", "PUT", "DELETE", "POST"})  # what may be sent twice; POST by its key
LOST = (HTTPException, OSError)
NOBODY_THERE = (ConnectionRefusedError, FileNotFoundError)

Query = Mapping[str, object]


class Answer(NamedTuple):
    """What the server said: `data` is the decoded JSON, None without a body; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    data: Any


class Client:
    """Speaks to one server; `pause` is how it waits before it asks again, `act_for` the principal of a deputy."""

    def __init__(
        self,
        target: contexts.Target,
        *,
        timeout_s: float = TIMEOUT_S,
        pause: Callable[[float], None] = time.sleep,
        act_for: str | None = None,
    ) -> None:
        self.target = target
        self._act_for = act_for
        self._pause = pause
        self._timeout_s = timeout_s
        self._connection, self._prefix = self._open(timeout_s)

    def close(self) -> None:
        """Closes the connection; the next request would open it again."""
        self._connection.close()

    def get(self, path: str, query: Query | None = None) -> Answer:
        """Reads."""
        return self._ask("GET", path, query)

    def post(self, path: str, body: object = None, *, query: Query | None = None, version: int | None = None) -> Answer:
        """Makes something, or acts upon it; `version` becomes If-Match."""
        key = {"Idempotency-Key": str(uuid4())}
        return self._ask("POST", path, query, {} if body is None else body, {**key, **_if_match(version)})

    def upload(
        self, path: str, content: bytes, *, media_type: str, query: Query | None = None, key: str | None = None
    ) -> Answer:
        """Hands a file in, as it is."""
        headers = {"Idempotency-Key": key or str(uuid4()), "Content-Type": media_type}
        return self._ask("POST", path, query, content, headers)

    def download(self, path: str, *, accept: str = "*/*", query: Query | None = None) -> bytes:
        """A file."""
        with self.stream(path, accept=accept, query=query) as response:
            return response.read()

    def convert(self, path: str, content: bytes, *, media_type: str, query: Query | None = None) -> bytes:
        """Hands a file in and answers with the file that comes back; on a connection of its own."""
        connection, prefix = self._open(self._timeout_s)
        headers = self._headers({"Accept": media_type, "Content-Type": media_type})
        with closing(connection):
            connection.request("POST", prefix + BASE + path + _query(query), content, headers)
            response = connection.getresponse()
            body = response.read()
        if response.status != 200:
            raise failure_of(response.status, _decoded(body))
        return body

    def put(self, path: str, body: object, *, version: int | None = None) -> Answer:
        """Puts a value on record in the place of what was there."""
        return self._ask("PUT", path, None, body, _if_match(version))

    def patch(self, path: str, body: object, *, version: int | None = None) -> Answer:
        """Changes fields."""
        return self._ask("PATCH", path, None, body, _if_match(version))

    def delete(self, path: str, query: Query | None = None) -> Answer:
        """Revokes."""
        return self._ask("DELETE", path, query)

    def rows(self, path: str, query: Query, limit: int | None) -> tuple[list[dict[str, Any]], bool]:
        """The rows of a list, page after page, at most `limit` (None: all); and whether there are more."""
        rows: list[dict[str, Any]] = []
        cursor = None
        while True:
            size = PAGE if limit is None else min(limit - len(rows), PAGE)
            page = self.get(path, {**query, "limit": size, "cursor": cursor}).data
            if isinstance(page, list):  # a short list has no pages
                return page, False
            rows += page["items"]
            cursor = page["next"]
            if cursor is None or len(rows) == limit:
                return rows, cursor is not None

    @contextmanager
    def stream(
        self,
        path: str,
        *,
        accept: str,
        query: Query | None = None,
        last_event_id: str | None = None,
        sent: tuple[Iterable[bytes], Mapping[str, str]] | None = None,
    ) -> Iterator[HTTPResponse]:
        """An open answer to read from, on a connection of its own. Status 204: nothing is to come.

        With `sent`, a body and its headers, it is the answer to a POST. Raises Failure for a refusal, and what
        http.client raises for a lost connection.
        """
        connection, prefix = self._open(self._timeout_s)
        headers = {"Accept": accept, **({"Last-Event-ID": last_event_id} if last_event_id else {})}
        method, (body, more) = ("GET", (None, {})) if sent is None else ("POST", sent)
        with closing(connection):
            connection.request(method, prefix + BASE + path + _query(query), body, self._headers({**headers, **more}))
            response = connection.getresponse()
            if response.status not in {200, 204}:
                raise failure_of(response.status, _decoded(response.read()))
            yield response

    def _open(self, timeout_s: float) -> tuple[HTTPConnection, str]:
        return open_connection(self.target.url, timeout_s=timeout_s, ca_file=self.target.ca_file)

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {
            "Accept": "application/json",
            "Accept-Language": LOCALE.replace("_", "-"),
            "Authorization": f"Bearer {self.target.token}",
            **({"Act-For": self._act_for} if self._act_for else {}),
            **more,
        }

    def _ask(
        self, method: str, path: str, query: Query | None, body: object = None, more: Mapping[str, str] | None = None
    ) -> Answer:
        """One request and its answer; sent again after a lost connection, or when the server names a time to wait."""
        payload = body if body is None or isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = self._headers({**({"Content-Type": "application/json"} if payload else {}), **(more or {})})
        where = self._prefix + BASE + path + _query(query)
        attempts, lost = ATTEMPTS if method in AGAIN else 1, False
        if method not in AGAIN:
            self._connection.close()  # an idle one may be closed at the other end, and this goes out only once
        while True:
            attempts -= 1
            try:
                answer = self._send(method, where, payload, headers)
            except LOST as error:
                self._connection.close()
                if not attempts or isinstance(error, NOBODY_THERE):
                    raise unreachable(self.target.url, error) from None
                lost, wait = True, PAUSE_S
            else:
                if answer.status < 400:
                    return answer
                wait = _retry_after(answer, lost=lost)
                if not attempts or not wait:
                    raise failure_of(answer.status, answer.data)
            self._pause(wait)

    def _send(self, method: str, where: str, payload: bytes | None, headers: dict[str, str]) -> Answer:
        self._connection.request(method, where, payload, headers)
        response = self._connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, _decoded(response.read()))


def connect(name: str | None = None) -> Client:
    """A client of the context `name`, by default of the one that --context chose, else of the one in use."""
    context = click.get_current_context()
    client = Client(contexts.current(name or context.find_root().obj), act_for=context.meta.get(contexts.PRINCIPAL))
    context.call_on_close(client.close)
    return client


def item(path: str, key: str) -> str:
    """The path of one thing in a list."""
    return f"{path}/{quote(key, safe='')}"


def unreachable(url: str, error: Exception) -> Failure:
    """The server does not answer: says what to run."""
    return Failure(
        _(
            "{url} does not answer: {reason}.\n"
            "  Start it there with `cloudctl serve`, or name another server: `cloudctl login URL`."
        ).format(url=url, reason=str(error) or type(error).__name__),
        Exit.SERVER,
    )


def _query(query: Query | None) -> str:
    asked = {name: value for name, value in (query or {}).items() if value is not None}
    return "?" + urlencode(asked, doseq=True) if asked else ""


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


def _decoded(body: bytes) -> Any:
    """The JSON of an answer; text of another kind (a proxy's error page) comes back as text."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


def _retry_after(answer: Answer, *, lost: bool) -> float:
    """The seconds after which to ask again; 0 for an answer that stands.

    After a lost connection the first request may still be under way: then its key answers 409 until it has ended.
    """
    if lost and answer.status == 409:
        return BUSY_PAUSE_S
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdigit() and float(value) <= LONGEST_PAUSE_S else 0.0
