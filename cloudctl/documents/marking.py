"""The same workbook given back: faulty cells coloured and commented, and a first sheet that lists every fault."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cloudctl.documents import styles
from cloudctl.documents.blanks import put
from cloudctl.documents.reading import opened
from cloudctl.domain import forms
from cloudctl.domain.cells import Value
from cloudctl.ports.workbooks import Note

AUTHOR = "cloudctl"
LINE_POINTS = 18
WIDE = "\u2e80"
"""From here on characters take two places."""
TITLES = (("序号", 6), ("工作表", 14), ("单元格", 10), ("问题", 60), ("处理办法", 50))


def mark(data: bytes, notes: Sequence[Note]) -> bytes:
    """The file with its marks; those of an earlier time are gone."""
    book = opened(data)
    _unmark(book)
    reasons: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        reasons.setdefault((note.sheet, note.cell), []).append(f"{note.reason}\n{note.way_out}".strip())
    for (sheet, place), words in reasons.items():
        _mark(_own_cell(book[sheet], place), "\n".join(words))
    _list(book, notes)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _unmark(book: Workbook) -> None:
    if forms.FAULTS in book.sheetnames:
        del book[forms.FAULTS]
    for name in (forms.COVER, forms.ITEMS):
        for row in book[name].iter_rows(max_col=len(forms.COLUMNS) + 1):
            for cell in row:
                if cell.fill.fgColor.rgb != styles.MARK_FILL.fgColor.rgb:
                    continue
                cell.fill = styles.LABEL_FILL if _is_header(name, cell) else styles.NO_FILL
                if not isinstance(cell, MergedCell):
                    cell.comment = None


def _is_header(sheet: str, cell: Any) -> bool:
    return sheet == forms.ITEMS and cell.row == forms.HEADER_ROW


def _own_cell(sheet: Worksheet, place: str) -> Any:
    """The cell at a place; where it has been merged into another one, the two are split first."""
    for merged in list(sheet.merged_cells.ranges):
        if isinstance(sheet[place], MergedCell) and place in merged:
            sheet.unmerge_cells(merged.coord)
    return sheet[place]


def _mark(cell: Any, words: str) -> None:
    """Colours a cell and says why."""
    comment = Comment(words, AUTHOR)
    comment.width, comment.height = 320, 40 + 18 * words.count("\n") + 18 * (len(words) // 24)
    cell.fill = styles.MARK_FILL
    cell.comment = comment


def _lines(words: str, width: int) -> int:
    """How many lines a text takes in a column."""
    return sum(1 + (character >= WIDE) for character in words) // (width - 2) + 1


def _list(book: Workbook, notes: Sequence[Note]) -> None:
    sheet: Worksheet = book.create_sheet(forms.FAULTS, 0)
    for place, (title, width) in enumerate(TITLES, start=1):
        put(sheet.cell(1, place), title)
        styles.label(sheet.cell(1, place))
        sheet.column_dimensions[get_column_letter(place)].width = width
    for row, note in enumerate(notes, start=2):
        told: tuple[Value, ...] = (row - 1, note.sheet, note.cell, note.reason, note.way_out)
        for place, value in enumerate(told, start=1):
            cell = sheet.cell(row, place)
            put(cell, value)
            styles.entry(cell)
        sheet.row_dimensions[row].height = LINE_POINTS * max(_lines(note.reason, 60), _lines(note.way_out, 50))
        sheet.cell(row, 3).hyperlink = f"#'{note.sheet}'!{note.cell}"
        sheet.cell(row, 3).font = styles.LINK
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    styles.page(sheet, landscape=True)
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
