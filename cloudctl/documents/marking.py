"""The same workbook given back: faulty cells coloured and commented, and a first sheet that lists every fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from openpyxl.cell import WriteOnlyCell
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
    for (name, place), words in reasons.items():
        _mark(_own_cell(book[name], place), "\n".join(words))
    sheet = list_faults(book, notes)
    book.active = 0
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
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
    cell.fill = styles.MARK_FILL
    cell.comment = comment(words)


def comment(words: str) -> Comment:
    """What stands beside a faulty cell, large enough to be read."""
    made = Comment(words, AUTHOR)
    made.width, made.height = 320, 40 + 18 * words.count("\n") + 18 * (len(words) // 24)
    return made


def _lines(words: str, width: int) -> int:
    """How many lines a text takes in a column."""
    return sum(1 + (character >= WIDE) for character in words) // (width - 2) + 1


def list_faults(book: Workbook, notes: Sequence[Note]) -> Worksheet:
    """The first sheet: every fault, with a link to its cell; in a workbook that is written row by row as well."""
    sheet: Worksheet = book.create_sheet(forms.FAULTS, 0)
    for place, (_, width) in enumerate(TITLES, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    styles.page(sheet, landscape=True)
    for row, note in enumerate(notes, start=2):
        sheet.row_dimensions[row].height = LINE_POINTS * max(_lines(note.reason, 60), _lines(note.way_out, 50))
    sheet.append([_listed(sheet, title, styles.label) for title, _ in TITLES])
    for number, note in enumerate(notes, start=1):
        line = [_listed(sheet, value, styles.entry) for value in (number, *note)]
        line[2].hyperlink = f"#'{note.sheet}'!{note.cell}"
        line[2].font = styles.LINK
        sheet.append(line)
    return sheet


def _listed(sheet: Worksheet, value: Value, style: Callable[[Any], None]) -> Any:
    cell = WriteOnlyCell(sheet)
    put(cell, value)
    style(cell)
    return cell
