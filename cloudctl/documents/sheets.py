"""Sheets of rows, written and read back: plain values only, and what is none is said of its cell.

Rows are written one after the other and forgotten, so that ten thousand of them need no memory; they are read the same
way (`grids`). A sheet that is given back is written anew from what was read, with its faults in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from lxml.etree import LxmlError
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from cloudctl.documents import styles
from cloudctl.documents.archives import FORM, REGISTER, Bounds
from cloudctl.documents.blanks import put
from cloudctl.documents.grids import Book, Error, Formula, Found, Grid, Merged
from cloudctl.documents.marking import comment, list_faults
from cloudctl.domain import cells
from cloudctl.domain.cells import Value
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import HEADER_ROW, HELP, LISTS, Field
from cloudctl.domain.sheets import FIRST_COLUMN, FIRST_ROW, LAST_ROW, MOST_ROWS, NEVER, Handed, Sheet, SheetForm
from cloudctl.ports.workbooks import Note

PREPARED_ROWS = 40
ROW_POINTS = 20
PAGE_WIDTH = 190
"""In the unit of column widths: what can still be read on a sheet of A4; a wider sheet takes several pages."""
MOST_MERGES = 50
MOST_MERGED = 5_000
WIDE_FROM = 12
"""A sheet with more columns than this is as wide as the register's."""
FETCH = "Fetch the sheet anew and fill that in."


def write(sheet: Sheet, form: SheetForm, notes: Sequence[Note] = ()) -> bytes:
    """The sheet as a file; noted cells are coloured and commented, and a first sheet lists all notes."""
    book = Workbook(write_only=True)
    if notes:
        list_faults(book, notes)
    rows = book.create_sheet(sheet.title)
    _write_rows(rows, sheet, form, {note.cell: note for note in reversed(notes)})
    _write_help(book.create_sheet(HELP), sheet)
    _write_lists(book, sheet, form)
    book.properties.creator, book.properties.title = "cloudctl", f"政务云{sheet.title}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(sheet: Sheet, data: bytes) -> Handed:
    """What was filled in; raises Invalid for what cannot be read as the sheet at all."""
    try:
        return _read(sheet, Book(data, _bounds(sheet)))
    except Invalid:
        raise
    except (LxmlError, BadZipFile, ValueError, KeyError, TypeError, AttributeError, EOFError, OSError) as error:
        raise Invalid("This is no .xlsx workbook, or it is damaged.", field="body", way_out=FETCH) from error


def _bounds(sheet: Sheet) -> Bounds:
    return REGISTER if len(sheet.columns) > WIDE_FROM else FORM


def _read(sheet: Sheet, book: Book) -> Handed:
    if not book.names >= {LISTS, sheet.title}:
        raise _another(sheet)
    first = next(book.grid(LISTS).rows(), (0, {}))[1]
    if first.get(1) != sheet.mark:
        raise _another(sheet)
    if first.get(2) != sheet.version:
        raise Invalid(
            "The form is of version {given}; the present one is {present}.", field="body", way_out=FETCH,
            given=str(first.get(2))[:20], present=sheet.version,
        )  # fmt: skip
    grid, headed = book.grid(sheet.title), False
    rows: dict[int, dict[str, Value]] = {}
    spoilt: dict[tuple[int, str], Invalid | None] = {}
    keys = {place: column.key for place, column in enumerate(sheet.columns, start=FIRST_COLUMN)}
    for row, found in grid.rows():
        if row < FIRST_ROW:
            headed = headed or row == HEADER_ROW
            if row == HEADER_ROW:
                _require_unmoved(sheet, found)
        elif row > LAST_ROW:
            raise Invalid(
                "The sheet {sheet} goes on below row {last}; a form has at most {most} rows.", field="body",
                way_out="Delete the rows below, empty ones too, or use several forms.",
                sheet=sheet.title, last=LAST_ROW, most=MOST_ROWS,
            )  # fmt: skip
        elif content := _content(row, keys, found, spoilt):
            rows[row] = content
    if not headed:
        _require_unmoved(sheet, {})
    _tell_merged(grid, keys, rows, spoilt)
    return Handed(rows=list(rows.items()), spoilt=spoilt)


def _another(sheet: Sheet) -> Invalid:
    return Invalid("This workbook is not the sheet {sheet}.", field="body", way_out=FETCH, sheet=sheet.title)


def _content(
    row: int, keys: Mapping[int, str], found: Mapping[int, Found], spoilt: dict[tuple[int, str], Invalid | None]
) -> dict[str, Value]:
    """The values of a row; what computes, or failed to, is kept as it looks and said to be spoilt."""
    content: dict[str, Value] = {}
    for place, value in found.items():
        key = keys.get(place)
        if key is None:
            continue
        if isinstance(value, Formula):
            content[key] = f"={value.text}"
            spoilt[row, key] = Invalid("There is a formula in this cell.", way_out="Write the value itself.")
        elif isinstance(value, Error):
            content[key] = value.text
            spoilt[row, key] = Invalid("There is an error value in this cell.", way_out="Write the value.")
        elif not isinstance(value, str) or not cells.empty(value):
            content[key] = value
    return content


def _tell_merged(
    grid: Grid,
    keys: Mapping[int, str],
    rows: dict[int, dict[str, Value]],
    spoilt: dict[tuple[int, str], Invalid | None],
) -> None:
    """Merged cells among the data: the fault stands in the first of them, and the others are left alone."""
    among = [merged for merged in grid.merged if merged.rows[-1] >= FIRST_ROW]
    covered = sum(len(merged.rows) * len(merged.columns) for merged in among)
    if len(among) > MOST_MERGES or covered > MOST_MERGED:
        raise Invalid("The form is full of merged cells.", field="body", way_out=FETCH)
    for merged in among:
        error: Invalid | None = Invalid(
            "Cells are merged here: {cells}.", way_out="Split them and write the value into each cell.",
            cells=merged.name,
        )  # fmt: skip
        for row, key in _data_cells(merged, keys):
            rows.setdefault(row, {})
            spoilt[row, key] = error
            error = None


def _data_cells(merged: Merged, keys: Mapping[int, str]) -> Iterable[tuple[int, str]]:
    for row in range(max(merged.rows.start, FIRST_ROW), min(merged.rows.stop, LAST_ROW + 1)):
        for place in merged.columns:
            if place in keys:
                yield row, keys[place]


def _require_unmoved(sheet: Sheet, found: Mapping[int, Found]) -> None:
    """Raises Invalid for headers that are not where they were."""
    for place, column in enumerate(sheet.columns, start=FIRST_COLUMN):
        if cells.written(str(found.get(place, ""))).removesuffix("*").strip() != column.title:
            raise Invalid(
                "The column {cell} should be headed {title}.", field="body",
                way_out="Columns keep their places and names: undo the change, or fetch the form anew.",
                cell=get_column_letter(place), title=column.title,
            )  # fmt: skip


def _write_rows(rows: Any, sheet: Sheet, form: SheetForm, notes: Mapping[str, Note]) -> None:
    columns = [(column.key, _headed(column), column.width, column.shown) for column in sheet.columns]
    columns += [(key, title, width, "@") for key, title, width in form.more]
    last = get_column_letter(len(columns) + 1)
    for place, (_, _, width, _) in enumerate(columns, start=FIRST_COLUMN):
        rows.column_dimensions[get_column_letter(place)].width = width
    rows.column_dimensions["A"].width = 6
    rows.row_dimensions[1].height, rows.row_dimensions[2].height, rows.row_dimensions[HEADER_ROW].height = 34, 20, 36
    rows.freeze_panes = f"D{FIRST_ROW}"
    rows.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    for column in sheet.columns:
        _offer(rows, sheet, column)
    styles.page(rows, landscape=True)
    rows.sheet_format.defaultRowHeight, rows.sheet_format.customHeight = ROW_POINTS, True
    rows.page_setup.fitToWidth = max(1, round(sum(width for _, _, width, _ in columns) / PAGE_WIDTH))
    rows.print_title_cols = "A:C" if rows.page_setup.fitToWidth > 1 else None
    title, said = WriteOnlyCell(rows), WriteOnlyCell(rows)
    put(title, sheet.title)
    put(said, f"表格版本 {sheet.version}　{form.day}　带 * 的为必填项，填写方法见“{HELP}”")
    title.font, title.alignment = styles.TITLE, styles.BEGIN
    said.font, said.alignment = styles.SMALL, styles.BEGIN
    rows.append([title])
    rows.append([said])
    rows.append([_label(rows, "序号"), *(_label(rows, title) for _, title, _, _ in columns)])
    _write_content(rows, form, [(key, shown) for key, _, _, shown in columns], notes)
    rows.merged_cells.add(f"A1:{last}1")
    rows.merged_cells.add(f"A2:{last}2")


def _write_content(rows: Any, form: SheetForm, columns: Sequence[tuple[str, str]], notes: Mapping[str, Note]) -> None:
    """The rows themselves. A column has one cell, which is written again and again with another value."""
    number = _entry(rows, "0")
    line = [(key, get_column_letter(place), _entry(rows, shown)) for place, (key, shown) in enumerate(columns, start=2)]
    marked = [_entry(rows, shown, fill=True) for _, shown in columns]
    written = [number, *(cell for _, _, cell in line)]
    for offset in range(max(PREPARED_ROWS, len(form.rows))):
        values = form.rows[offset] if offset < len(form.rows) else {}
        number.value = offset + 1
        for key, _, cell in line:
            _fill(cell, values.get(key))
        noted: list[Any] = written
        if notes:
            noted = [number]
            for (key, letter, cell), coloured in zip(line, marked, strict=True):
                note = notes.get(f"{letter}{FIRST_ROW + offset}")
                noted.append(cell if note is None else _noted(coloured, values.get(key), note))
        rows.append(noted)


def _noted(cell: Any, value: Value, note: Note) -> Any:
    _fill(cell, value)
    cell.comment = comment(f"{note.reason}\n{note.way_out}".strip())
    return cell


def _fill(cell: Any, value: Value) -> None:
    if value is None:
        cell._value, cell.data_type = None, "n"  # noqa: SLF001 - what its setter does in the end, for most cells
    elif isinstance(value, str) or (isinstance(value, date) and value.year < 1900):
        put(cell, str(value))
    else:
        cell.value = value


def _entry(rows: Any, shown: str, *, fill: bool = False) -> Any:
    cell = WriteOnlyCell(rows)
    styles.entry(cell)
    cell.alignment, cell.number_format = styles.TABLE, shown
    if fill:
        cell.fill = styles.MARK_FILL
    return cell


def _label(rows: Any, title: str) -> Any:
    cell = WriteOnlyCell(rows)
    put(cell, title)
    styles.label(cell)
    return cell


def _headed(column: Field) -> str:
    return f"{column.title}{' *' if column.required else ''}"


def _offer(rows: Any, sheet: Sheet, column: Field) -> None:
    """The column's drop-down, and its hint when a cell is entered."""
    rule = DataValidation(
        type="list" if column.options else None,
        formula1=f"list_{column.options}" if column.options else None,
        allow_blank=True,
        promptTitle=column.title[:32],
        prompt=column.hint[:255],
        showInputMessage=True,
        showErrorMessage=False,
    )
    rule.add(f"{sheet.letters[column.key]}{FIRST_ROW}:{sheet.letters[column.key]}{LAST_ROW}")
    rows.data_validations.append(rule)


def _write_help(help_sheet: Any, sheet: Sheet) -> None:
    for letter, width in (("A", 24), ("B", 62), ("C", 10)):
        help_sheet.column_dimensions[letter].width = width
    styles.page(help_sheet)
    title = WriteOnlyCell(help_sheet)
    put(title, HELP)
    title.font = styles.TITLE
    help_sheet.append([title])
    for number, sentence in enumerate((*sheet.guide, *NEVER), start=1):
        cell = WriteOnlyCell(help_sheet)
        put(cell, f"{number}. {sentence}")
        cell.font = styles.TEXT
        help_sheet.append([cell])
    help_sheet.append([])
    for column in sheet.columns:
        told = []
        for words in (column.title, column.hint, "必填" if column.required else ""):
            cell = WriteOnlyCell(help_sheet)
            put(cell, words)
            styles.entry(cell)
            told.append(cell)
        help_sheet.append(told)


def _write_lists(book: Workbook, sheet: Sheet, form: SheetForm) -> None:
    """Lists are named ranges: office programs keep drop-downs over names whatever program filled them in."""
    lists: Any = book.create_sheet(LISTS)
    lists.sheet_state = "veryHidden"
    lists.append([sheet.mark, sheet.version])
    lists.append(list(form.lists))
    entries = list(form.lists.values())
    for row in range(max(map(len, entries), default=0)):
        line = []
        for column in entries:
            cell = WriteOnlyCell(lists)
            put(cell, column[row].label if row < len(column) else None)
            line.append(cell)
        lists.append(line)
    for place, (name, found) in enumerate(form.lists.items(), start=1):
        letter = get_column_letter(place)
        where = f"'{LISTS}'!${letter}$3:${letter}${max(len(found), 1) + 2}"
        book.defined_names[f"list_{name}"] = DefinedName(f"list_{name}", attr_text=where)
