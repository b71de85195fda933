"""A look into a workbook before it is opened: is it one, and is it safe to open.

    inspect(data)    # raises Invalid; no part is parsed before

An .xlsx file is a zip of XML parts. Its directory says how large each part becomes, and unpacking stops there, so the
sizes are judged before anything is unpacked: a bomb costs the time of reading its directory.
"""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from cloudctl.domain.errors import Invalid

MOST_PARTS = 200
MIB = 1024 * 1024
MOST_RATIO = 200
RATIO_MATTERS_FROM = 1024 * 1024
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of the old formats begin, and workbooks behind a password."""
NEEDED = frozenset({"[Content_Types].xml", "xl/workbook.xml"})

_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FETCH = "Fetch the form anew, fill it in and save it as .xlsx."


class Bounds(NamedTuple):
    """How large a workbook may become: what its parts unpack to, and its cells."""

    most_bytes: int
    most_cells: int


FORM = Bounds(24 * MIB, 400_000)
REGISTER = Bounds(128 * MIB, 1_000_000)
"""10,000 rows of the widest sheet, with room for what office programs write around them."""


def inspect(data: bytes, bounds: Bounds = FORM) -> None:
    """Raises Invalid for what is no workbook, is locked, carries macros, or would be too large when unpacked."""
    if data.startswith(COMPOUND):
        raise _locked_or_old(data)
    try:
        with ZipFile(BytesIO(data)) as archive:
            _judge(archive.infolist(), bounds)
            cells = sum(_look_into(archive.read(part)) for part in archive.infolist() if part.filename.endswith("xml"))
    except (BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError):
        raise Invalid("This is no .xlsx workbook, or it is damaged.", field="body", way_out=_FETCH) from None
    if cells > bounds.most_cells:
        raise Invalid(
            "The workbook has more than {most} cells.", field="body", way_out="Hand it in in several forms.",
            most=bounds.most_cells,
        )  # fmt: skip


def _judge(parts: list[ZipInfo], bounds: Bounds) -> None:
    """What the directory says of the parts."""
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > bounds.most_bytes or any(map(_bomb, parts)):
        raise Invalid(
            "The workbook would unpack to more than {most_mib} MiB, or is packed too tight; it was not opened.",
            field="body",
            way_out=_FETCH,
            most_mib=bounds.most_bytes // MIB,
        )
    if not names >= NEEDED:
        raise Invalid("This is no .xlsx workbook, or it is damaged.", field="body", way_out=_FETCH)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Invalid("The workbook carries macros.", field="body", way_out="Save it as .xlsx, without macros.")


def _bomb(part: ZipInfo) -> bool:
    return part.file_size > RATIO_MATTERS_FROM and part.file_size > MOST_RATIO * max(part.compress_size, 1)


def _look_into(xml: bytes) -> int:
    """How many cells a part has; raises Invalid for declarations, which no workbook needs and attacks do."""
    if _DECLARATION.search(xml):
        raise Invalid("The workbook holds XML declarations that no form has.", field="body", way_out=_FETCH)
    return len(_CELL.findall(xml))


def _locked_or_old(data: bytes) -> Invalid:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return Invalid(
            "The workbook is protected by a password.", field="body", way_out="Save it without a password and send it."
        )
    return Invalid("This is an old .xls workbook.", field="body", way_out="Save it as .xlsx and send that.")
