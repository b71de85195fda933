"""Adoption of what already runs: `/v1/adoption-rules`, `/v1/adoptions`, `/v1/takings`.

Nothing is adopted without `POST /v1/adoptions` or `POST /v1/adoptions/import`; both answer 202 and a saga goes on.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers import encode_record, record
from api.deps import Acting, Caller
from api.openapi import answering
from api.pagination import add_list
from api.routes.attachments import download
from api.routes.imports import WORKBOOK, with_workbook, workbook
from api.schemas.adoptions import (
    AdoptionOut,
    AdoptionPlanIn,
    AdoptionPlanOut,
    AdoptionRuleIn,
    AdoptionRuleOut,
    AdoptionStateOut,
    SheetOut,
    UndoIn,
)
from cloudctl.domain.accounts import Permission
from cloudctl.ports.queries.rows import AdoptionRow, AdoptionRuleRow, TakingRow
from cloudctl.services import adoption_sheets, adoptions

router = APIRouter(tags=["adoptions"])
RULES: Final = "/v1/adoption-rules"
PATH: Final = "/v1/adoptions"

add_list(
    router,
    RULES,
    AdoptionRuleRow,
    of=lambda queries: queries.adoption_rules,
    needs=Permission.ADOPTIONS_READ,
    name="list_adoption_rules",
)
add_list(
    router,
    PATH,
    AdoptionRow,
    of=lambda queries: queries.adoptions,
    needs=Permission.ADOPTIONS_READ,
    name="list_adoptions",
)
add_list(
    router,
    "/v1/takings",
    TakingRow,
    of=lambda queries: queries.takings,
    needs=Permission.ADOPTIONS_READ,
    name="list_takings",
    order="in no particular order",
)


@router.post(RULES, **answering(AdoptionRuleOut, status=201, needs=Permission.ADOPTIONS_WRITE))
def add_adoption_rule(act: Acting, body: AdoptionRuleIn) -> Response:
    """Puts a rule on record; it takes nothing by itself."""
    return act.carry_out(AdoptionRuleOut.of, adoptions.add_rule, **body.fields())


@router.delete(RULES + "/{rule_id}", **answering(AdoptionRuleOut, needs=Permission.ADOPTIONS_WRITE))
def remove_adoption_rule(act: Acting, rule_id: UUID) -> Response:
    """Takes a rule off the record; what it adopted stays adopted."""
    return act.carry_out(AdoptionRuleOut.of, adoptions.remove_rule, rule_id)


@router.get("/v1/adoption-form.xlsx", **answering(media=WORKBOOK, needs=Permission.ADOPTIONS_WRITE))
def get_adoption_form(request: Request) -> Response:
    """The sheet (纳管清单) to be filled in, with drop-downs from the registers as they are now."""
    caller = Caller(request)
    return download(adoption_sheets.blank(caller.ctx, caller.request), "纳管清单.xlsx", WORKBOOK)


@router.post(PATH + "/plan", **answering(AdoptionPlanOut, needs=Permission.ADOPTIONS_READ))
def plan_adoption(act: Acting, body: AdoptionPlanIn) -> Response:
    """The dry run of rules: what each takes, what two fight over, what is refused; keeps nothing."""
    planned = adoptions.plan(act.ctx, act.request, rules=body.rules, cloud=body.cloud)
    return record(act.http, encode_record(AdoptionPlanOut.told(planned, act.locale)))


@router.post(PATH, **answering(AdoptionOut, status=202, needs=Permission.ADOPTIONS_WRITE))
def adopt(act: Acting, body: AdoptionPlanIn) -> Response:
    """Adopts what the rules take; with `digest` only while the plan is the one that was shown."""
    return act.carry_out(AdoptionOut.of, adoptions.apply, **body.fields())


@router.post(
    PATH + "/import",
    **with_workbook(
        answering(SheetOut, status=202, needs=Permission.ADOPTIONS_WRITE), "The filled sheet, at most 10 MiB."
    ),
)
def import_adoption_sheet(act: Acting, *, dry_run: bool = False) -> Response:
    """Adopts what the rows of a sheet name; the others are rejected, each with its reason. `dry_run` keeps nothing."""
    locale = act.locale
    response = act.carry_out(
        lambda receipt: SheetOut.told(receipt, locale), adoption_sheets.take, workbook(act), rehearse=dry_run
    )
    if dry_run:
        response.status_code = 200
    return response


@router.get(PATH + "/{adoption_id}", **answering(AdoptionStateOut, needs=Permission.ADOPTIONS_READ))
def get_adoption(request: Request, adoption_id: UUID) -> Response:
    """One adoption, and how far it is."""
    return Caller(request).show(AdoptionStateOut.of, adoptions.get, adoption_id)


@router.get(PATH + "/{adoption_id}/rejected.xlsx", **answering(media=WORKBOOK, needs=Permission.ADOPTIONS_READ))
def get_rejected_rows(request: Request, adoption_id: UUID) -> Response:
    """The rows of its sheet that were rejected, with the reasons, as a sheet to be mended and sent again."""
    caller = Caller(request)
    made = adoption_sheets.rejected(caller.ctx, caller.request, adoption_id, caller.locale)
    return download(made, "纳管清单-退回.xlsx", WORKBOOK)


@router.post(
    PATH + "/{adoption_id}/undo",
    **answering(AdoptionOut, status=202, needs=Permission.ADOPTIONS_WRITE, versioned=True),
)
def undo_adoption(act: Acting, adoption_id: UUID, body: UndoIn) -> Response:
    """Takes an adoption back; what was changed since stays adopted, and its taking says why."""
    return act.carry_out(
        AdoptionOut.of, adoptions.undo, adoption_id, reason=body.reason, expected_version=act.expected_version
    )


@router.post(PATH + "/{adoption_id}/retry", **answering(AdoptionOut, status=202, needs=Permission.ADOPTIONS_WRITE))
def retry_adoption(act: Acting, adoption_id: UUID) -> Response:
    """Has an adoption, or its undoing, go on that waits for an operator."""
    return act.carry_out(AdoptionOut.of, adoptions.retry, adoption_id)
