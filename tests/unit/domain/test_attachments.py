from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest

from cloudctl.domain.attachments import check_labels, kind_of
from cloudctl.domain.errors import Invalid


def zipped(*names: str) -> bytes:
    with BytesIO() as file:
        with ZipFile(file, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")
        return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7\n", "批复.PDF", "application/pdf"),
        (zipped("OFD.xml", "Doc_0/Document.xml"), "批复.ofd", "application/ofd"),
        (b"\x89PNG\r\n\x1a\n0", "章.png", "image/png"),
        (b"\xff\xd8\xff\xe0", "章.jpeg", "image/jpeg"),
        (b"II*\x00", "scan.tif", "image/tiff"),
        (b"MM\x00*", "scan.tiff", "image/tiff"),
    ],
)
def test_the_kind_is_read_from_the_bytes(content: bytes, name: str, kind: str) -> None:
    assert kind_of(content, name) == kind


@pytest.mark.parametrize(
    ("content", "name", "field"),
    [
        (b"MZ\x90\x00 a program", "批复.pdf", "file"),
        (b"<html>", "批复.pdf", "file"),
        (b"", "批复.pdf", "file"),
        (zipped("word/document.xml"), "批复.ofd", "file"),
        (b"PK\x03\x04 cut off", "批复.ofd", "file"),
        (b"%PDF-1.7\n", "批复.png", "name"),
        (b"\x89PNG\r\n\x1a\n0", "批复.pdf", "name"),
    ],
)
def test_what_is_not_what_it_says_is_refused(content: bytes, name: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        kind_of(content, name)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("name", "number", "stamp", "field"),
    [
        ("", "", "", "name"),
        ("../批复.pdf", "", "", "name"),
        ("a\x00.pdf", "", "", "name"),
        ("批" * 201, "", "", "name"),
        ("批复.pdf", "", "市发改委", "document_number"),
    ],
)
def test_labels_that_are_refused(name: str, number: str, stamp: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_labels(name, number, stamp)
    assert refusal.value.field == field
    check_labels("批复.pdf", "青发改〔2026〕12号", "市发改委")
