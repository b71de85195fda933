"""Histories: how a record of the register became what it is.

GET /v1/systems/{system_id}/history
{"items": [{"version": 2, "at": ..., "by_name": ..., "changes": {"name": ["OA", "OA 2"]}}, ...], "next": ...}

@router.get(PATH + "/{system_id}/history", **histories.answering(Permission.SYSTEMS_READ))
def list_system_history(request: Request, system_id: UUID) -> Response:
return histories.paged(request, systems.history, system_id)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from api import openapi, pagination
from api.deps import Caller
from api.schemas.register import VersionOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Invalid
from cloudctl.ports.context import Context
from cloudctl.ports.context import Request as Asked
from cloudctl.ports.queries import Page, PageAsk
from cloudctl.ports.queries.rows import Row

UseCase = Callable[[Context, Asked, UUID, PageAsk], Page]


def answering(needs: Permission) -> dict[str, Any]:
    """The keyword arguments of a route that answers with a page of versions."""
    return openapi.answering(VersionOut, page=True, needs=needs, parameters=pagination.page_parameters(Row))


def paged(request: Request, use_case: UseCase, key: UUID) -> Response:
    """The page of versions that is asked for, newest first."""
    caller = Caller(request)
    ask, filters = pagination.asked(request.query_params)
    if filters:
        raise Invalid("A history has no filters.", field=min(filters), way_out="Leave it out.")
    return pagination.paged(request, use_case(caller.ctx, caller.request, key, ask))
