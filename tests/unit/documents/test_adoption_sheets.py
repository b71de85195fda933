from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from cloudctl.documents.workbooks import ExcelWorkbooks
from cloudctl.domain.adoption_sheets import COLUMNS, FIRST_ROW, HEADER_ROW, LISTS, ROWS, SheetForm, read_line
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import Entry
from tests.filled_sheets import filled_sheet, rows_of

ROW: dict[str, Any] = {
    "cloud": "vc-1 一号云", "native_id": "5003-ab", "department": "fgw", "system": "oa", "term_months": "１２",
    "contact": "李 0532-1",
}  # fmt: skip
FORM = SheetForm(lists={"clouds": [Entry("vc-1", "vc-1 一号云")], "departments": []}, day="2026-11-22")
BLANK = ExcelWorkbooks().write_sheet(FORM)


def changed(**cells: Any) -> bytes:
    book = load_workbook(BytesIO(BLANK))
    for place, value in cells.items():
        sheet, _, cell = place.partition("_")
        book[{"rows": ROWS, "lists": LISTS}[sheet]][cell].value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_what_is_filled_in_is_read_by_row() -> None:
    handed = ExcelWorkbooks().read_sheet(filled_sheet(BLANK, [ROW, {}, {"cloud": "x"}]))
    assert [row for row, _ in handed.rows] == [FIRST_ROW, FIRST_ROW + 2]
    line = read_line(*handed.rows[0])
    assert (line.faults, line.values) == ((), {
        "cloud": "vc-1", "native_id": "5003-ab", "department": "fgw", "system": "oa", "term_months": 12,
        "contact": "李 0532-1",
    })  # fmt: skip


def test_everything_that_is_wrong_with_a_row_is_told_at_once() -> None:
    line = read_line(4, {"term_months": "0", "name": "x" * 201})
    assert [title for title, _ in line.faults] == [
        "云平台", "名称", "所属单位", "所属系统", "期限（月）", "负责人及电话",
    ]  # fmt: skip


def test_a_row_that_names_nothing_is_told_so() -> None:
    (fault,) = read_line(4, {key: value for key, value in ROW.items() if key != "native_id"}).faults
    assert fault[1].message == "The row names no object."


def test_a_formula_is_no_value() -> None:
    handed = ExcelWorkbooks().read_sheet(filled_sheet(BLANK, [ROW | {"contact": "=A1"}]))
    line = read_line(*handed.rows[0], handed.spoilt)
    assert [(title, error.message) for title, error in line.faults] == [
        ("负责人及电话", "There is a formula in this cell.")
    ]


def test_text_that_looks_like_a_formula_is_given_back_as_text() -> None:
    row = {**ROW, "contact": "=1+1", "reason": "=2", "way_out": ""}
    returned = ExcelWorkbooks().write_sheet(SheetForm(lists=FORM.lists, day="d", rows=[row]))
    sheet = load_workbook(BytesIO(returned))[ROWS]
    assert "f" not in {cell.data_type for cell in sheet[FIRST_ROW]}
    assert rows_of(returned)[0]["退回原因"] == "=2"
    handed = ExcelWorkbooks().read_sheet(returned)
    assert (handed.rows[0][1]["contact"], handed.spoilt) == ("=1+1", frozenset())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK nonsense", "no .xlsx workbook"),
        (changed(lists_A1="another form"), "not the sheet of an adoption"),
        (changed(lists_B1=99), "version 99"),
        (changed(**{f"rows_C{HEADER_ROW}": "编号"}), "should be headed 云内编号"),
        (changed(rows_B20000="x"), "goes on below row"),
    ],
)
def test_what_is_not_the_sheet_is_refused_with_the_way_out(data: bytes, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        ExcelWorkbooks().read_sheet(data)
    assert words in caught.value.message.format(**caught.value.params)
    assert (caught.value.field, bool(caught.value.way_out)) == ("body", True)


def test_columns_stand_where_the_reader_looks() -> None:
    sheet = load_workbook(BytesIO(BLANK))[ROWS]
    titles = [sheet.cell(HEADER_ROW, place).value for place in range(2, len(COLUMNS) + 2)]
    assert [str(title).removesuffix(" *") for title in titles] == [column.title for column in COLUMNS]
