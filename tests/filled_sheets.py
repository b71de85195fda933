"""Sheets of adoption as people hand them in: the blank that the platform gives, with rows written into it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from cloudctl.domain.adoption_sheets import COLUMNS, FIRST_ROW, ROWS


def filled_sheet(blank: bytes, rows: Sequence[dict[str, Any]]) -> bytes:
    """The workbook with one row each of `rows`, by the keys of the columns."""
    book = load_workbook(BytesIO(blank))
    for row, values in enumerate(rows, start=FIRST_ROW):
        for place, column in enumerate(COLUMNS, start=2):
            book[ROWS].cell(row, place).value = values.get(column.key)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(data: bytes) -> list[dict[str, Any]]:
    """The rows of a sheet that came back, with the titles of its columns."""
    sheet = load_workbook(BytesIO(data))[ROWS]
    titles = [str(cell.value or "").removesuffix(" *") for cell in sheet[FIRST_ROW - 1]]
    found = [dict(zip(titles, [cell.value for cell in line], strict=True)) for line in sheet.iter_rows(FIRST_ROW)]
    return [row for row in found if any(value for title, value in row.items() if title != titles[0])]
