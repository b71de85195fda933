"""What is on record goes into a sheet and comes back as it was, whatever it is."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudctl.documents import sheets
from cloudctl.domain.forms import Entry, spellings
from cloudctl.domain.register import Kind, RegisterField, plain
from cloudctl.domain.register_sheets import CLEAR, SHEETS, WITHIN_ROOMS, WITHIN_SHEET, RegisterSheet
from cloudctl.domain.sheets import FIRST_ROW, SheetForm, read_line

CODES = ("fgw", "oa-1", "A01")
IDS = {code: UUID(int=number) for number, code in enumerate(CODES, start=1)}
LETTERS = st.characters(blacklist_categories=["Cs", "Cc", "Cn", "Cf", "Zl", "Zp"], blacklist_characters="\ufffe\uffff")
TEXT = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(lambda text: text not in ("", CLEAR))


def values(field: RegisterField) -> st.SearchStrategy[Any]:
    """What a field may have on record."""
    most = 2**40 if field.most is None else field.most
    match field.kind:
        case Kind.TEXT:
            return TEXT.filter(lambda text: "_x" not in text)
        case Kind.CODE | Kind.URL:
            return TEXT.map(plain).filter(lambda text: text not in ("", CLEAR) and "_x" not in text)
        case Kind.WHOLE:
            return st.integers(field.least, most)
        case Kind.FEN:
            return st.integers(0, 10**13)
        case Kind.FIGURE:
            return st.integers(0, 10**6).map(lambda tenths: tenths / 10)
        case Kind.DAY:
            return st.dates(date(1960, 1, 1), date(2100, 12, 31))
        case Kind.YES:
            return st.booleans()
        case Kind.WORD:
            return st.sampled_from([option.code for option in field.options])
        case Kind.LIST:
            return st.lists(st.sampled_from(["核心", "扩展", "10.1.1.1"]), unique=True, min_size=1)
    return st.sampled_from(CODES)


def records(form: RegisterSheet) -> st.SearchStrategy[dict[str, Any]]:
    needed = {field.name: values(field) for field in form.fields if field.name in form.key}
    rest = {field.name: st.none() | values(field) for field in form.fields if field.name not in form.key}
    return st.fixed_dictionaries({**needed, **rest})


@pytest.mark.parametrize("noun", SHEETS)
def test_a_round_trip_changes_nothing(noun: str) -> None:
    form = SHEETS[noun]
    lists = {**form.words, **{name: [Entry(code, f"{code} 名称") for code in CODES] for name in form.choices}}
    labels = {name: {code: f"{code} 名称" for code in CODES} for name in form.choices}
    labels[WITHIN_ROOMS] = {code: code for code in CODES}
    known = spellings(lists)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(records(form), min_size=1, max_size=4))
    def check(wanted: list[dict[str, Any]]) -> None:
        rows = [form.shown(record, labels) for record in wanted]
        handed = sheets.read(form.sheet, sheets.write(form.sheet, SheetForm(lists=lists, day="d", rows=rows)))
        assert [row for row, _ in handed.rows] == list(range(FIRST_ROW, FIRST_ROW + len(wanted)))
        for (row, content), record in zip(handed.rows, wanted, strict=True):
            line = read_line(form.sheet, row, content, known, handed.spoilt)
            assert not line.faults
            assert line.values == {name: value for name, value in record.items() if value is not None}

    check()


def test_the_titles_of_a_sheet_are_different_and_short_enough_for_a_prompt() -> None:
    for form in SHEETS.values():
        titles = [column.title for column in form.sheet.columns]
        assert len(set(titles)) == len(titles)
        assert max(map(len, titles)) <= 32
        assert {column.options for column in form.sheet.columns if column.options} <= {*form.words, *form.choices}


def test_what_may_stand_in_the_same_sheet_is_a_field() -> None:
    assert WITHIN_SHEET in {field.name for field in SHEETS["systems"].fields}
