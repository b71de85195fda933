"""What systems need of each other: `/v1/dependencies`."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.dependencies import DependencyIn, DependencyOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import DependencyRow
from cloudctl.services import dependencies

router = APIRouter(tags=["systems"])
PATH = "/v1/dependencies"

add_list(
    router,
    PATH,
    DependencyRow,
    of=lambda queries: queries.dependencies,
    needs=Permission.SYSTEMS_READ,
    name="list_dependencies",
)


@router.post(PATH, **answering(DependencyOut, status=201, needs=Permission.SYSTEMS_WRITE))
def add_dependency(act: Acting, body: DependencyIn) -> Response:
    """Puts on record that a system needs another one; a circle is refused and named."""
    return act.carry_out(DependencyOut.of, dependencies.add, **body.fields())


@router.get(PATH + "/{dependency_id}", **answering(DependencyOut, needs=Permission.SYSTEMS_READ))
def get_dependency(request: Request, dependency_id: UUID) -> Response:
    """One dependency."""
    return Caller(request).show(DependencyOut.of, dependencies.get, dependency_id)


@router.delete(PATH + "/{dependency_id}", **answering(DependencyOut, needs=Permission.SYSTEMS_WRITE))
def remove_dependency(act: Acting, dependency_id: UUID) -> Response:
    """Takes a dependency off; the history keeps it."""
    return act.carry_out(DependencyOut.of, dependencies.remove, dependency_id)
