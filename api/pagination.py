"""Lists: one page of rows after a cursor, filtered by equality; never a total.

    GET /v1/servers?state=active&limit=50
    200  Link: </v1/servers?state=active&limit=50&cursor=...>; rel="next"
    {"items": [...], "next": "..."}

`add_list` puts the list of one noun on a router: its filters are the ones that the row declares.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, get_type_hints
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import JSON, encode
from api.border import visit_of
from api.deps import Caller
from api.openapi import answering, query_parameter
from api.threads import read
from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Invalid
from cloudctl.ports.queries import Listing, Page, PageAsk, Queries
from cloudctl.ports.queries.rows import Row

MOST_ROWS = 500
DEFAULT_ROWS = 50
AS_OF: Final = query_parameter(
    "as_of", {"type": "string", "format": "date"}, "The list as it stood at the end of this day in Asia/Shanghai."
)
PATHS: Final[set[str]] = set()  # of the lists, which admit their callers themselves


def add_list(
    router: APIRouter,
    path: str,
    row: type[Row],
    *,
    of: Callable[[Queries], Listing],
    needs: Permission,
    name: str,
    order: str = "newest first",
) -> None:
    """The route `GET path`: a page of `row`, for who holds `needs`, cut down to what the caller sees."""

    def answer(request: Request) -> Response:
        visit_of(request).admit(request.app.state.ctx)
        caller = Caller(request)
        caller.actor.require(needs)
        ask, filters = asked(request.query_params)
        return paged(request, of(caller.ctx.queries).page(caller.scope, filters, ask))

    async def endpoint(request: Request) -> Response:
        return await read(request.app.state.reads, answer, request)

    PATHS.add(path)
    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        name=name,
        summary=f"A page of {name.removeprefix('list_').replace('_', ' ')}, {order}",
        **answering(row, page=True, needs=needs, parameters=page_parameters(row)),
    )


def asked(query: Mapping[str, str]) -> tuple[PageAsk, dict[str, object]]:
    """The page and the filters that a query string asks for; raises Invalid for a limit that is no number.

    Filters go on as text: the list knows its columns, converts them, and refuses those it does not have.
    """
    filters: dict[str, object] = dict(query.items())
    limit = str(filters.pop("limit", DEFAULT_ROWS))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= MOST_ROWS:
        raise Invalid("A page has 1 to {most} rows.", field="limit", way_out="Follow `next` for more.", most=MOST_ROWS)
    cursor = filters.pop("cursor", None)
    return PageAsk(limit=int(limit), cursor=None if cursor is None else str(cursor)), filters


def paged(request: Request, page: Page) -> Response:
    """The page as JSON; the next one's address also as a Link header."""
    headers = {}
    if page.next is not None:
        query = urlencode({**request.query_params, "cursor": page.next})
        headers["Link"] = f'<{request.scope["path"]}?{query}>; rel="next"'
    return Response(encode(page), 200, headers, JSON)


def page_parameters(row: type[Row], *without: str) -> list[dict[str, Any]]:
    """What `asked` reads for a list of `row`, for the OpenAPI document."""
    return [
        query_parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": DEFAULT_ROWS}),
        query_parameter("cursor", {"type": "string"}, "`next` of the page before."),
        *filter_parameters(row, *without),
    ]


def filter_parameters(row: type[Row], *without: str) -> list[dict[str, Any]]:
    """The filters of a row, for the OpenAPI document."""
    hints = get_type_hints(row)
    filters = [
        query_parameter(name, msgspec.json.schema(hints[name]), row.MEANINGS.get(name, f"Only rows with this {name}."))
        for name in sorted(row.FILTERS.difference(without))
    ]
    return [*filters, AS_OF] if row.AS_OF else filters
