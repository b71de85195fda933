"""The cells of a workbook, straight from its XML: row after row, a fifth of what the library's objects cost.

    book = Book(data, bounds)                        # raises Invalid
    for row, cells in book.grid("信息系统").rows(): # {2: "spt", 3: Formula("A1+1")}
        ...

What is no plain value is told apart: formulas, error values, merged ranges. Dates are told from numbers by their
format and counted in the workbook's own system (1900 or 1904). The library's own rules for formats are used for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from io import BytesIO
from posixpath import join, normpath
from typing import IO, Any, NamedTuple
from zipfile import ZipFile

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_datetime
from openpyxl.utils.cell import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from cloudctl.documents.archives import FORM, Bounds, inspect
from cloudctl.domain.cells import Value

EAST_ASIAN_DATES = frozenset({*range(27, 32), 36, *range(50, 55), 57, 58})
"""Formats that the standard reserves for dates in the languages of East Asia."""
LATEST_SERIAL = 2_958_465  # 9999-12-31
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_WHOLE = re.compile(r"-?[0-9]{1,15}\Z")


class Formula(NamedTuple):
    """A cell that computes; `text` is without its equals sign, empty where another cell holds it."""

    text: str


class Error(NamedTuple):
    """A cell that holds an error such as #N/A."""

    text: str


Found = Value | Formula | Error


class Merged(NamedTuple):
    """A merged range: its first and last column and row, counted from 1."""

    name: str
    columns: range
    rows: range


class Damaged(ValueError):
    """The parts of the workbook do not fit together."""


class Book:
    """An opened workbook. Raises Invalid for what is none or is not safe to open, Damaged where parts are wrong."""

    def __init__(self, data: bytes, bounds: Bounds = FORM) -> None:
        inspect(data, bounds)
        self._archive = ZipFile(BytesIO(data))
        self._parts = frozenset(self._archive.namelist())
        relations = {
            relation.get("Id"): relation.get("Target") for relation in self._root("xl/_rels/workbook.xml.rels")
        }
        root = self._root("xl/workbook.xml")
        self._sheets = {
            sheet.get("name"): _part(relations.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION)))
            for sheet in root.iterfind("{*}sheets/{*}sheet")
        }
        properties = root.find("{*}workbookPr")
        from_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        self._epoch = MAC_EPOCH if from_1904 else WINDOWS_EPOCH

    @property
    def names(self) -> frozenset[str]:
        """Of its sheets."""
        return frozenset(self._sheets)

    def grid(self, name: str) -> Grid:
        """One sheet, to be read once."""
        part = self._sheets[name]
        if part not in self._parts:
            raise Damaged(part)
        return Grid(self._archive.open(part), self._strings, self._date_styles, self._epoch)

    @cached_property
    def _strings(self) -> list[str]:
        """The texts that cells refer to by number; a rich text without its looks, and without its readings."""
        if "xl/sharedStrings.xml" not in self._parts:
            return []
        with self._archive.open("xl/sharedStrings.xml") as part:
            return [_text(entry) for entry in _walk(part, "{*}si")]

    @cached_property
    def _date_styles(self) -> frozenset[str]:
        """The numbers of the styles that show a number as a date."""
        if "xl/styles.xml" not in self._parts:
            return frozenset()
        root = self._root("xl/styles.xml")
        custom = {
            int(entry.get("numFmtId")): entry.get("formatCode") or "" for entry in root.iterfind("{*}numFmts/{*}numFmt")
        }
        formats = [int(entry.get("numFmtId") or 0) for entry in root.iterfind("{*}cellXfs/{*}xf")]
        return frozenset(str(number) for number, code in enumerate(formats) if _is_date(code, custom))

    def _root(self, part: str) -> Any:
        if part not in self._parts:
            raise Damaged(part)
        return etree.fromstring(self._archive.read(part), _parser())


class Grid:
    """The cells of one sheet. `merged` is known when `rows` has come to its end."""

    def __init__(self, part: IO[bytes], strings: list[str], date_styles: frozenset[str], epoch: datetime) -> None:
        self._part = part
        self._strings = strings
        self._date_styles = date_styles
        self._epoch = epoch
        self.merged: list[Merged] = []

    def rows(self) -> Iterator[tuple[int, dict[int, Found]]]:
        """Every row that has cells with content, by its number; the cells by their columns, from 1."""
        last = 0
        for element in _walk(self._part, "{*}row", "{*}mergeCell"):
            if element.tag.endswith("mergeCell"):
                self.merged.append(_merged(element.get("ref") or ""))
                continue
            last = int(element.get("r") or last + 1)
            cells = self._cells(element)
            if cells:
                yield last, cells

    def _cells(self, row: Any) -> dict[int, Found]:
        found: dict[int, Found] = {}
        column = 0
        for cell in row:
            get = cell.get
            place = get("r")
            column = _column(place.rstrip("0123456789")) if place else column + 1
            if not len(cell):
                continue
            value = formula = None
            for part in cell:
                tag = part.tag
                if tag[-2:] == "}v":
                    value = part.text
                elif tag[-2:] == "}f":
                    formula = part
                elif tag[-3:] == "}is":
                    value = _text(part)
            if formula is not None:
                found[column] = Formula(formula.text or "")
            elif value is not None:
                kind = get("t")
                if kind is None or kind == "n":
                    found[column] = self._date(value) if get("s") in self._date_styles else _number(value)
                else:
                    found[column] = self._other(kind, value)
        return found

    def _other(self, kind: str, value: str) -> Found:
        match kind:
            case "s":
                place = int(value)
                if not 0 <= place < len(self._strings):
                    raise Damaged(value)
                return self._strings[place]
            case "b":
                return value.strip() == "1"
            case "e":
                return Error(value)
            case "d":
                return value.partition("T")[0]
        return value

    def _date(self, value: str) -> Found:
        number = _number(value)
        if isinstance(number, str) or not 1 <= number <= LATEST_SERIAL:
            return number
        return _day(number, self._epoch)


def _walk(part: IO[bytes], *tags: str) -> Iterator[Any]:
    """The elements of these names, one after the other; what has been seen is forgotten."""
    for _, element in etree.iterparse(part, tag=tags, resolve_entities=False, no_network=True, load_dtd=False):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _part(target: str | None) -> str:
    """Where a sheet lies in the archive."""
    if target is None:
        raise Damaged("workbook.xml")
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def _is_date(code: int, custom: Mapping[int, str]) -> bool:
    if code in custom:
        return is_datetime(custom[code]) in {"date", "datetime"}
    return code in EAST_ASIAN_DATES or is_datetime(BUILTIN_FORMATS.get(code)) in {"date", "datetime"}


def _text(entry: Any) -> str:
    """The words of a text, plain or rich."""
    if len(entry) == 1 and entry[0].tag.endswith("}t"):
        return entry[0].text or ""
    runs = [part if part.tag.endswith("}t") else part.find("{*}t") for part in entry if part.tag[-2:] in ("}t", "}r")]
    return "".join(run.text or "" for run in runs if run is not None)


def _number(value: str) -> int | float | str:
    if _WHOLE.match(value):
        return int(value)
    try:
        return float(value)
    except ValueError:
        return value


def _merged(name: str) -> Merged:
    first_column, first_row, last_column, last_row = range_boundaries(name)
    if first_column is None or first_row is None or last_column is None or last_row is None:
        raise Damaged(name)
    return Merged(name, range(first_column, last_column + 1), range(first_row, last_row + 1))


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    return column_index_from_string(letters)


@lru_cache(maxsize=8192)
def _day(number: float, epoch: datetime) -> Value:
    return from_excel(number, epoch)  # type: ignore[no-any-return]
