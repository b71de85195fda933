"""The catalogue: `/v1/catalogue`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering
from api.schemas.catalogue import KEPT, CatalogueOut
from api.schemas.fields import Code, In, Out
from cloudctl.domain.accounts import Permission
from cloudctl.services import catalogue

router = APIRouter(tags=["catalogue"])


@router.get("/v1/catalogue", **answering(CatalogueOut, needs=Permission.CATALOGUE_READ))
def get_catalogue(request: Request) -> Response:
    """Everything that can be ordered now."""
    caller = Caller(request)
    caller.actor.require(Permission.CATALOGUE_READ)
    return plain(caller.ctx.queries.catalogue())


def _add_put(noun: str, sent: type[In], answered: type[Out]) -> None:
    def endpoint(act: Acting, code: Code, body: Any) -> Response:
        return act.carry_out(answered.of, catalogue.put, noun, code, body.fields())

    endpoint.__annotations__["body"] = sent
    router.add_api_route(
        f"/v1/catalogue/{noun}/{{code}}",
        endpoint,
        methods=["PUT"],
        name=f"put_{noun.replace('-', '_')}",
        summary=f"Keep an entry of the {noun.replace('-', ' ')}",
        **answering(answered, needs=Permission.CATALOGUE_WRITE),
    )


for _noun, (_sent, _answered) in KEPT.items():
    _add_put(_noun, _sent, _answered)
