"""The HTTP application, put together.

    app = create_app(context)
    uvicorn.run(app)          # `cloudctl serve` does this; it calls app.state.streams.stop() on SIGTERM

Nothing is opened here: the context is wired (bootstrap), and the event streams start with their first reader.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

import cloudctl
from api import pagination
from api.border import Border, visit_of
from api.metrics import Metrics
from api.openapi import DESCRIPTION, TAGS, document
from api.problems import respond
from api.routes import (
    access_grants,
    accesses,
    accounts,
    addresses,
    adoptions,
    answer_links,
    apps,
    assessments,
    attachments,
    audit,
    backtests,
    blueprints,
    calendars,
    campaigns,
    capacity,
    cases,
    catalogue,
    channels,
    checks,
    clearings,
    clouds,
    colocations,
    consolidation,
    departments,
    dependencies,
    deputies,
    devices,
    drift,
    duplicates,
    emergencies,
    evidence,
    exemptions,
    freezes,
    health,
    hosts,
    impacts,
    imports,
    indicators,
    inventory,
    letters,
    netbox,
    networks,
    notices,
    opinions,
    orders,
    papers,
    placements,
    policies,
    progress,
    quotas,
    racks,
    ratings,
    register_sheets,
    reports,
    resources,
    rooms,
    runs,
    savings,
    secrets,
    servers,
    shadows,
    standings,
    supervision,
    syncs,
    systems,
    telemetry,
    todo,
    transfers,
    volumes,
    waste,
    waves,
    workflows,
    zombies,
)
from api.run_streams import RunFeed
from api.streams import Streams
from api.threads import reads
from api.uploads import LARGEST_BODY
from api.validation import fields_invalid, refused
from cloudctl.domain.errors import BackendError, Unavailable, UserError
from cloudctl.ports.context import Context

# The router tries routes in this order: the busiest first.
ROUTERS = (
    apps,
    checks,
    impacts,
    blueprints,
    servers,
    imports,
    orders,
    opinions,
    letters,
    progress,
    volumes,
    networks,
    addresses,
    quotas,
    duplicates,
    systems,
    dependencies,
    rooms,
    racks,
    devices,
    colocations,
    accesses,
    catalogue,
    clouds,
    inventory,
    syncs,
    departments,
    accounts,
    policies,
    exemptions,
    supervision,
    calendars,
    capacity,
    freezes,
    deputies,
    todo,
    ratings,
    emergencies,
    transfers,
    resources,
    workflows,
    audit,
    notices,
    channels,
    attachments,
    papers,
    placements,
    drift,
    shadows,
    waste,
    zombies,
    backtests,
    telemetry,
    adoptions,
    assessments,
    waves,
    consolidation,
    evidence,
    indicators,
    cases,
    campaigns,
    clearings,
    answer_links,
    hosts,
    secrets,
    access_grants,
    runs,
    standings,
    savings,
    reports,
    register_sheets,
    netbox,
    health,
)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(ctx: Context, *, lifespan: Lifespan | None = None, largest_body: int = LARGEST_BODY) -> FastAPI:
    """The application on a wired context. `lifespan` wraps its life, as for a worker in the same process."""
    metrics = Metrics(ctx)
    app = FastAPI(
        title="cloudctl",
        version=cloudctl.__version__,
        summary="The shared cloud of a city, asked for and accounted for",
        description=DESCRIPTION,
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        middleware=[
            Middleware(
                Border,
                ctx=ctx,
                metrics=metrics,
                reads=reads(),
                lists=frozenset(pagination.PATHS),
                largest_body=largest_body,
            )
        ],
        lifespan=_lifespan(lifespan),
    )
    app.state.ctx = ctx
    app.state.metrics = metrics
    app.state.reads = reads()
    app.state.streams = Streams(ctx.queries, metrics.streams)
    app.state.run_streams = Streams(ctx.queries, metrics.streams, feed=RunFeed)
    app.router.routes[:0] = [route for module in ROUTERS for route in module.router.routes]
    app.openapi = document(app)  # type: ignore[method-assign]
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


def _lifespan(outer: Lifespan | None) -> Lifespan:
    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        streams: tuple[Streams, ...] = (app.state.streams, app.state.run_streams)
        if outer is None:
            yield
        else:
            async with outer(app):
                yield
        for each in streams:
            await each.close()

    return running


async def _told(request: Request, error: Exception) -> Response:
    """An error of our tree."""
    visit = visit_of(request)
    return respond(error, locale=visit.locale, request_id=visit.request_id)


async def _fields(request: Request, error: Exception) -> Response:
    """What the framework found wrong with the request's fields."""
    assert isinstance(error, RequestValidationError)
    return await _told(request, fields_invalid(error.errors()))


async def _router(request: Request, error: Exception) -> Response:
    """What the router refuses; for a wrong method with all methods of the path."""
    assert isinstance(error, HTTPException)
    allowed = allowed_methods(request.app.router.routes, request)
    return await _told(request, refused(error, allowed))


def allowed_methods(routes: list[BaseRoute], request: Request) -> str:
    """The methods that the request's path takes, over all routes."""
    methods: set[str] = set()
    for route in routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            methods |= route.methods or set()
    return ", ".join(sorted(methods))


_HANDLERS = {
    UserError: _told,
    BackendError: _told,
    Unavailable: _told,
    RequestValidationError: _fields,
    HTTPException: _router,
}
