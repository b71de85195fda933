"""The to-do list: `/v1/todo`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from api.schemas.todo import TodoOut
from cloudctl.domain.accounts import Permission
from cloudctl.services import todo

router = APIRouter(tags=["todo"])


@router.get("/v1/todo", **answering(TodoOut, many=True, needs=Permission.ORDERS_READ))
def list_todo(request: Request, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Response:
    """What waits for the caller and for those whose deputy they are, the most urgent first."""
    caller = Caller(request)
    rows = todo.waiting(caller.ctx, caller.request, limit)
    return plain([TodoOut.in_words(row, caller.locale) for row in rows])
