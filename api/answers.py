"""Answers with a body: JSON of typed structs, with the headers that follow from it.

A versioned record answers with `ETag: "<version>"`; a new one also with its Location. Both come from the rendered
bytes, so an answer that is given again (Idempotency-Key) carries the same headers as the first.
"""

from __future__ import annotations

from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
encode = msgspec.json.Encoder().encode
encode_record = msgspec.json.Encoder(order="deterministic").encode  # sets sorted: the same record, the same bytes


class _Stamp(msgspec.Struct):
    """What of an answer becomes headers."""

    id: UUID | None = None
    version: int | None = None


_stamp = msgspec.json.Decoder(_Stamp)


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def record(request: Request, body: bytes, *, status: int = 200) -> Response:
    """One record. Answers 304 to an If-None-Match that names its version."""
    stamp = _stamp.decode(body)
    headers = {}
    if stamp.version is not None:
        headers["ETag"] = etag(stamp.version)
        if request.method == "GET" and request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
    if status == 201 and stamp.id is not None:
        headers["Location"] = f"{request.url.path.rstrip('/')}/{stamp.id}"
    return Response(body, status, headers, JSON)


def plain(answer: object) -> Response:
    """Any JSON answer that is not one record."""
    return Response(encode(answer), media_type=JSON)
