"""Lists of orders that people keep: a text file, CSV or XLSX.

A text file has one number or id a line. CSV and XLSX have a heading: `order` (or `number`, `id`), and where a row has
words of its own `reason`, `missing`, `defects` and `new_defects` (several separated by semicolons). A defect is its
ground, the field of the form (`-` for none), and words: `field-wrong items[0].count 请核减台数`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from cloudctl.cli.defects import PARTS, defect
from cloudctl.cli.exits import Exit, Failure
from cloudctl.cli.words import _

NAMES = ("order", "number", "id")
_SEPARATORS = re.compile(r"[;；\n]")

Row = dict[str, Any]


def read_rows(path: str) -> Iterator[Row]:
    """The rows of a list; raises Failure for a file that cannot be read or names no order in a row."""
    file = Path(path)
    lines = _sheet(file) if file.suffix.lower() == ".xlsx" else _lines(file)
    if file.suffix.lower() not in {".csv", ".xlsx"}:
        yield from ({"order": line[0].strip()} for line in lines if line and line[0].strip()[:1] not in ("", "#"))
        return
    heading = [name.strip().lower() for name in next(lines, [])]
    named = next((name for name in NAMES if name in heading), None)
    if named is None:
        raise Failure(
            _("{file} has no column `order`, `number` or `id` in its first line.").format(file=file), Exit.USAGE
        )
    for position, line in enumerate(lines, start=2):
        cells = {name: cell.strip() for name, cell in zip(heading, line, strict=False)}
        if not any(cells.values()):
            continue
        if not cells.get(named):
            raise Failure(_("{file}, line {line}: no order is named.").format(file=file, line=position), Exit.USAGE)
        defects = [
            _defect(entry, file, position, new=new)
            for name, new in (("defects", None), ("new_defects", True))
            for entry in _several(cells, name)
        ]
        words = {"reason": cells.get("reason"), "missing": _several(cells, "missing"), "defects": defects}
        yield {"order": cells[named], **{name: value for name, value in words.items() if value}}


def _several(cells: dict[str, str], name: str) -> list[str]:
    return [entry.strip() for entry in _SEPARATORS.split(cells.get(name, "")) if entry.strip()]


def _defect(entry: str, file: Path, line: int, *, new: bool | None) -> Row:
    """A defect as the API takes it; raises Failure for one that is not made of three parts."""
    parts = entry.split(maxsplit=2)
    if len(parts) != len(PARTS):
        raise Failure(
            _("{file}, line {line}: {entry} is not a defect: GROUND FIELD WORDS, `-` for no field.").format(
                file=file, line=line, entry=entry
            ),
            Exit.USAGE,
        )
    return defect(*parts, new=new)


def _lines(file: Path) -> Iterator[list[str]]:
    """The lines of a text file in UTF-8, or in what a Chinese spreadsheet program writes."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    if file.suffix.lower() == ".csv":
        return iter(csv.reader(StringIO(text)))
    return iter([line] for line in text.splitlines())


def _sheet(file: Path) -> Iterator[list[str]]:
    """The lines of the first sheet of a workbook; a formula stands as the value it had when it was saved."""
    from openpyxl import load_workbook  # noqa: PLC0415 - only who has a workbook waits for it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise Failure(_("{file} cannot be read: {reason}").format(file=file, reason=error), Exit.USAGE) from None
    for line in book.worksheets[0].iter_rows(values_only=True):
        yield ["" if cell is None else str(cell) for cell in line]
