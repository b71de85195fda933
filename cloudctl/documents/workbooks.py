"""ports.workbooks.Workbooks with openpyxl."""

from __future__ import annotations

from collections.abc import Sequence

from cloudctl.documents import blanks, marking, reading, sheets
from cloudctl.documents.leaves import write as write_leaves
from cloudctl.domain.forms import Blank, Filled
from cloudctl.domain.sheets import Handed, Sheet, SheetForm
from cloudctl.ports.workbooks import Leaf, Note


class ExcelWorkbooks:
    """The form as an .xlsx file; holds nothing."""

    def write(self, form: Blank) -> bytes:
        """The form to be filled in."""
        return blanks.write(form)

    def read(self, data: bytes) -> Filled:
        """What was filled in; raises Invalid."""
        return reading.read(data)

    def mark(self, data: bytes, notes: Sequence[Note]) -> bytes:
        """The file with its faults marked; raises Invalid."""
        return marking.mark(data, notes)

    def write_sheet(self, sheet: Sheet, form: SheetForm, notes: Sequence[Note] = ()) -> bytes:
        """The sheet, with what it is filled with."""
        return sheets.write(sheet, form, notes)

    def write_leaves(self, title: str, leaves: Sequence[Leaf]) -> bytes:
        """The leaves with their charts."""
        return write_leaves(title, leaves)

    def read_sheet(self, sheet: Sheet, data: bytes) -> Handed:
        """The rows of a sheet; raises Invalid."""
        return sheets.read(sheet, data)
