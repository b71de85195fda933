"""Probes, metrics and the pages of the problems: the only routes without a token."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.answers import encode, plain
from api.openapi import answering
from api.problem_pages import page_of
from api.schemas.health import HealthOut
from cloudctl.ports.context import Context

router = APIRouter(tags=["health"])
_log = logging.getLogger(__name__)


@router.get("/healthz", **answering(HealthOut, public=True))
async def get_liveness() -> Response:
    """The process answers."""
    return plain(HealthOut(status="ok", checks={}))


@router.get("/readyz", **answering(HealthOut, public=True))
def get_readiness(request: Request) -> Response:
    """The database and the engine answer; 503 with the names of those that do not."""
    ctx: Context = request.app.state.ctx
    probes: dict[str, Callable[[], object]] = {
        "database": ctx.queries.check,
        "engine": lambda: ctx.workflows.recent(limit=1),
    }
    checks = {}
    for name, probe in probes.items():
        try:
            probe()
            checks[name] = "ok"
        except Exception:  # noqa: BLE001 - whatever a driver raises, the part does not answer
            _log.exception("%s does not answer", name)
            checks[name] = "failed"
    ready = set(checks.values()) == {"ok"}
    body = encode(HealthOut(status="ok" if ready else "failed", checks=checks))
    return Response(body, 200 if ready else 503, media_type="application/json")


@router.get("/metrics", **answering(media="text/plain", public=True))
def get_metrics(request: Request) -> Response:
    """Prometheus metrics of this process, and the platform's figures."""
    return Response(request.app.state.metrics.page(), media_type=CONTENT_TYPE_LATEST)


@router.get("/problems/{code}", **answering(media="text/html", public=True))
def get_problem(code: str) -> Response:
    """What a kind of problem means, in both languages."""
    return HTMLResponse(page_of(code))
