"""The border: the one middleware, plain ASGI, that every request passes.

It gives the request its id, language and caller, refuses what carries no valid token under /v1 before a byte of the
body is read, bounds the body, counts the answer, and turns whatever nobody caught into a problem document.

A list admits its caller itself (`admit`), on the thread that then reads: one hop to a thread instead of two.
"""

from __future__ import annotations

import logging
import re
import time
from dataclasses import dataclass
from typing import Final

from anyio import CapacityLimiter
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.locales import DEFAULT, preferred
from api.metrics import Metrics
from api.problems import respond, too_large
from api.threads import read
from api.uploads import LARGEST_BODY, largest
from cloudctl.domain.accounts import Actor
from cloudctl.domain.errors import Unauthenticated
from cloudctl.domain.identifiers import new_id
from cloudctl.ports.context import REQUEST_ID, Context
from cloudctl.services import accounts

GUARDED: Final = "/v1/"
_KEY: Final = "cloudctl.visit"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}\Z")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Visit:
    """What the border knows of a request; `actor` is None outside of /v1, and in a list until it is admitted."""

    request_id: str
    locale: str
    actor: Actor | None = None
    accepted: str | None = None
    secret: str | None = None
    act_for: str | None = None

    def admit(self, ctx: Context) -> None:
        """Authenticates the caller; raises Unauthenticated."""
        if self.actor is None and self.secret is not None:
            self.actor = accounts.authenticate(ctx, self.secret, self.act_for)
            self.locale = self.accepted or self.actor.locale


def visit_of(connection: HTTPConnection) -> Visit:
    """What the border noted for this request."""
    visit: Visit = connection.scope[_KEY]
    return visit


class Border:
    """The middleware. `ctx` authenticates, `metrics` counts; the routes at the paths `lists` admit their callers."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        ctx: Context,
        metrics: Metrics,
        reads: CapacityLimiter,
        lists: frozenset[str] = frozenset(),
        largest_body: int = LARGEST_BODY,
    ) -> None:
        self._app = app
        self._ctx = ctx
        self._metrics = metrics
        self._largest_body = largest_body
        self._reads = reads
        self._lists = lists

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        accepted = preferred(headers.get(b"accept-language", b"").decode("latin-1"))
        visit = Visit(_request_id(headers), accepted or DEFAULT, accepted=accepted)
        scope[_KEY] = visit
        REQUEST_ID.set(visit.request_id)
        began = time.perf_counter()
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", visit.request_id.encode())]
                route = getattr(scope.get("route"), "path", "unmatched")
                self._metrics.observe(scope["method"], route, message["status"], time.perf_counter() - began)
            await send(message)

        try:
            most = largest(scope["path"], self._largest_body)
            _check_size(headers, most)
            if scope["path"].startswith(GUARDED):
                visit.secret = _bearer(headers)
                visit.act_for = headers[b"act-for"].decode("latin-1").strip() if b"act-for" in headers else None
                if scope["method"] != "GET" or scope["path"] not in self._lists:
                    await read(self._reads, visit.admit, self._ctx)
            await self._app(scope, _bounded(receive, most), answer)
        except ClientDisconnect:
            _log.info("request %s: the caller was gone before the end", visit.request_id)
        except Exception as error:
            if started:
                _log.exception("request %s broke off after its answer had begun", visit.request_id)
                raise
            await respond(error, locale=visit.locale, request_id=visit.request_id)(scope, receive, answer)


def _check_size(headers: dict[bytes, bytes], most: int) -> None:
    """Refuses a body that says beforehand that it is too large."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > most:
        raise too_large(most)


def _bounded(receive: Receive, most: int) -> Receive:
    """`receive`, counting; for bodies that do not say their length."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413)  # FastAPI makes a 400 of any other error while it reads a body
        return message

    return bounded


def _request_id(headers: dict[bytes, bytes]) -> str:
    """The caller's own id, if it is one that can stand in a log line; else a new one."""
    given = headers.get(b"x-request-id", b"")
    return given.decode() if _REQUEST_ID.match(given) else str(new_id())


def _bearer(headers: dict[bytes, bytes]) -> str:
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated(
            "This needs a token.", way_out="Send it as `Authorization: Bearer <token>`; `cloudctl login` keeps one."
        )
    return secret.strip()
