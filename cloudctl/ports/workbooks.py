"""Workbooks (.xlsx): the application form and sheets of rows, written, read back, given back with faults marked.

Behind it stands the one library that knows the format; nobody else sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cloudctl.domain.forms import Blank, Filled
from cloudctl.domain.sheets import Handed, Sheet, SheetForm


class Note(NamedTuple):
    """What people are told about one cell, in their language."""

    sheet: str
    cell: str
    reason: str
    way_out: str


class Column(NamedTuple):
    """A column of a leaf: its head, its width in characters, and how numbers in it are shown."""

    title: str
    width: int
    shown: str = "General"


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over the first `rows` of a leaf (None: all). Columns are named by their place from 0."""

    title: str
    names: int
    values: tuple[int, ...]
    shown: str = "General"
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sheet to be read: a title, words below it, rows under their heads, and a chart beside them.

    A cell is a text or a number; a tuple is a number with how it is shown, where that differs from row to row.
    """

    name: str
    title: str
    said: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[str | float | tuple[float, str] | None]]
    chart: Chart | None = None


class Workbooks(Protocol):
    """The application form, and sheets of rows, as files."""

    def write(self, form: Blank) -> bytes:
        """The form to be filled in."""
        ...

    def read(self, data: bytes) -> Filled:
        """What was filled in; raises Invalid for a file that is no such form, or one that is not safe to open."""
        ...

    def mark(self, data: bytes, notes: Sequence[Note]) -> bytes:
        """The same file, each noted cell coloured and commented, and a sheet that lists all notes.

        Marks of an earlier time are gone. Raises Invalid as `read` does.
        """
        ...

    def write_sheet(self, sheet: Sheet, form: SheetForm, notes: Sequence[Note] = ()) -> bytes:
        """A sheet of rows, empty or filled; noted cells are marked, and a first sheet lists all notes."""
        ...

    def write_leaves(self, title: str, leaves: Sequence[Leaf]) -> bytes:
        """Leaves with their charts, to be read and printed."""
        ...

    def read_sheet(self, sheet: Sheet, data: bytes) -> Handed:
        """The rows of a sheet that was handed in; raises Invalid as `read` does."""
        ...
