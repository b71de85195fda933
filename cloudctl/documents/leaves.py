"""Leaves to be read and printed: rows under their heads, a bar chart beside or below them.

    write("政务云月报 2026-10", leaves)

Charts point at the cells of their leaf, so that whoever changes a cell changes the chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.utils import get_column_letter

from cloudctl.documents import styles
from cloudctl.documents.blanks import put
from cloudctl.ports.workbooks import Chart, Leaf

HEAD_ROW = 3
COLOURS = ("2E75B6", "F4B183", "70AD47")
WIDTH_CM, ROW_CM, LEAST_CM = 26.0, 0.9, 8.0
LINE_PT = 16.5


def write(title: str, leaves: Sequence[Leaf]) -> bytes:
    """The leaves as an .xlsx file."""
    book = Workbook()
    first: Any = book.active
    book.remove(first)
    for leaf in leaves:
        _write(book.create_sheet(leaf.name), leaf)
    book.properties.creator, book.properties.title = "cloudctl", title
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Any, leaf: Leaf) -> None:
    put(sheet["A1"], leaf.title)
    put(sheet["A2"], leaf.said)
    sheet["A1"].font, sheet["A1"].alignment = styles.TITLE, styles.BEGIN
    sheet["A2"].font, sheet["A2"].alignment = styles.SMALL, styles.BEGIN
    sheet.row_dimensions[1].height, sheet.row_dimensions[HEAD_ROW].height = 34, 30
    for place, column in enumerate(leaf.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
        head = sheet.cell(HEAD_ROW, place)
        put(head, column.title)
        styles.label(head)
    for row, values in enumerate(leaf.rows, start=HEAD_ROW + 1):
        sheet.row_dimensions[row].height = LINE_PT * _lines(leaf, values)
        for place, (column, value) in enumerate(zip(leaf.columns, values, strict=True), start=1):
            number, shown = value if isinstance(value, tuple) else (value, column.shown)
            cell = sheet.cell(row, place)
            put(cell, number)
            styles.entry(cell)
            if isinstance(number, int | float):
                cell.number_format, cell.alignment = shown, styles.RIGHT
    sheet.freeze_panes = f"A{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    styles.page(sheet, landscape=True)
    if leaf.chart is not None and leaf.rows:
        _draw(sheet, leaf.chart, len(leaf.rows))


def _lines(leaf: Leaf, values: Sequence[object]) -> int:
    """How many lines the longest text of a row takes: programs that open a file do not reckon it anew."""
    return max(
        ceil(sum(1 if char.isascii() else 2 for char in value) / (column.width - 3))
        for column, value in [*zip(leaf.columns, values, strict=True), (leaf.columns[0], "-")]
        if isinstance(value, str) and value
    )


def _draw(sheet: Any, chart: Chart, rows: int) -> None:
    """Bars below the rows, one group a row, read from the top down as the rows are."""
    below = HEAD_ROW + rows + 2
    rows = rows if chart.rows is None else chart.rows
    if not rows:
        return
    bars = BarChart()
    bars.type, bars.style, bars.title = "bar", 10, chart.title
    first, last = HEAD_ROW, HEAD_ROW + rows
    for place in chart.values:
        bars.add_data(Reference(sheet, min_col=place + 1, min_row=first, max_row=last), titles_from_data=True)
    bars.set_categories(Reference(sheet, min_col=chart.names + 1, min_row=first + 1, max_row=last))
    for series, colour in zip(bars.series, COLOURS, strict=False):
        series.graphicalProperties.solidFill = colour
    bars.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
    bars.x_axis.scaling.orientation = "maxMin"
    bars.x_axis.delete = bars.y_axis.delete = False
    bars.y_axis.number_format, bars.y_axis.scaling.min = chart.shown, None
    bars.y_axis.majorGridlines = None
    bars.gapWidth = 60
    if len(chart.values) == 1:
        bars.legend = None
    else:
        bars.legend.position = "b"
    size: Any = bars  # its stubs take the default's type for the field's
    size.width, size.height = WIDTH_CM, max(LEAST_CM, ROW_CM * rows * len(chart.values) + 3)
    sheet.add_chart(bars, f"A{below}")
