"""The monthly report (月报) as JSON, workbook and PDF, and the lists that its figures are counted from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Caller
from api.openapi import answering
from api.pagination import paged
from api.routes.attachments import download
from api.routes.indicators import Scope
from api.schemas.fields import Out
from api.schemas.reports import HoldingOut, MonthCaseOut, MonthlyOut, MonthOrderOut, MonthServerOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Invalid
from cloudctl.domain.reports import Band, CasesThat, OrdersThat, ServersThat
from cloudctl.ports.queries import Page
from cloudctl.services import report_papers, report_sheets, reports

router = APIRouter(tags=["consolidation"])
PDF: Final = "application/pdf"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Month = Annotated[str, Query(max_length=7, description="A month as 2026-10; of the present one, as far as it is.")]
System = Annotated[str | None, Query(max_length=64, description="Only those of the system with this code.")]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str | None, Query(max_length=12, description="`next` of the page before.")]


@router.get("/v1/reports/monthly", **answering(MonthlyOut, needs=Permission.SYSTEMS_READ))
def get_monthly_report(request: Request, month: Month, scope: Scope = None) -> Response:
    """The monthly report: every figure with the query that gives it, and a row per department and system."""
    caller = Caller(request)
    return plain(MonthlyOut.told(reports.monthly(caller.ctx, caller.request, month=month, scope=scope).report))


@router.get("/v1/reports/monthly.xlsx", **answering(media=XLSX, needs=Permission.SYSTEMS_READ))
def get_monthly_report_workbook(request: Request, month: Month, scope: Scope = None) -> Response:
    """The monthly report as a workbook with charts."""
    caller = Caller(request)
    told = reports.monthly(caller.ctx, caller.request, month=month, scope=scope)
    content = report_sheets.workbook(caller.ctx, told, caller.locale)
    return download(content, f"monthly-{told.report.month}.xlsx", XLSX)


@router.get("/v1/reports/monthly.pdf", **answering(media=PDF, needs=Permission.SYSTEMS_READ))
def get_monthly_report_paper(request: Request, month: Month, scope: Scope = None) -> Response:
    """The monthly report as A4 PDF."""
    caller = Caller(request)
    told = reports.monthly(caller.ctx, caller.request, month=month, scope=scope)
    content = report_papers.pdf(caller.ctx, told, caller.locale)
    return download(content, f"monthly-{told.report.month}.pdf", PDF)


@router.get("/v1/reports/servers", **answering(MonthServerOut, page=True, needs=Permission.RESOURCES_READ))
def list_report_servers(
    request: Request,
    *,
    month: Month,
    that: ServersThat,
    scope: Scope = None,
    system: System = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Servers that were opened for an order, taken over without one, or reclaimed in a month."""
    caller = Caller(request)
    rows = reports.servers(caller.ctx, caller.request, month=month, that=that, scope=scope, system=system)
    return _paged(request, MonthServerOut, rows, limit, cursor)


@router.get("/v1/reports/orders", **answering(MonthOrderOut, page=True, needs=Permission.ORDERS_READ))
def list_report_orders(
    request: Request,
    *,
    month: Month,
    that: OrdersThat,
    scope: Scope = None,
    band: Band | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Orders that were handed in, delivered, parked for an operator, or failed in a month."""
    caller = Caller(request)
    rows = reports.orders(caller.ctx, caller.request, month=month, that=that, scope=scope, band=band)
    return _paged(request, MonthOrderOut, rows, limit, cursor)


@router.get("/v1/reports/cases", **answering(MonthCaseOut, page=True, needs=Permission.CASES_READ))
def list_report_cases(
    request: Request, *, month: Month, that: CasesThat, scope: Scope = None, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Cases that were opened or closed in a month, or that were due and still open at its end."""
    caller = Caller(request)
    rows = reports.cases(caller.ctx, caller.request, month=month, that=that, scope=scope)
    return _paged(request, MonthCaseOut, rows, limit, cursor)


@router.get("/v1/reports/holdings", **answering(HoldingOut, page=True, needs=Permission.RESOURCES_READ))
def list_report_holdings(
    request: Request,
    *,
    month: Month,
    scope: Scope = None,
    system: System = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """What departments had of servers for each system at a month's end."""
    caller = Caller(request)
    rows = reports.holdings(caller.ctx, caller.request, month=month, scope=scope, system=system)
    return _paged(request, HoldingOut, rows, limit, cursor)


def _paged(request: Request, shape: type[Out], rows: Sequence[Any], limit: int, cursor: str | None) -> Response:
    """A page of rows; what happened in a time that has passed does not move, so a cursor is a place."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        raise Invalid("The cursor is broken.", field="cursor", way_out="Start again without a cursor.")
    start = int(cursor or 0)
    following = start + limit
    items: list[object] = [shape.of(one) for one in rows[start:following]]
    return paged(request, Page(items=items, next=str(following) if following < len(rows) else None))
