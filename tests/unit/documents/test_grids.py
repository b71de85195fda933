# ruff: noqa: DTZ001 - a cell knows no zone
from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from cloudctl.documents.grids import Book, Damaged, Error, Formula

NAMES = {"main": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
SHEET = '<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{tail}</worksheet>'


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(rows: str, *, tail: str = "", strings: str = "", styles: str = "", more: str = "") -> bytes:
    """A workbook as other programs write it: only what is given."""
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{NAMES["main"]}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/'
        f'2006/relationships">{more}<sheets><sheet name="表" sheetId="1" r:id="rId7"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="r"><Relationship Id="rId7" Target="/xl/worksheets/a.xml"/>'
        "</Relationships>",
        "xl/worksheets/a.xml": SHEET.format(rows=rows, tail=tail, **NAMES),
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{NAMES["main"]}">{strings}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{NAMES["main"]}">{styles}</styleSheet>'
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def rows_of(data: bytes, name: str = "表") -> list[tuple[int, dict[int, Any]]]:
    return list(Book(data).grid(name).rows())


def test_cells_of_every_kind_are_what_was_typed() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    sheet.append(["文字", 3, 2.5, True, date(2027, 1, 15), datetime(2027, 1, 15, 8, 30), None, "=1+1", "#N/A", "末"])
    sheet["I1"].data_type = "e"
    sheet["J1"].data_type = "s"
    ((row, cells),) = rows_of(saved(book))
    assert (row, cells) == (1, {
        1: "文字", 2: 3, 3: 2.5, 4: True, 5: datetime(2027, 1, 15), 6: datetime(2027, 1, 15, 8, 30),
        8: Formula("1+1"), 9: Error("#N/A"), 10: "末",
    })  # fmt: skip


def test_dates_are_counted_in_the_workbooks_own_system() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    book.active.title = "表"
    book.active["B2"] = date(2027, 1, 15)
    assert rows_of(saved(book)) == [(2, {2: datetime(2027, 1, 15)})]


STYLES = (
    '<numFmts><numFmt numFmtId="177" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>'
    '<numFmt numFmtId="178" formatCode="[Red]0.00"/><numFmt numFmtId="179" formatCode="[$-804]yyyy/m/d"/></numFmts>'
    "<cellXfs>{}</cellXfs>"
)


@pytest.mark.parametrize(
    ("number", "dated"),
    [
        *((number, True) for number in (14, 22, 31, 57, 177, 179)),
        *((number, False) for number in (0, 2, 21, 49, 178)),
    ],
)
def test_a_number_is_a_date_by_its_format(number: int, dated: bool) -> None:
    styles = STYLES.format(f'<xf numFmtId="0"/><xf numFmtId="{number}"/>')
    data = workbook('<row r="5"><c r="AB5" s="1"><v>46402</v></c></row>', styles=styles)
    assert rows_of(data) == [(5, {28: datetime(2027, 1, 15) if dated else 46402})]


def test_what_other_programs_write_is_read() -> None:
    strings = "<si><t>一</t></si><si><r><t>二</t></r><rPh><t>er</t></rPh><r><rPr/><t>三</t></r></si>"
    rows = (
        '<row><c t="s"><v>1</v></c><c><v>1.5E3</v></c><c t="str"><v>s</v></c></row>'
        '<row><c t="d"><v>2027-01-15T00:00:00</v></c><c r="D2" t="inlineStr"><is><r><t>四</t></r></is></c></row>'
        '<row r="9"><c r="A9" s="0"/></row>'
    )
    found = rows_of(workbook(rows, strings=strings))
    assert found == [(1, {1: "二三", 2: 1500.0, 3: "s"}), (2, {1: "2027-01-15", 4: "四"})]


def test_merged_ranges_are_known_at_the_end() -> None:
    tail = '<mergeCells count="2"><mergeCell ref="A1:D1"/><mergeCell ref="B4:B6"/></mergeCells>'
    grid = Book(workbook("<row/>", tail=tail)).grid("表")
    assert list(grid.rows()) == []
    assert [(merged.name, merged.columns, merged.rows) for merged in grid.merged] == [
        ("A1:D1", range(1, 5), range(1, 2)), ("B4:B6", range(2, 3), range(4, 7)),
    ]  # fmt: skip


@pytest.mark.parametrize("rows", ['<row><c t="s"><v>7</v></c></row>', '<row><c t="s"><v>-1</v></c></row>'])
def test_parts_that_do_not_fit_together_are_damage(rows: str) -> None:
    with pytest.raises(Damaged):
        rows_of(workbook(rows, strings="<si><t>x</t></si>"))
