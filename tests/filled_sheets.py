"""Sheets as people hand them in: the blank that the platform gives, with rows written into it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from cloudctl.domain.adoption_sheets import SHEET
from cloudctl.domain.sheets import FIRST_ROW, Sheet


def filled_sheet(blank: bytes, rows: Sequence[dict[str, Any]], sheet: Sheet = SHEET) -> bytes:
    """The workbook with one row each of `rows`, by the keys of the columns."""
    book = load_workbook(BytesIO(blank))
    for row, values in enumerate(rows, start=FIRST_ROW):
        for place, column in enumerate(sheet.columns, start=2):
            book[sheet.title].cell(row, place).value = values.get(column.key)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(data: bytes, form: Sheet = SHEET) -> list[dict[str, Any]]:
    """The rows of a sheet that came back, with the titles of its columns."""
    sheet = load_workbook(BytesIO(data))[form.title]
    titles = [str(cell.value or "").removesuffix(" *") for cell in sheet[FIRST_ROW - 1]]
    found = [dict(zip(titles, [cell.value for cell in line], strict=True)) for line in sheet.iter_rows(FIRST_ROW)]
    return [row for row in found if any(value for title, value in row.items() if title != titles[0])]
