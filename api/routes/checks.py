"""Checks of applications, incidents, maintenance, availability: `/v1/checks`, ..., `/v1/status`."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.schemas.checks import MaintenanceIn, MaintenanceOut, MonthOut, StatusOut
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import CheckResultRow, CheckRow, IncidentRow, MaintenanceRow
from cloudctl.services import availability, maintenance

router = APIRouter(tags=["checks"])
READS = Permission.CHECKS_READ

add_list(router, "/v1/checks", CheckRow, of=lambda queries: queries.checks, needs=READS, name="list_checks")
add_list(
    router,
    "/v1/check-results",
    CheckResultRow,
    of=lambda queries: queries.check_results,
    needs=READS,
    name="list_check_results",
)
add_list(router, "/v1/incidents", IncidentRow, of=lambda queries: queries.incidents, needs=READS, name="list_incidents")
add_list(
    router,
    "/v1/maintenance",
    MaintenanceRow,
    of=lambda queries: queries.maintenance,
    needs=READS,
    name="list_maintenance",
)


@router.post("/v1/maintenance", **answering(MaintenanceOut, status=201, needs=Permission.CHECKS_WRITE))
def plan_maintenance(act: Acting, body: MaintenanceIn) -> Response:
    """Plans a window ahead; refused where a freeze window forbids patches in any part of it."""
    return act.carry_out(MaintenanceOut.of, maintenance.plan, **body.fields())


@router.delete("/v1/maintenance/{window_id}", **answering(MaintenanceOut, needs=Permission.CHECKS_WRITE))
def cancel_maintenance(act: Acting, window_id: UUID, reason: str | None = None) -> Response:
    """Ends a window now, or takes back one to come; doing it again changes nothing."""
    return act.carry_out(MaintenanceOut.of, maintenance.cancel, window_id, reason=reason)


@router.get("/v1/availability", **answering(MonthOut, needs=READS))
def get_availability(
    request: Request, month: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$", examples=["2026-11"])] = None
) -> Response:
    """Of applications and departments in a month, against what is promised; this month without one named."""
    return Caller(request).show(MonthOut.of, availability.month, month)


@router.get("/v1/status", **answering(StatusOut, needs=READS))
def get_status(request: Request) -> Response:
    """What a status page shows of the applications that the caller sees."""
    return Caller(request).show(StatusOut.of, availability.status)
