"""Telemetry of servers: `/v1/telemetry/sources`, `/v1/telemetry/reads`, `/v1/telemetry/coverage`, and of one server.

POST /v1/telemetry/files?cloud=city-a&source=export-2026
Content-Type: application/octet-stream
<Parquet or CSV>
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import plain
from api.deps import Acting, Caller
from api.openapi import answering, query_parameter
from api.pagination import asked, paged
from api.schemas.telemetry import (
    CoverageOut,
    FileTakenOut,
    ReadIn,
    ReadOut,
    ReadsOut,
    ServerTelemetryOut,
    SourceOut,
)
from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import Invalid
from cloudctl.ports.queries import Page
from cloudctl.services import readings, telemetry

router = APIRouter(tags=["telemetry"])

First = Annotated[date | None, Query(description="The first UTC day; without it, 30 days before the last.")]
Last = Annotated[date | None, Query(description="The last UTC day; without it, yesterday.")]
Name = Annotated[str, Query(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
_DAY = {"type": "string", "format": "date"}
_COVERAGE = answering(
    CoverageOut,
    page=True,
    needs=Permission.TELEMETRY_READ,
    parameters=[
        query_parameter("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}),
        query_parameter("cursor", {"type": "string"}, "`next` of the page before."),
        query_parameter("cloud", {"type": "string"}, "Only servers of this cloud."),
        query_parameter("name", {"type": "string"}, "Only servers of this name; it may end in `*`."),
        query_parameter("department_id", {"type": "string", "format": "uuid"}, "Only servers of this department."),
    ],
)
_TAKEN = answering(FileTakenOut, status=201, needs=Permission.TELEMETRY_WRITE)
_TAKEN["openapi_extra"]["requestBody"] = {
    "required": True,
    "description": "Parquet or CSV, at most 64 MiB.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


@router.get("/v1/telemetry/sources", **answering(SourceOut, many=True, needs=Permission.TELEMETRY_READ))
def list_telemetry_sources(request: Request, check: bool = False) -> Response:
    """Where telemetry comes from, and how the newest day of each source was read.

    With `check` each source is asked just now whether it answers, which takes the permission to change telemetry.
    """
    caller = Caller(request)
    return plain([SourceOut.told(one) for one in telemetry.sources(caller.ctx, caller.request, check=check)])


@router.get("/v1/telemetry/reads", **answering(ReadOut, many=True, needs=Permission.TELEMETRY_READ))
def list_telemetry_reads(
    request: Request, first: First = None, last: Last = None, source: str | None = None
) -> Response:
    """What was read of each day, newest first: how many servers had anything, and what became of the samples."""
    caller = Caller(request)
    found = telemetry.reads(caller.ctx, caller.request, first=first, last=last, source=source)
    return plain([ReadOut.told(read) for read in found])


@router.post("/v1/telemetry/reads", **answering(ReadsOut, status=202, needs=Permission.TELEMETRY_WRITE))
def ask_telemetry_reads(act: Acting, body: ReadIn) -> Response:
    """Has a worker read days next that have ended; what is stored of them stays, unless it is to be `afresh`."""
    return act.carry_out(ReadsOut.told, readings.ask, **body.fields())


@router.post("/v1/telemetry/files", **_TAKEN)
def take_telemetry_file(act: Acting, cloud: Name, source: Name) -> Response:
    """Takes a file of points of a cloud's servers; the same file again changes nothing."""
    with NamedTemporaryFile(prefix="cloudctl-points-") as file:
        file.write(act.body)
        file.flush()
        return act.carry_out(FileTakenOut.told, readings.take_file, Path(file.name), cloud=cloud, source=source)


@router.get("/v1/telemetry/coverage", **_COVERAGE)
def list_telemetry_coverage(request: Request, first: First = None, last: Last = None) -> Response:
    """How much is known of each server: servers by name, those without any telemetry among them."""
    caller = Caller(request)
    ask, filters = asked(request.query_params)
    for name in ("first", "last"):
        filters.pop(name, None)
    wrong = set(filters) - {"cloud", "name", "department_id"}
    if wrong:
        raise Invalid(
            "There is no filter {name}.", field=min(wrong), name=min(wrong), way_out="Use cloud, name or department_id."
        )
    page = telemetry.coverage(caller.ctx, caller.request, filters, ask, first=first, last=last)
    rows: list[object] = [CoverageOut.told(one) for one in page.items if isinstance(one, telemetry.Covered)]
    return paged(request, Page(items=rows, next=page.next))


@router.get("/v1/telemetry/servers/{server_id}", **answering(ServerTelemetryOut, needs=Permission.TELEMETRY_READ))
def get_telemetry_of_server(request: Request, server_id: UUID, first: First = None, last: Last = None) -> Response:
    """What is known of one server, by its id or that of its inventory object: coverage, dates, days of use."""
    caller = Caller(request)
    known = telemetry.of_server(caller.ctx, caller.request, server_id, first=first, last=last)
    return plain(ServerTelemetryOut.told(known))
