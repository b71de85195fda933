"""How the form looks: one place for fonts, colours, borders and page setup."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

FACE = "宋体"
_LINE = Side(style="thin", color="808080")
GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
TITLE = Font(name="黑体", size=18, bold=True)
LABEL = Font(name=FACE, size=11, bold=True)
TEXT = Font(name=FACE, size=11)
SMALL = Font(name=FACE, size=9, color="595959")
LINK = Font(name=FACE, size=11, color="0563C1", underline="single")
LABEL_FILL = PatternFill("solid", fgColor="DDEBF7")
NO_FILL = PatternFill(fill_type=None)
MARK_FILL = PatternFill("solid", fgColor="FFC7CE")
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
TABLE = Alignment(horizontal="left", vertical="center", shrink_to_fit=True)
BEGIN = Alignment(horizontal="left", vertical="center", indent=1)
RIGHT = Alignment(horizontal="right", vertical="center", indent=1)
ONE_LINE = Alignment(horizontal="left", vertical="top", wrap_text=True)
"""What is longer than its row is cut off, and still there."""
TOP = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)


def label(cell: Any) -> None:
    """A field's or column's title."""
    cell.font, cell.fill, cell.border, cell.alignment = LABEL, LABEL_FILL, GRID, MIDDLE


def entry(cell: Any, *, top: bool = False) -> None:
    """A cell to be filled in."""
    cell.font, cell.border, cell.alignment = TEXT, GRID, TOP if top else LEFT


def page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """A4, as wide as the sheet, with the page number at the foot."""
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    properties = sheet.sheet_properties
    assert properties.pageSetUpPr is not None
    properties.pageSetUpPr.fitToPage = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.5
    margins.top, margins.bottom = 0.6, 0.8
    margins.header = margins.footer = 0.4
    sheet.print_options.horizontalCentered = True
    assert sheet.oddFooter is not None
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
