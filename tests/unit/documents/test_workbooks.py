"""The form as a file: what is written, what comes back, and how faults are marked in it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from cloudctl.documents.workbooks import ExcelWorkbooks
from cloudctl.domain import forms
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import COLUMNS, COVER, COVER_CELLS, FIRST_ROW, HELP, ITEMS, LETTERS, LISTS, Blank, Entry
from cloudctl.ports.workbooks import Note
from tests.filled_forms import Change, edited, marks, parts_of, saved, zipped

BOOKS = ExcelWorkbooks()
CATALOGUE = {
    "systems": [Entry("oa", "oa 办公"), Entry("=sys", "=sys 公式")],
    "zones": [Entry("extranet", "extranet 政务外网区")],
    "specifications": [Entry("s2", "s2 2C4G")],
    "images": [],
    "volume_types": [Entry("standard", "standard 标准")],
    **forms.FIXED_LISTS,
}


def form(**changes: Any) -> Blank:
    given: dict[str, Any] = {
        "department": Entry("fgw", "fgw 发展改革委"), "lists": CATALOGUE, "mlps_levels": {"oa": 2, "=sys": 3},
        "day": "2026-11-21",
    }  # fmt: skip
    return Blank(**given | changes)


def book_of(data: bytes) -> Workbook:
    return load_workbook(BytesIO(data))


def test_it_has_a_cover_a_list_a_help_and_the_hidden_lists() -> None:
    book = book_of(BOOKS.write(form()))
    assert book.sheetnames == [COVER, ITEMS, HELP, LISTS]
    assert book[LISTS].sheet_state == "veryHidden"
    assert [cell.value for cell in book[LISTS][1]][1:4] == [forms.VERSION, forms.digest_of(CATALOGUE), "fgw"]
    for sheet in (COVER, ITEMS, HELP):
        assert (book[sheet].page_setup.paperSize, book[sheet].page_setup.fitToWidth) == (9, 1)
    assert (book[ITEMS].freeze_panes, book[ITEMS].print_title_rows) == ("D4", "$3:$3")
    measured = {"count", "disks", "size_gib", "term_months"}
    assert all("（" in column.title for column in COLUMNS if column.key in measured)


def test_each_drop_down_offers_the_whole_list_over_all_rows() -> None:
    book = book_of(BOOKS.write(form()))
    rules = {str(rule.sqref): rule for rule in book[ITEMS].data_validations.dataValidation}
    for column in COLUMNS:
        rule = rules[f"{LETTERS[column.key]}{FIRST_ROW}:{LETTERS[column.key]}{FIRST_ROW + forms.MOST_ROWS - 1}"]
        assert rule.prompt == column.hint
        if column.options:
            _, where = next(iter(book.defined_names[rule.formula1].destinations))
            offered = [cell.value for (cell,) in book[LISTS][where] if cell.value]
            assert offered == [entry.label for entry in CATALOGUE[column.options]]
    assert {rule.formula1 for rule in book[COVER].data_validations.dataValidation if rule.type == "list"} == {
        f"list_{field.options}" for field in forms.COVER_FIELDS if field.options
    }


def test_the_mlps_level_follows_the_system() -> None:
    assert "list_mlps" in book_of(BOOKS.write(form()))[COVER][forms.MLPS_CELL].value


def test_what_is_filled_in_comes_back() -> None:
    cover = {"system": "oa 办公", "title": "扩容", "bandwidth_mbps": 50}
    rows = [{"kind": "网段", "name": "a", "term_months": 12}, {}, {"kind": "云主机", "count": 2}]
    back = BOOKS.read(BOOKS.write(form(cover=cover, rows=rows)))
    assert (back.version, back.digest, back.faults) == (forms.VERSION, forms.digest_of(CATALOGUE), [])
    assert {key: value for key, value in back.cover.items() if value is not None} == {
        "department": "fgw 发展改革委", **cover,
    }  # fmt: skip
    assert [(row, {k: v for k, v in values.items() if v is not None}) for row, values in back.rows] == [
        (FIRST_ROW, rows[0]), (FIRST_ROW + 2, rows[2]),
    ]  # fmt: skip


def test_no_text_becomes_a_formula() -> None:
    data = BOOKS.write(form(cover={"title": "=1+1", "purpose": "a\x07b"}))
    assert BOOKS.read(data).faults == []
    assert book_of(data)[COVER][COVER_CELLS["purpose"]].value == "ab"
    assert not [cell for row in book_of(data)[LISTS].iter_rows() for cell in row if cell.data_type == "f"]


def removed(name: str) -> Change:
    return lambda book: book.__delitem__(name)


def put(sheet: str, cell: str, value: Any) -> Change:
    return lambda book: book[sheet].__setitem__(cell, value)


NO_FORM: dict[str, tuple[Change, str]] = {
    "no lists": (removed(LISTS), "not the application form"),
    "no mark": (put(LISTS, "A1", "x"), "not the application form"),
    "an older form": (put(LISTS, "B1", 0), "version 0; the present one is 1"),
    "a version that is none": (put(LISTS, "B1", "x" * 500), "version x"),
    "no cover": (removed(COVER), f"no sheet {COVER}"),
    "a renamed list": (lambda book: book[ITEMS].__setattr__("title", "清单"), f"no sheet {ITEMS}"),
    "too many rows": (put(ITEMS, f"C{FIRST_ROW + forms.MOST_ROWS}", "x"), "at most 10000 rows"),
    "merged all over": (
        lambda book: [book[ITEMS].merge_cells(f"C{row}:D{row}") for row in range(10, 70)], "full of merged cells",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_FORM)
def test_what_is_not_the_form_is_refused(name: str) -> None:
    change, told = NO_FORM[name]
    with pytest.raises(Invalid) as refused:
        BOOKS.read(edited(BOOKS.write(form()), change))
    assert told in str(refused.value)
    assert refused.value.way_out


def test_the_last_row_that_a_form_may_have_is_read() -> None:
    last = FIRST_ROW + forms.MOST_ROWS - 1
    (row,) = BOOKS.read(edited(BOOKS.write(form()), put(ITEMS, f"C{last}", "x"))).rows
    assert row[0] == last


def test_a_workbook_that_the_library_trips_over_is_damaged() -> None:
    parts = parts_of(BOOKS.write(form()))
    with pytest.raises(Invalid, match="damaged"):
        BOOKS.read(zipped(parts | {"xl/workbook.xml": b"<workbook"}))


def test_another_workbook_is_not_the_form() -> None:
    with pytest.raises(Invalid, match="not the application form"):
        BOOKS.read(saved(Workbook()))


FAULTS: dict[str, tuple[Change, list[str]]] = {
    "a formula": (put(ITEMS, "D4", "=1+1"), ["资源清单!D4"]),
    "a formula on the cover": (put(COVER, "B5", "=NOW()"), ["申请表!B5"]),
    "an error value": (put(ITEMS, "E4", "#N/A"), ["资源清单!E4"]),
    "merged cells": (lambda book: book[ITEMS].merge_cells("A6:C8"), ["资源清单!B6"]),
    "cells merged into the header": (lambda book: book[ITEMS].merge_cells("C3:C5"), ["资源清单!C4"]),
    "merged cells on the cover": (lambda book: book[COVER].merge_cells("A3:B3"), ["申请表!B3"]),
    "merged cells beside the data": (lambda book: book[ITEMS].merge_cells("S3:T9"), []),
    "a moved column": (put(ITEMS, "C3", "主机名"), ["资源清单!C3"]),
    "a header without its star": (put(ITEMS, "B3", "资源类型"), []),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_plain_value_is_a_fault_in_its_cell(name: str) -> None:
    change, expected = FAULTS[name]
    data = edited(BOOKS.write(form()), change)
    back = BOOKS.read(data)
    assert [fault.place for fault in back.faults] == expected
    assert set(expected) <= back.spoilt
    if expected:
        notes = [Note(fault.sheet, fault.cell, fault.message, fault.way_out or "") for fault in back.faults]
        assert list(marks(BOOKS.mark(data, notes))) == expected


def test_marks_are_gone_at_the_next_time_and_the_form_stays_usable() -> None:
    data = BOOKS.write(form(rows=[{"kind": "网段", "name": "=a"}]))
    once = BOOKS.mark(data, [Note(ITEMS, "C4", "=wrong", "mend"), Note(ITEMS, "C4", "and this", "")])
    assert marks(once) == {"资源清单!C4": "=wrong\nmend\nand this"}
    assert book_of(once).sheetnames[0] == forms.FAULTS
    assert BOOKS.read(once).rows == BOOKS.read(data).rows
    twice = BOOKS.mark(once, [Note(COVER, "B5", "now here", "")])
    assert marks(twice) == {"申请表!B5": "now here"}
    rules = book_of(twice)[ITEMS].data_validations.dataValidation
    assert len(rules) == len(COLUMNS)
    assert book_of(twice).sheetnames.count(forms.FAULTS) == 1
