"""Workbooks (.xlsx): the application form written, read back, and given back with its faults marked.

Behind it stands the one library that knows the format; nobody else sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from cloudctl.domain.adoption_sheets import Handed, SheetForm
from cloudctl.domain.forms import Blank, Filled


class Note(NamedTuple):
    """What people are told about one cell, in their language."""

    sheet: str
    cell: str
    reason: str
    way_out: str


class Workbooks(Protocol):
    """The application form as a file."""

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

    def write_sheet(self, form: SheetForm) -> bytes:
        """The sheet of an adoption, empty or with rows that are given back."""
        ...

    def read_sheet(self, data: bytes) -> Handed:
        """The rows of a sheet that was handed in; raises Invalid as `read` does."""
        ...
