"""The application form, read back: plain values only, and everything that is not one is a fault in its cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any

from openpyxl import DEFUSEDXML, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cloudctl.documents.archives import inspect
from cloudctl.documents.blanks import COVER_MERGES, ITEM_MERGES, LAST_ROW, MARK
from cloudctl.domain import cells, forms
from cloudctl.domain.cells import Value
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import COLUMNS, COVER_CELLS, FIRST_ROW, HEADER_ROW, LETTERS, Fault, Filled

assert DEFUSEDXML, "openpyxl parses with defusedxml where that is installed"
MOST_MERGES = 50
FETCH = "Fetch the form anew and fill that in."
COVER, ITEMS, LISTS = forms.COVER, forms.ITEMS, forms.LISTS


def opened(data: bytes) -> Workbook:
    """The workbook, if it is the form in its present version; raises Invalid otherwise."""
    inspect(data)
    try:
        book = load_workbook(BytesIO(data), keep_links=False)
    except Exception as error:  # whatever the library trips over in a file that somebody made
        raise Invalid("This is no .xlsx workbook, or it is damaged.", field="body", way_out=FETCH) from error
    mark = book[LISTS] if LISTS in book.sheetnames else None
    if not isinstance(mark, Worksheet) or mark["A1"].value != MARK:
        raise Invalid("This workbook is not the application form.", field="body", way_out=FETCH)
    if mark["B1"].value != forms.VERSION:
        raise Invalid(
            "The form is of version {given}; the present one is {present}.", field="body", way_out=FETCH,
            given=str(mark["B1"].value)[:20], present=forms.VERSION,
        )  # fmt: skip
    for name in (COVER, ITEMS):
        if not isinstance(book[name] if name in book.sheetnames else None, Worksheet):
            raise Invalid("The form has no sheet {sheet} any more.", field="body", way_out=FETCH, sheet=name)
    return book


def read(data: bytes) -> Filled:
    """What was filled in; raises Invalid for what cannot be read as the form at all."""
    book = opened(data)
    cover, items, mark = book[COVER], book[ITEMS], book[LISTS]
    if items.max_row > LAST_ROW:
        raise Invalid(
            "The sheet {sheet} goes on below row {last}; a form has at most {most} rows.",
            field="body",
            way_out="Delete the rows below, empty ones too, or use several forms.",
            sheet=ITEMS,
            last=LAST_ROW,
            most=forms.MOST_ROWS,
        )
    faults = [*_moved(items), *_merged(cover, items)]
    spoilt = {place for fault in faults for place in _covered(fault, cover, items)} | {f.place for f in faults}
    faults += _not_plain(COVER, (cover[cell] for cell in COVER_CELLS.values()), spoilt)
    rows: list[tuple[int, dict[str, Value]]] = []
    for row, line in enumerate(items.iter_rows(FIRST_ROW, max_col=len(COLUMNS) + 1, min_col=2), start=FIRST_ROW):
        wrong = list(_not_plain(ITEMS, line, spoilt))
        faults += wrong
        values = {column.key: _value(cell.value) for column, cell in zip(COLUMNS, line, strict=True)}
        if wrong or not all(map(cells.empty, values.values())):
            rows.append((row, values))
    return Filled(
        version=int(str(mark["B1"].value)),
        digest=str(mark["C1"].value),
        cover={key: _value(cover[cell].value) for key, cell in COVER_CELLS.items()},
        rows=rows,
        faults=faults,
        spoilt=frozenset(spoilt | {fault.place for fault in faults}),
    )


def _value(value: object) -> Value:
    if value is None or isinstance(value, str | bool | int | float | datetime | date):
        return value
    return str(value)


def _moved(items: Worksheet) -> Iterator[Fault]:
    """Headers that are not where they were: then no column below can be trusted to be what it was."""
    for column in COLUMNS:
        cell = f"{LETTERS[column.key]}{HEADER_ROW}"
        if cells.written(items[cell].value or "").removesuffix("*").strip() != column.title:
            yield Fault(
                sheet=ITEMS, cell=cell, message="This column should be headed {title}.",
                way_out="Columns keep their places and names: undo the change, or fetch the form anew.",
                params={"title": column.title},
            )  # fmt: skip


def _merged(cover: Worksheet, items: Worksheet) -> Iterator[Fault]:
    """Merged cells where data belongs, but for the form's own; the fault stands in their first data cell."""
    for sheet, own in ((cover, COVER_MERGES), (items, ITEM_MERGES)):
        foreign = [merged for merged in sheet.merged_cells.ranges if merged.coord not in own]
        if len(foreign) > MOST_MERGES:
            raise Invalid("The form is full of merged cells.", field="body", way_out=FETCH)
        for merged in sorted(foreign, key=lambda merged: (merged.min_row, merged.min_col)):
            first = next(_data_cells(sheet, merged), None)
            if first is not None:
                yield Fault(
                    sheet=sheet.title, cell=first, message="Cells are merged here: {cells}.",
                    way_out="Split them and write the value into each cell.", params={"cells": merged.coord},
                )  # fmt: skip


def _covered(fault: Fault, cover: Worksheet, items: Worksheet) -> Iterator[str]:
    """All data cells of the merged range that a fault is about."""
    sheet = cover if fault.sheet == COVER else items
    for merged in sheet.merged_cells.ranges:
        if merged.coord == fault.params.get("cells"):
            yield from (f"{sheet.title}!{cell}" for cell in _data_cells(sheet, merged))


def _data_cells(sheet: Worksheet, merged: Any) -> Iterator[str]:
    """The cells of a range that are to be filled in."""
    if sheet.title == COVER:
        for row in range(merged.min_row, min(merged.max_row, 20) + 1):
            for column in range(merged.min_col, min(merged.max_col, 10) + 1):
                cell = f"{get_column_letter(column)}{row}"
                if cell in COVER_CELLS.values():
                    yield cell
        return
    for row in range(max(merged.min_row, FIRST_ROW), min(merged.max_row, LAST_ROW) + 1):
        for column in range(max(merged.min_col, 2), min(merged.max_col, len(COLUMNS) + 1) + 1):
            yield f"{get_column_letter(column)}{row}"


def _not_plain(sheet: str, line: Iterable[Any], spoilt: set[str]) -> Iterator[Fault]:
    """Formulas and error values: a form says what is wanted, not how to compute it."""
    for cell in line:
        if cell.data_type not in ("f", "e") or f"{sheet}!{cell.coordinate}" in spoilt:
            continue
        formula = cell.data_type == "f"
        yield Fault(
            sheet=sheet,
            cell=cell.coordinate,
            message="There is a formula in this cell." if formula else "There is an error value in this cell.",
            way_out="Write the value itself." if formula else "Write the value.",
            code="formula" if formula else "error-value",
        )
