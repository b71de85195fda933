"""ports.workbooks.Workbooks with openpyxl."""

from __future__ import annotations

from collections.abc import Sequence

from cloudctl.documents import blanks, marking, reading
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
