from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from cloudctl.documents.workbooks import ExcelWorkbooks
from cloudctl.domain.adoption_sheets import REASONS, SHEET, read_line
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import HEADER_ROW, LISTS, Entry
from cloudctl.domain.sheets import FIRST_ROW, SheetForm
from tests.filled_sheets import filled_sheet, rows_of

ROW: dict[str, Any] = {
    "cloud": "vc-1 一号云", "native_id": "5003-ab", "department": "fgw", "system": "oa", "term_months": "１２",
    "contact": "李 0532-1",
}  # fmt: skip
FORM = SheetForm(lists={"clouds": [Entry("vc-1", "vc-1 一号云")], "departments": []}, day="2026-11-22")
BLANK = ExcelWorkbooks().write_sheet(SHEET, FORM)


def changed(**cells: Any) -> bytes:
    book = load_workbook(BytesIO(BLANK))
    for place, value in cells.items():
        sheet, _, cell = place.partition("_")
        book[{"rows": SHEET.title, "lists": LISTS}[sheet]][cell].value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_what_is_filled_in_is_read_by_row() -> None:
    handed = ExcelWorkbooks().read_sheet(SHEET, filled_sheet(BLANK, [ROW, {}, {"cloud": "x"}]))
    assert [row for row, _ in handed.rows] == [FIRST_ROW, FIRST_ROW + 2]
    line = read_line(*handed.rows[0])
    assert (line.faults, line.values) == ([], {
        "cloud": "vc-1", "native_id": "5003-ab", "department": "fgw", "system": "oa", "term_months": 12,
        "contact": "李 0532-1",
    })  # fmt: skip


def test_everything_that_is_wrong_with_a_row_is_told_at_once() -> None:
    line = read_line(4, {"term_months": "0", "name": "x" * 201})
    assert [key for key, _ in line.faults] == ["cloud", "name", "department", "system", "term_months", "contact"]


def test_a_row_that_names_nothing_is_told_so() -> None:
    (fault,) = read_line(4, {key: value for key, value in ROW.items() if key != "native_id"}).faults
    assert fault[1].message == "The row names no object."


def test_a_formula_is_no_value() -> None:
    handed = ExcelWorkbooks().read_sheet(SHEET, filled_sheet(BLANK, [ROW | {"contact": "=A1"}]))
    line = read_line(*handed.rows[0], handed.spoilt)
    assert [(key, error.message) for key, error in line.faults] == [("contact", "There is a formula in this cell.")]


def test_text_that_looks_like_a_formula_is_given_back_as_text() -> None:
    row = {**ROW, "contact": "=1+1", "reason": "=2", "way_out": ""}
    returned = ExcelWorkbooks().write_sheet(SHEET, SheetForm(lists=FORM.lists, day="d", rows=[row], more=REASONS))
    sheet = load_workbook(BytesIO(returned))[SHEET.title]
    assert "f" not in {cell.data_type for cell in sheet[FIRST_ROW]}
    assert rows_of(returned)[0]["退回原因"] == "=2"
    handed = ExcelWorkbooks().read_sheet(SHEET, returned)
    assert (handed.rows[0][1]["contact"], handed.spoilt) == ("=1+1", {})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK nonsense", "no .xlsx workbook"),
        (changed(lists_A1="another form"), "not the sheet 纳管清单"),
        (changed(lists_B1=99), "version 99"),
        (changed(**{f"rows_C{HEADER_ROW}": "编号"}), "should be headed 云内编号"),
        (changed(rows_B20000="x"), "goes on below row"),
    ],
)
def test_what_is_not_the_sheet_is_refused_with_the_way_out(data: bytes, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        ExcelWorkbooks().read_sheet(SHEET, data)
    assert words in caught.value.message.format(**caught.value.params)
    assert (caught.value.field, bool(caught.value.way_out)) == ("body", True)


def test_columns_stand_where_the_reader_looks() -> None:
    sheet = load_workbook(BytesIO(BLANK))[SHEET.title]
    titles = [sheet.cell(HEADER_ROW, place).value for place in range(2, len(SHEET.columns) + 2)]
    assert [str(title).removesuffix(" *") for title in titles] == [column.title for column in SHEET.columns]
