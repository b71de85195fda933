"""The application form as a workbook: fetched, handed in, and given back with its faults marked.

`POST /v1/orders/import?submit=true` answers 201, or 422 with every faulty cell in `errors`; the same body sent to
`/v1/orders/import/marked` comes back with those cells marked. Nothing is kept between the two.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Act, Acting, Caller
from api.openapi import answering
from api.problems import ApiError
from api.routes.attachments import download
from api.schemas.imports import ImportOut
from cloudctl.domain.accounts import Permission
from cloudctl.domain.errors import FormInvalid
from cloudctl.services import forms, imports

router = APIRouter(tags=["orders"])

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TAKEN: Final = frozenset({WORKBOOK, "application/octet-stream"})
OnBehalf = Annotated[str | None, Query(max_length=64, description="The department that the office files for (代办).")]
Submit = Annotated[bool, Query(description="Hands the orders in at once; without it they are drafts.")]


def with_workbook(answer: dict[str, Any], description: str = "The filled form, at most 10 MiB.") -> dict[str, Any]:
    """What `answering` says, of a route whose body is a workbook."""
    answer["openapi_extra"]["requestBody"] = {
        "required": True,
        "description": description,
        "content": {WORKBOOK: {"schema": {"type": "string", "format": "binary"}}},
    }
    return answer


@router.get("/v1/order-form.xlsx", **answering(media=WORKBOOK, needs=Permission.ORDERS_WRITE))
def get_order_form(request: Request, on_behalf: OnBehalf = None) -> Response:
    """The application form (申请表) of the department, with drop-downs from the catalogue as it is now."""
    caller = Caller(request)
    return download(forms.blank(caller.ctx, caller.request, on_behalf), "申请表.xlsx", WORKBOOK)


@router.post("/v1/orders/import", **with_workbook(answering(ImportOut, status=201, needs=Permission.ORDERS_WRITE)))
def import_orders(
    act: Acting, *, on_behalf: OnBehalf = None, submit: Submit = False, dry_run: bool = False, again: bool = False
) -> Response:
    """Creates the orders of a filled form: all of them, or none and every faulty cell is named.

    Rows of the same system and zone are one order. `dry_run` does everything but keep it. The very same file is taken
    twice only with `again`. With `on_behalf` it needs the permission `orders:file`.
    """
    response = act.carry_out(
        ImportOut.of,
        imports.take,
        workbook(act),
        on_behalf=on_behalf,
        submit=submit,
        rehearse=dry_run,
        again=again,
    )
    if dry_run:
        response.status_code = 200
    return response


@router.post("/v1/orders/import/marked", **with_workbook(answering(media=WORKBOOK, needs=Permission.ORDERS_WRITE)))
def mark_import(act: Acting, *, on_behalf: OnBehalf = None, submit: Submit = False) -> Response:
    """The same workbook, its faulty cells marked and listed; without faults it comes back as it is. Keeps nothing."""
    data = workbook(act)
    try:
        imports.take(act.ctx, act.request, data, on_behalf=on_behalf, submit=submit, rehearse=True, again=True)
    except FormInvalid as error:
        data = imports.marked(act.ctx, data, error, act.locale)
    return download(data, "申请表-核对.xlsx", WORKBOOK)


def workbook(act: Act) -> bytes:
    """The body, if it says that it is a workbook."""
    said = act.http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said not in TAKEN:
        raise ApiError(
            "unsupported-media-type",
            message="The body must be an .xlsx workbook.",
            way_out="Send the file itself with `Content-Type: {media}`.",
            media=WORKBOOK,
        )
    return act.body
