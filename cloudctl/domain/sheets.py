"""A sheet (表) of rows, each about one thing: what it is called, its columns, and how a row of it is read.

Its words are Chinese whoever reads it: it is the office's own form. A workbook has the sheet of rows, a help sheet and
a hidden one with the lists and the mark. Cells are read by `domain/cells.py`.

    line = read_line(SHEET, 7, {"cloud": "vc-1", "native_id": "..."}, spellings(lists))
    line.faults or line.values
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from cloudctl.domain import cells
from cloudctl.domain.cells import Spellings, Value
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import HEADER_ROW, HELP, LISTS, Field, Lists

FIRST_ROW = HEADER_ROW + 1
MOST_ROWS = 10_000
LAST_ROW = FIRST_ROW + MOST_ROWS - 1
FIRST_COLUMN = 2
"""Column A numbers the rows and is not read."""
NEVER = ("请勿合并单元格、插入公式、增删或移动列、修改表头。", "涉密系统及涉密信息不得填写在本表中。")

Content = Mapping[str, Value]
Spoilt = Mapping[tuple[int, str], Invalid | None]
"""Cells, by row and key, that hold no plain value: what is wrong there, None where another cell says it."""
NOTHING_SPOILT: Spoilt = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One kind of sheet. `mark` tells its files from others; `version` is raised when a column moves.

    Where rows are known again by `keys`, these alone are needed in every row, and the other required columns only in
    a row about something new.
    """

    mark: str
    title: str
    version: int
    columns: tuple[Field, ...]
    guide: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """The column of each key, as `AB`."""
        return {column.key: _letters(place) for place, column in enumerate(self.columns, start=FIRST_COLUMN)}

    @property
    def parts(self) -> tuple[str, str, str]:
        """The names of the workbook's own sheets: rows, help, lists."""
        return self.title, HELP, LISTS


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetForm:
    """What a sheet is filled with: its drop-downs, and rows as people see them; `more` are columns behind the last."""

    lists: Lists
    day: str
    rows: Sequence[Content] = ()
    more: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A sheet that came back: its rows that hold anything, by number, and the cells without a plain value."""

    rows: Sequence[tuple[int, Content]]
    spoilt: Spoilt = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row as it was read: its values, and everything that is wrong with it, by the keys of the columns."""

    row: int
    values: dict[str, object]
    faults: list[tuple[str, Invalid]] = field(default_factory=list)


def read_line(sheet: Sheet, row: int, content: Content, known: Spellings, spoilt: Spoilt = NOTHING_SPOILT) -> Line:
    """The values of a row under the keys of the columns; all that is wrong with it at once."""
    values: dict[str, object] = {}
    faults: list[tuple[str, Invalid]] = []
    for column in sheet.columns:
        key = column.key
        if spoilt and (row, key) in spoilt:
            error = spoilt[row, key]
            if error is not None:
                faults.append((key, error))
            continue
        value = content.get(key)
        if value is not None and not cells.empty(value):
            try:
                values[key] = column.read(value, known)
            except Invalid as error:
                faults.append((key, error))
        elif column.required and (not sheet.keys or key in sheet.keys):
            faults.append((key, missing()))
    return Line(row=row, values=values, faults=faults)


def missing() -> Invalid:
    """What is told of an empty cell that is needed."""
    return Invalid("This is required.", way_out="Fill the cell in.")


def _letters(place: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
