"""The sheet of an adoption (纳管清单): its columns, and how a row of it is read.

Its words are Chinese whoever reads it: it is the office's own form. One row is one server, or one volume that belongs
to none; a column behind the last one says, in a sheet of rejected rows, why.

    line = read_line(7, {"cloud": "vc-1", "native_id": "...", ...})
    line.faults or line.values
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cloudctl.domain import cells
from cloudctl.domain.adoptions import LONGEST_TERM_MONTHS
from cloudctl.domain.cells import Spellings, Value
from cloudctl.domain.errors import Invalid
from cloudctl.domain.forms import Field, Lists

VERSION = 1
"""Raised when a column moves: a sheet of another version is refused, and a new one has to be fetched."""
ROWS, HELP, LISTS = "纳管清单", "填写说明", "选项"
HEADER_ROW = 3
FIRST_ROW = HEADER_ROW + 1
MOST_ROWS = 10_000


def _code(value: Value, _: Spellings) -> str:
    """A code, or an entry of a drop-down, which begins with its code."""
    return str(cells.word(200)(value, {})).partition(" ")[0]


COLUMNS: tuple[Field, ...] = (
    Field("cloud", "云平台", _code, "从下拉列表中选择", options="clouds", required=True, width=20),
    Field("native_id", "云内编号", cells.word(200), "云平台自己的编号；与名称二选一，编号优先", width=40),
    Field("name", "名称", cells.text(200), "没有编号时填写，须与云平台中的名称一致", width=24),
    Field("folder", "目录或项目", cells.text(200), "同名的有多台时填写，例如：市直/发改委", width=24),
    Field("department", "所属单位", _code, "从下拉列表中选择", options="departments", required=True, width=24),
    Field("system", "所属系统", _code, "从下拉列表中选择", options="systems", required=True, width=24),
    Field("zone", "网络区域", _code, "云平台服务于多个区域时填写", options="zones", width=16),
    Field("term_months", "期限（月）", cells.whole(1, LONGEST_TERM_MONTHS), "自纳管之日起", required=True, width=11),
    Field("contact", "负责人及电话", cells.text(200), "例如：李某某 0532-12345678", required=True, width=26),
)
REASONS: tuple[tuple[str, str, int], ...] = (("reason", "退回原因", 48), ("way_out", "处理办法", 48))
"""What a sheet of rejected rows has behind the last column: key, title, width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetForm:
    """What a sheet is made of: its drop-downs, and rows that are filled in already, reasons included."""

    lists: Lists
    day: str
    rows: Sequence[Mapping[str, Value]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A sheet that came back: its rows that hold anything, by number; `spoilt` cells (row, key) have no plain value."""

    rows: Sequence[tuple[int, Mapping[str, Value]]]
    spoilt: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row as it was read; `faults` is everything that is wrong with it, by the titles of the columns."""

    row: int
    values: Mapping[str, object]
    written: Mapping[str, str]
    faults: Sequence[tuple[str, Invalid]] = field(default_factory=tuple)


def read_line(row: int, content: Mapping[str, Value], spoilt: frozenset[tuple[int, str]] = frozenset()) -> Line:
    """The values of a row under the keys of the columns; all that is wrong with it at once."""
    values: dict[str, object] = {}
    faults: list[tuple[str, Invalid]] = []
    for column in COLUMNS:
        value = content.get(column.key)
        try:
            if (row, column.key) in spoilt:
                raise Invalid("There is a formula in this cell.", way_out="Write the value itself.")  # noqa: TRY301
            if not cells.empty(value):
                values[column.key] = column.read(value, {})
            elif column.required:
                raise Invalid("This is required.", way_out="Fill the cell in.")  # noqa: TRY301
        except Invalid as error:
            faults.append((column.title, error))
    if not values.get("native_id") and not values.get("name") and not faults:
        faults.append(
            (COLUMNS[1].title, Invalid("The row names no object.", way_out="Give the cloud's id, or a name."))
        )
    written = {key: cells.written(value) for key, value in content.items() if not cells.empty(value)}
    return Line(row=row, values=values, written=written, faults=tuple(faults))
