from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cloudctl.documents import sheets
from cloudctl.documents.archives import MIB, REGISTER
from cloudctl.domain import cells
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import FAULTS, HEADER_ROW, HELP, LISTS, Entry, Field
from cloudctl.domain.sheets import FIRST_ROW, LAST_ROW, Sheet, SheetForm, read_line
from cloudctl.ports.workbooks import Note

SHEET = Sheet(
    mark="cloudctl test sheet",
    title="清单",
    version=3,
    columns=(
        Field("code", "编号", cells.word(20), "唯一", required=True),
        Field("zone", "区域", cells.one_of("zones"), "选择", options="zones"),
        Field("count", "数量", cells.whole(0, 99), "", shown="0"),
        Field("since", "日期", cells.day, "", shown="yyyy-mm-dd"),
        Field("note", "备注", cells.text(100), ""),
    ),
    guide=("每行一条。",),
)
FORM = SheetForm(lists={"zones": [Entry("a", "a 甲"), Entry("b", "b 乙")]}, day="2026-11-22")
BLANK = sheets.write(SHEET, FORM)
CELLS = "".join(f"<c r='A{n}'/>" for n in range(400_001)).encode()


def changed(work: Any, data: bytes = BLANK) -> bytes:
    book = load_workbook(BytesIO(data))
    work(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rows(book: Workbook) -> Worksheet:
    sheet = book["清单"]
    assert isinstance(sheet, Worksheet)
    return sheet


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        sheets.read(SHEET, data)
    assert (caught.value.field, bool(caught.value.way_out)) == ("body", True)
    return caught.value.message.format(**caught.value.params)


def test_the_sheet_has_drop_downs_help_and_a_mark() -> None:
    book = load_workbook(BytesIO(BLANK))
    assert book.sheetnames == ["清单", HELP, LISTS]
    assert book[LISTS].sheet_state == "veryHidden"
    offered = {rule.formula1: str(rule.sqref) for rule in rows(book).data_validations.dataValidation if rule.formula1}
    assert offered == {"list_zones": f"C{FIRST_ROW}:C{LAST_ROW}"}
    assert book.defined_names["list_zones"].attr_text == f"'{LISTS}'!$A$3:$A$4"
    words = [str(cell.value) for line in book[HELP].iter_rows() for cell in line if cell.value]
    assert "1. 每行一条。" in words
    assert "必填" in words


TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cn"], blacklist_characters="\ufffe\uffff"), min_size=1, max_size=20
).filter(lambda text: text == text.strip() and not cells.empty(text) and "_x" not in text)
ROW = st.fixed_dictionaries(
    {},
    optional={
        "code": TEXT, "zone": st.sampled_from(["a 甲", "b 乙"]), "count": st.integers(0, 99),
        "since": st.dates(date(1960, 1, 1), date(2100, 1, 1)), "note": TEXT,
    },
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, max_size=6))
def test_what_is_written_is_read_back(wanted: list[dict[str, Any]]) -> None:
    data = sheets.write(SHEET, SheetForm(lists=FORM.lists, day="d", rows=wanted))
    handed = sheets.read(SHEET, data)
    found = {row: {**content} for row, content in handed.rows}
    assert not handed.spoilt
    for number, row in enumerate(wanted, start=FIRST_ROW):
        read = found.get(number, {})
        if "since" in read:
            read["since"] = cells.day(read["since"], {})
        assert read == row


def test_formulas_errors_and_merged_cells_are_told_in_their_cells() -> None:
    def spoil(book: Workbook) -> None:
        sheet = rows(book)
        sheet["B4"], sheet["F4"], sheet["F5"] = "x", "=B4", "#N/A"
        sheet["F5"].data_type = "e"
        sheet["B6"] = "merged"
        sheet.merge_cells("B6:C7")

    handed = sheets.read(SHEET, changed(spoil))
    told = {place: error and error.message.format(**error.params) for place, error in handed.spoilt.items()}
    assert told == {
        (4, "note"): "There is a formula in this cell.",
        (5, "note"): "There is an error value in this cell.",
        (6, "code"): "Cells are merged here: B6:C7.",
        (6, "zone"): None, (7, "code"): None, (7, "zone"): None,
    }  # fmt: skip
    lines = [read_line(SHEET, row, content, {}, handed.spoilt) for row, content in handed.rows]
    assert [[key for key, _ in line.faults] for line in lines] == [["note"], ["code", "note"], ["code"], []]


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda book: book[LISTS].__setitem__("A1", "cloudctl adoption sheet"), "not the sheet 清单"),
        (lambda book: book.__delitem__("清单"), "not the sheet 清单"),
        (lambda book: book[LISTS].__setitem__("B1", 2), "of version 2; the present one is 3"),
        (lambda book: rows(book).__setitem__(f"D{HEADER_ROW}", "总数"), "column D should be headed 数量"),
        (lambda book: rows(book).insert_cols(3), "column C should be headed 区域"),
        (lambda book: rows(book).__setitem__(f"B{LAST_ROW + 1}", "x"), f"goes on below row {LAST_ROW}"),
        (lambda book: [rows(book).merge_cells(f"B{n}:C{n}") for n in range(4, 60)], "full of merged cells"),
        (lambda book: rows(book).merge_cells("B4:F9000"), "full of merged cells"),
    ],
)
def test_what_is_not_the_sheet_is_refused(work: Any, words: str) -> None:
    assert words in refused(changed(work))


def with_part(name: str, content: bytes) -> bytes:
    out = BytesIO(BLANK)
    with ZipFile(out, "a", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"nonsense", "no .xlsx workbook"),
        (BLANK[: len(BLANK) // 2], "no .xlsx workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "old .xls"),
        (with_part("xl/vbaProject.bin", b"x"), "carries macros"),
        (with_part("xl/media/bomb.xml", b" " * (REGISTER.most_bytes + MIB)), "would unpack to more than"),
        (with_part("xl/external.xml", b'<!DOCTYPE x [<!ENTITY a "b">]>'), "XML declarations"),
        (with_part("xl/cells.xml", CELLS), "more than 400000 cells"),
    ],
)  # fmt: skip
def test_what_is_not_safe_to_open_is_refused(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_faults_are_marked_listed_first_and_gone_when_mended() -> None:
    filled = SheetForm(lists=FORM.lists, day="d", rows=[{"code": "a"}, {"code": "b", "count": "=1"}])
    data = sheets.write(SHEET, filled, [Note("清单", "D5", "It is wrong.", "Mend it."), Note("清单", "B4", "Why?", "")])
    book = load_workbook(BytesIO(data))
    assert book.sheetnames[0] == FAULTS
    told = [[cell.value for cell in line] for line in book[FAULTS].iter_rows(min_row=2)]
    assert told == [[1, "清单", "D5", "It is wrong.", "Mend it."], [2, "清单", "B4", "Why?", None]]
    marked = {
        cell.coordinate: cell.comment.text
        for line in rows(book).iter_rows(min_row=FIRST_ROW)
        for cell in line
        if cell.comment is not None and cell.fill.fgColor.rgb == "00FFC7CE"
    }
    assert marked == {"D5": "It is wrong.\nMend it.", "B4": "Why?"}
    handed = sheets.read(SHEET, data)
    assert handed.rows == [(4, {"code": "a"}), (5, {"code": "b", "count": "=1"})]
    again = load_workbook(BytesIO(sheets.write(SHEET, filled)))
    assert FAULTS not in again.sheetnames


def test_columns_behind_the_last_are_written_and_not_read() -> None:
    more = SheetForm(lists=FORM.lists, day="d", rows=[{"code": "a", "why": "=2"}], more=(("why", "原因", 20),))
    data = sheets.write(SHEET, more)
    assert load_workbook(BytesIO(data))["清单"]["G4"].value == "=2"
    assert sheets.read(SHEET, data).rows == [(4, {"code": "a"})]
