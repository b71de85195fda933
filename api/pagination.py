"""Lists: one page of rows after a cursor, filtered by equality; never a total.

    GET /v1/servers?state=active&limit=50
    200  Link: </v1/servers?state=active&limit=50&cursor=...>; rel="next"
    {"items": [...], "next": "..."}

`add_list` puts the list of one noun on a router: its filters are the ones that the row declares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, get_args, get_type_hints
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import JSON, encode
from api.deps import Caller
from api.openapi import answering, query_parameter
from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Invalid
from cloudctl.ports.queries import Listing, Page, PageAsk, Queries
from cloudctl.ports.queries.rows import Row

MOST_ROWS = 200
DEFAULT_ROWS = 50


def add_list(
    router: APIRouter, path: str, row: type[Row], *, of: Callable[[Queries], Listing], needs: Permission, name: str
) -> None:
    """The route `GET path`: a page of `row`, for who holds `needs`, cut down to what the caller sees."""
    types = filter_types(row)

    def endpoint(request: Request) -> Response:
        caller = Caller(request)
        caller.actor.require(needs)
        ask, filters = asked(request.query_params, types)
        return paged(request, of(caller.ctx.queries).page(caller.scope, filters, ask))

    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        name=name,
        summary=f"A page of {name.removeprefix('list_').replace('_', ' ')}, newest first",
        **answering(row, page=True, needs=needs, parameters=page_parameters(types)),
    )


def filter_types(row: type[Row]) -> dict[str, Any]:
    """The filters of a row and the types of their columns, without None."""
    hints = get_type_hints(row)
    return {name: _required(hints[name]) for name in sorted(row.FILTERS)}


def asked(query: Mapping[str, str], types: Mapping[str, Any]) -> tuple[PageAsk, dict[str, object]]:
    """The page and the filters that a query string asks for; raises Invalid naming the parameter that is wrong."""
    values = dict(query.items())
    limit = _converted("limit", values.pop("limit", str(DEFAULT_ROWS)), int)
    if not 1 <= limit <= MOST_ROWS:
        raise Invalid("A page has 1 to {most} rows.", field="limit", way_out="Follow `next` for more.", most=MOST_ROWS)
    ask = PageAsk(limit=limit, cursor=values.pop("cursor", None))
    unknown = sorted(values.keys() - types.keys())
    if unknown:
        raise Invalid(
            "This list has no filter {name}.",
            field=unknown[0],
            way_out="These it has: {filters}.",
            name=unknown[0],
            filters=", ".join(types) or "-",
        )
    return ask, {name: _converted(name, value, types[name]) for name, value in values.items()}


def paged(request: Request, page: Page) -> Response:
    """The page as JSON; the next one's address also as a Link header."""
    headers = {}
    if page.next is not None:
        query = urlencode({**request.query_params, "cursor": page.next})
        headers["Link"] = f'<{request.scope["path"]}?{query}>; rel="next"'
    return Response(encode(page), 200, headers, JSON)


def _converted(name: str, value: str, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        raise Invalid(
            "{value} cannot be looked for in {name}.",
            field=name,
            way_out="Give a value of the kind that the list shows.",
            name=name,
            value=value[:80],
        ) from None


def _required(hint: Any) -> Any:
    """A column's type without its None."""
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    return kinds[0] if kinds and NoneType in get_args(hint) else hint


def page_parameters(types: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What `asked` reads, for the OpenAPI document."""
    return [
        query_parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": DEFAULT_ROWS}),
        query_parameter("cursor", {"type": "string"}, "`next` of the page before."),
        *(query_parameter(name, msgspec.json.schema(kind), f"Only rows with this {name}.") for name, kind in types.items()),
    ]
