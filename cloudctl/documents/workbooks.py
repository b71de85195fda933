"""ports.workbooks.Workbooks with openpyxl."""

from __future__ import annotations

from collections.abc import Sequence

from cloudctl.documents import adoption_sheets, blanks, marking, reading
from cloudctl.domain.adoption_sheets import Handed, SheetForm
from cloudctl.domain.forms import Blank, Filled
from cloudctl.ports.workbooks import Note


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

    def write_sheet(self, form: SheetForm) -> bytes:
        """The sheet of an adoption."""
        return adoption_sheets.write(form)

    def read_sheet(self, data: bytes) -> Handed:
        """The rows of a sheet; raises Invalid."""
        return adoption_sheets.read(data)
