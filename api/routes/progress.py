"""An order's progress: the lines so far, and the live stream."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering, header_parameter
from api.schemas.progress import FINAL, ProgressOut
from api.streams import Streams
from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Invalid
from cloudctl.services import orders

router = APIRouter(tags=["orders"])

MOST_LINES = 500


@router.get("/v1/orders/{order_id}/progress", **answering(ProgressOut, many=True, needs=Permission.ORDERS_READ))
def list_progress(request: Request, order_id: UUID, after: Annotated[int, Query(ge=0)] = 0) -> Response:
    """The lines after a `seq`, in order, at most 500."""
    caller = Caller(request)
    orders.get(caller.ctx, caller.request, order_id)
    rows = caller.ctx.queries.progress_of(order_id, after, MOST_LINES)
    return plain([ProgressOut.told(row, caller.locale) for row in rows])


@router.get(
    "/v1/orders/{order_id}/events",
    **answering(
        media="text/event-stream",
        needs=Permission.ORDERS_READ,
        parameters=[header_parameter("Last-Event-ID", {"type": "string"}, "Goes on after this event.")],
    ),
)
async def follow_order(request: Request, order_id: UUID) -> Response:
    """Progress as server-sent events: `id` is the line's `seq`, `data` the line as JSON.

    Answers 204 when the order's file is closed and everything was seen: then there is nothing to come back for.
    """
    caller = Caller(request)
    after = cursor(request.headers.get("last-event-id"))
    order = await run_in_threadpool(orders.get, caller.ctx, caller.request, order_id)
    if order.state in FINAL and not await run_in_threadpool(caller.ctx.queries.progress_of, order_id, after, 1):
        return Response(status_code=204)
    streams: Streams = request.app.state.streams
    return streams.follow(order_id, after=after, locale=caller.locale)


def cursor(last_event_id: str | None) -> int:
    """After which event a stream goes on; raises Invalid for what is no cursor."""
    if last_event_id is None or not last_event_id.strip():
        return 0
    if not last_event_id.isascii() or not last_event_id.isdigit() or len(last_event_id) > 18:
        raise Invalid(
            "Last-Event-ID {given} is not an event of this stream.",
            field="Last-Event-ID",
            way_out="Send the id of the last event you got, or none.",
            given=last_event_id[:40],
        )
    return int(last_event_id)
