"""Files that are no form, or not safe to open, are refused before a part of them is parsed."""

from __future__ import annotations

import tracemalloc
import zipfile
from io import BytesIO

import pytest

from cloudctl.documents import archives
from cloudctl.documents.archives import inspect
from cloudctl.domain.errors import Invalid
from tests.filled_forms import zipped

PARTS = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"<c/>"}
MIB = 1024 * 1024
ENTITIES = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>'


def damaged(data: bytes) -> bytes:
    return data.replace(b"<workbook/>", b"<wrokbook/>")


def encrypted_parts(data: bytes) -> bytes:
    """Every part flagged as encrypted, in its header and in the directory."""
    return data.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    )


FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "no .xlsx"),
    "a PDF": (b"%PDF-1.7\n", "no .xlsx"),
    "half a file": (zipped(PARTS)[:100], "no .xlsx"),
    "another archive": (zipped({"readme.txt": b"hello"}), "no .xlsx"),
    "a part that was changed": (damaged(zipped(PARTS, zipfile.ZIP_STORED)), "damaged"),
    "parts behind a password": (encrypted_parts(zipped(PARTS, zipfile.ZIP_STORED)), "damaged"),
    "a bomb in one part": (zipped(PARTS | {"xl/sharedStrings.xml": b" " * (8 * MIB)}), "too tight"),
    "a bomb in many parts": (zipped(PARTS | {f"xl/{n}.xml": b"ab" * (MIB // 2 - n) for n in range(30)}), "24 MiB"),
    "too many parts": (zipped(PARTS | {f"xl/{n}.xml": b"" for n in range(300)}), "24 MiB"),
    "too many cells": (zipped(PARTS | {"xl/x.xml": b"<x:c r='A1'/>" * 400_001}, zipfile.ZIP_STORED), "400000 cells"),
    "an old workbook": (archives.COMPOUND + b"Workbook", "old .xls"),
    "a workbook behind a password": (archives.COMPOUND + "EncryptedPackage".encode("utf-16-le"), "password"),
    "macros": (zipped(PARTS | {"xl/vbaProject.bin": b"x"}), "macros"),
    "entities": (zipped(PARTS | {"xl/styles.xml": ENTITIES}), "declarations"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_safe_workbook_is_refused(name: str) -> None:
    data, told = FILES[name]
    with pytest.raises(Invalid) as refused:
        inspect(data)
    assert told in str(refused.value)
    assert refused.value.way_out


def test_a_workbook_passes() -> None:
    inspect(zipped(PARTS))


def test_a_bomb_is_not_unpacked() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        with archive.open("xl/bomb.xml", "w") as part:
            for _ in range(100):
                part.write(bytes(MIB))
    data = out.getvalue()
    assert len(data) < MIB
    tracemalloc.start()
    with pytest.raises(Invalid, match="too tight"):
        inspect(data)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * MIB


def test_a_directory_that_lies_about_sizes_gains_nothing() -> None:
    bomb = bytes(8 * MIB)
    data = zipped(PARTS | {"xl/bomb.xml": bomb})
    lying = data.replace(len(bomb).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    with pytest.raises(Invalid, match="damaged"):
        inspect(lying)
