"""Attachments (附件) of an order: scans and documents, with their number (文号) and whose stamp (公章) they bear.

What a file is, is read from its own first bytes; its name only has to agree.

>>> kind_of(b"%PDF-1.7 ...", "批复.pdf")
'application/pdf'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import NamedTuple
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from cloudctl.domain.errors import Invalid
from cloudctl.domain.identifiers import new_id

LARGEST_BYTES = 20 * 1024 * 1024
MOST_OF_AN_ORDER = 50
LONGEST_NAME = 200


@dataclass(kw_only=True, eq=False)
class Attachment:
    """A file handed in with an order. `digest` is its SHA-256, under which the file store keeps it."""

    id: UUID = field(default_factory=new_id)
    order_id: UUID
    department_id: UUID
    name: str
    media_type: str
    size_bytes: int
    digest: str
    document_number: str = ""
    stamped_by: str = ""
    added_by: UUID
    created_at: datetime


class FileKind(NamedTuple):
    """A kind of file: what it begins with, and the endings that its name may have."""

    media_type: str
    begins: tuple[bytes, ...]
    endings: tuple[str, ...]


KINDS = (
    FileKind("application/pdf", (b"%PDF-",), (".pdf",)),
    FileKind("application/ofd", (b"PK\x03\x04",), (".ofd",)),
    FileKind("image/png", (b"\x89PNG\r\n\x1a\n",), (".png",)),
    FileKind("image/jpeg", (b"\xff\xd8\xff",), (".jpg", ".jpeg")),
    FileKind("image/tiff", (b"II*\x00", b"MM\x00*"), (".tif", ".tiff")),
)


def kind_of(content: bytes, name: str) -> str:
    """The media type of a file; raises Invalid for another kind, or for a name that says something else."""
    kind = next((kind for kind in KINDS if content.startswith(kind.begins)), None)
    if kind is None or (kind.media_type == "application/ofd" and not _is_ofd(content)):
        raise Invalid(
            "{name} is none of the kinds that are taken.",
            field="file",
            way_out="Hand in PDF, OFD, PNG, JPEG or TIFF.",
            name=name,
        )
    if not name.lower().endswith(kind.endings):
        raise Invalid(
            "{name} is named otherwise than what it is: {media_type}.",
            field="name",
            way_out="Give the file the ending {endings}, or hand in the right file.",
            name=name,
            media_type=kind.media_type,
            endings=", ".join(kind.endings),
        )
    return kind.media_type


def check_labels(name: str, document_number: str, stamped_by: str) -> None:
    """Raises Invalid for a name that is none, and for a stamp without a document number."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or "/" in name or "\\" in name:
        raise Invalid(
            "A file needs a plain name of at most {most} characters.",
            field="name",
            way_out="Give the name without folders.",
            most=LONGEST_NAME,
        )
    if stamped_by and not document_number:
        raise Invalid(
            "A stamped document has a number.",
            field="document_number",
            way_out="Give the document number (文号) that stands on it, or leave the stamp out.",
        )


def _is_ofd(content: bytes) -> bool:
    """OFD (GB/T 33190) is a zip with OFD.xml at its root; only the directory is read, nothing is unpacked."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            return "OFD.xml" in archive.namelist()
    except BadZipFile:
        return False
