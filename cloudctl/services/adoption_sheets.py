"""Adoption by a sheet: the blank, the import, and the rows that are given back with their reasons.

    receipt = take(ctx, request, data)                    # adopts every row that can be, at once
    receipt = take(ctx, request, data, rehearse=True)     # keeps nothing
    rejected(ctx, request, receipt.adoption.id, "zh_CN")  # the other rows, as a workbook to be mended and sent again

Every row is read and planned before anything is put on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from cloudctl.domain import cells
from cloudctl.domain.accounts import Permission
from cloudctl.domain.adoption_sheets import REASONS, SHEET, read_line
from cloudctl.domain.adoptions import Adoption
from cloudctl.domain.calendars import today_for_people
from cloudctl.domain.declarations import refuse_secret
from cloudctl.domain.errors import Conflict, Invalid
from cloudctl.domain.forms import Entry
from cloudctl.domain.sheets import Content, Line, SheetForm
from cloudctl.governance.adoption.plans import Row
from cloudctl.messages import fill, translator
from cloudctl.ports.context import Context, Request
from cloudctl.ports.unit_of_work import UnitOfWork
from cloudctl.services import adoptions
from cloudctl.services.adoption_plans import Planned, by_rows

_FIELDS = ("cloud", "native_id", "name", "folder", "department", "system", "zone", "term_months", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What came of a sheet: the plan, the rows that were rejected, and the adoption, unless it was only rehearsed."""

    planned: Planned
    rejected: Sequence[dict[str, object]]
    rows: int
    adoption: Adoption | None


def blank(ctx: Context, request: Request) -> bytes:
    """The sheet to be filled in, with today's drop-downs."""
    request.actor.require(Permission.ADOPTIONS_WRITE)
    with ctx.unit_of_work(request) as uow:
        return ctx.workbooks.write_sheet(SHEET, _form(ctx, uow))


def take(ctx: Context, request: Request, data: bytes, *, rehearse: bool = False) -> Receipt:
    """Adopts what the rows name; rows that cannot be are rejected with everything that is wrong with them.

    Raises Invalid for a file that is no such sheet, that has no row, or that carries a marking of state secrets.
    """
    request.actor.require(Permission.ADOPTIONS_READ if rehearse else Permission.ADOPTIONS_WRITE)
    handed = ctx.workbooks.read_sheet(SHEET, data)
    if not handed.rows:
        raise Invalid("The sheet has no rows.", field="body", way_out="Write one row for each server.")
    lines = [read_line(row, content, handed.spoilt) for row, content in handed.rows]
    written = {row: _written(content) for row, content in handed.rows}
    for line in lines:
        refuse_secret(None, {f"{SHEET.title}!{line.row}": text for text in written[line.row].values()})
    with ctx.unit_of_work(request) as uow:
        planned = by_rows(ctx, uow, [_row(line) for line in lines if not line.faults])
        rejected = _rejected(lines, written, planned)
        if rehearse:
            return Receipt(planned=planned, rejected=rejected, rows=len(lines), adoption=None)
        adoption = adoptions.enter(uow, planned, source="sheet", digest=sha256(data).hexdigest(), rejected=rejected)
        return uow.answer(Receipt(planned=planned, rejected=rejected, rows=len(lines), adoption=adoption))


def rejected(ctx: Context, request: Request, adoption_id: UUID, locale: str) -> bytes:
    """The rows that an adoption rejected, as a sheet to be mended; raises Conflict where there are none."""
    request.actor.require(Permission.ADOPTIONS_READ)
    with ctx.unit_of_work(request) as uow:
        adoption = uow.adoptions.get(adoption_id)
        if not adoption.rejected:
            raise Conflict("No row was rejected.", way_out="There is nothing to mend.")
        form = _form(ctx, uow, [_given_back(row, locale) for row in adoption.rejected])
        return ctx.workbooks.write_sheet(SHEET, form)


def _form(ctx: Context, uow: UnitOfWork, rows: Sequence[Mapping[str, Any]] = ()) -> SheetForm:
    catalogue: dict[str, list[dict[str, Any]]] = ctx.queries.catalogue()
    return SheetForm(
        lists={
            "clouds": [Entry(c.code, f"{c.code} {c.name}") for c in uow.clouds.all() if not c.retired],
            "departments": [Entry(code, f"{code} {name}") for code, name in uow.departments.names().items()],
            "systems": [Entry(code, f"{code} {name}") for code, name in uow.systems.names().items()],
            "zones": [Entry(str(zone["code"]), f"{zone['code']} {zone['name']}") for zone in catalogue["zones"]],
        },
        day=today_for_people(uow.now).isoformat(),
        rows=rows,
        more=REASONS if rows else (),
    )


def _row(line: Line) -> Row:
    values: dict[str, Any] = {key: line.values[key] for key in _FIELDS if key in line.values}
    return Row(row=line.row, **values)


def _written(content: Content) -> dict[str, str]:
    """The cells of a row as they look."""
    return {key: cells.written(value) for key, value in content.items() if not cells.empty(value)}


def _rejected(
    lines: Iterable[Line], written: Mapping[int, Mapping[str, str]], planned: Planned
) -> list[dict[str, object]]:
    """The rows that are not taken, in their order, each with its cells and everything that is wrong with it."""
    refused = {refusal.row: refusal for refusal in planned.plan.refusals}
    titles = {column.key: column.title for column in SHEET.columns}
    found: list[dict[str, object]] = []
    for line in lines:
        faults: list[dict[str, object]] = [
            {"column": titles[key], "message": error.message, "way_out": error.way_out or "", "params": error.params}
            for key, error in line.faults
        ]
        if (refusal := refused.get(line.row)) is not None:
            faults.append({"message": refusal.message, "way_out": refusal.way_out, "params": refusal.params})
        if faults:
            found.append({"row": line.row, "cells": dict(written[line.row]), "faults": faults})
    return found


def told(row: Mapping[str, Any], locale: str) -> tuple[str, str]:
    """Why a row was rejected and what to do, in the reader's language; several reasons a line each."""
    say = translator(locale)
    reasons, ways = [], []
    for fault in row["faults"]:
        reason = fill(say, fault["message"], fault["params"])
        reasons.append(f"{fault['column']}: {reason}" if "column" in fault else reason)
        ways.append(fill(say, fault["way_out"], fault["params"]))
    return "\n".join(reasons), "\n".join(dict.fromkeys(ways))


def _given_back(row: Mapping[str, Any], locale: str) -> dict[str, Any]:
    reason, way_out = told(row, locale)
    return {**row["cells"], "reason": reason, "way_out": way_out}
