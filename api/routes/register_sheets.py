"""The register as workbooks: a sheet for each of systems, rooms, racks, devices and accesses.

`GET /v1/register-forms/systems.xlsx` is the sheet with the drop-downs of now, `?filled=true` with what is on record,
`?as_of=2026-06-30` as it stood then. `POST .../import` takes it in: all rows, or none and every faulty cell is named;
the same body sent to `.../import/marked` comes back with those cells marked.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Acting, Caller
from api.openapi import answering
from api.routes.attachments import download
from api.routes.imports import WORKBOOK, with_workbook, workbook
from api.schemas.register_sheets import RegisterImportOut
from api.watching import watched
from cloudctl.domain.errors import FormInvalid
from cloudctl.services import register_sheets

router = APIRouter(tags=["register"])
PATH = "/v1/register-forms/{noun}"

Filled = Annotated[bool, Query(description="With what is on record and in the caller's realm.")]
AsOf = Annotated[date | None, Query(description="As the register stood at the end of that day in Asia/Shanghai.")]


@router.get(f"{PATH}.xlsx", **answering(media=WORKBOOK))
def get_register_form(request: Request, noun: str, *, filled: Filled = False, as_of: AsOf = None) -> Response:
    """The sheet of a noun: systems, rooms, racks, devices or accesses."""
    caller = Caller(request)
    made = register_sheets.form(caller.ctx, caller.request, noun, filled=filled, as_of=as_of)
    return download(made, f"{register_sheets.title(noun)}.xlsx", WORKBOOK)


@router.post(f"{PATH}/import", **with_workbook(answering(RegisterImportOut, status=201)))
def import_register_sheet(act: Acting, noun: str, *, dry_run: bool = False) -> Response:
    """Puts the rows of a sheet on record; those known by their code are changed where they differ.

    All rows or none: whatever is wrong is listed cell by cell. `dry_run` does everything but keep it. With
    `Accept: text/event-stream` the answer tells how far it is before it ends in an event `answer`.
    """
    data, locale = workbook(act), act.locale

    def take(progress: register_sheets.Progress) -> Response:
        response = act.carry_out(
            lambda receipt: RegisterImportOut.told(receipt, locale),
            register_sheets.take,
            noun,
            data,
            rehearse=dry_run,
            progress=progress,
        )
        if dry_run:
            response.status_code = 200
        return response

    return watched(act, take)


@router.post(f"{PATH}/import/marked", **with_workbook(answering(media=WORKBOOK)))
def mark_register_sheet(act: Acting, noun: str) -> Response:
    """The rows of a sheet with the faulty cells marked and listed; without faults as they were. Keeps nothing."""
    data = workbook(act)
    try:
        register_sheets.take(act.ctx, act.request, noun, data, rehearse=True)
    except FormInvalid as error:
        data = register_sheets.marked(act.ctx, act.request, noun, data, error, locale=act.locale)
    return download(data, f"{register_sheets.title(noun)}-核对.xlsx", WORKBOOK)
