"""What a route knows of its caller: `Caller` for reads, `Acting` for writes.

    @router.get("/v1/systems/{system_id}")
    def get_system(request: Request, system_id: UUID) -> Response:
        return Caller(request).show(SystemOut.of, systems.get, system_id)

    @router.post("/v1/systems", status_code=201)
    def create_system(act: Acting, body: SystemIn) -> Response:
        return act.carry_out(SystemOut.of, systems.create, **body.fields())

The border has authenticated before any of this runs. A read takes nothing but the request: no dependency is solved
for it, which keeps lists cheap. A write also reads Idempotency-Key and If-Match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import msgspec
from fastapi import Depends
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.answers import encode_record, record
from api.border import visit_of
from cloudctl.domain.accounts import Actor
from cloudctl.domain.errors import Invalid, Stale, Unauthenticated
from cloudctl.ports.context import Context, Idempotency, Replayed, Request
from cloudctl.ports.queries import Scope, scope_of

P = ParamSpec("P")
T = TypeVar("T")
Shape = Callable[[T], msgspec.Struct]

_VERSION = re.compile(r'"(\d{1,9})"\Z')
_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")


class Caller:
    """Who asks, and the context that answers."""

    def __init__(self, http: HttpRequest) -> None:
        visit = visit_of(http)
        if visit.actor is None:
            raise Unauthenticated("This needs a token.", way_out="Send it as `Authorization: Bearer <token>`.")
        self.http = http
        self.actor: Actor = visit.actor
        self.locale = visit.locale
        self.ctx: Context = http.app.state.ctx
        self.request = Request(actor=visit.actor, request_id=visit.request_id)

    @property
    def scope(self) -> Scope:
        """The department, or the part of their tree, that lists are cut down to; None for who sees all."""
        return scope_of(self.actor)

    def show(
        self,
        shape: Shape[T],
        use_case: Callable[Concatenate[Context, Request, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Response:
        """Answers with one record that `use_case` reads, in the form `shape` gives it."""
        return record(self.http, encode_record(shape(use_case(self.ctx, self.request, *args, **kwargs))))


class Act(Caller):
    """A caller about to change something. `body` is what was sent, for the fingerprint of the request."""

    def __init__(self, http: HttpRequest, body: bytes) -> None:
        super().__init__(http)
        self._body = body
        self.expected_version = _expected_version(http.headers.get("if-match"))

    @property
    def body(self) -> bytes:
        """What was sent."""
        return self._body

    @cached_property
    def _key(self) -> str | None:
        key = self.http.headers.get("idempotency-key")
        if key is not None and not _KEY.match(key):
            raise Invalid(
                "The Idempotency-Key is not usable.",
                field="Idempotency-Key",
                way_out="Send 1 to 255 visible ASCII characters, such as a UUID.",
            )
        return key

    def carry_out(
        self,
        shape: Shape[T],
        use_case: Callable[Concatenate[Context, Request, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Response:
        """Carries `use_case` out and answers with its result, under the route's own status.

        The same request with the same Idempotency-Key is answered with what it was told then, and changes nothing.
        """
        try:
            result = use_case(self.ctx, self._request(lambda made: encode_record(shape(made))), *args, **kwargs)
        except Replayed as earlier:
            response = self._told(earlier.answer)
            response.headers["Idempotent-Replayed"] = "true"
            return response
        return self._told(encode_record(shape(result)))

    def show_once(
        self,
        shape: Shape[T],
        use_case: Callable[Concatenate[Context, Request, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Response:
        """Like `carry_out` for a secret that is shown once: no answer is kept, a repetition is told already issued."""
        return self._told(encode_record(shape(use_case(self.ctx, self.request, *args, **kwargs))))

    def _told(self, answer: bytes) -> Response:
        """An answer to an act belongs to this caller and moment: nobody on the way keeps it."""
        response = record(self.http, answer, status=self._status)
        response.headers["Cache-Control"] = "no-store"
        return response

    @property
    def _status(self) -> int:
        """What the route says it answers with."""
        return self.http.scope["route"].status_code or 200

    def _request(self, render: Callable[[Any], bytes]) -> Request:
        """The request of this act, with its idempotency where a key came along."""
        if self.http.method != "POST" or self._key is None or self.actor.account_id is None:
            return self.request
        url = self.http.url
        fingerprint = sha256(b"\n".join((self.http.method.encode(), f"{url.path}?{url.query}".encode(), self._body)))
        if self.actor.for_account_id is not None:
            fingerprint.update(self.actor.for_account_id.bytes)  # for a principal it is another request
        return Request(
            actor=self.actor,
            request_id=self.request.request_id,
            idempotency=Idempotency(
                account_id=self.actor.account_id, key=self._key, fingerprint=fingerprint.digest(), render=render
            ),
        )


async def _act(http: HttpRequest) -> Act:
    return Act(http, await http.body())


Acting = Annotated[Act, Depends(_act)]


def _expected_version(if_match: str | None) -> int | None:
    """The version that If-Match asks for; None when it asks for nothing in particular."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _VERSION.match(if_match.strip())
    if found is None:
        raise Stale(
            "If-Match {given} is not a version of this.",
            field="If-Match",
            way_out="Send the ETag of your last read, as it came.",
            given=if_match[:80],
        )
    return int(found[1])
