"""Exports: a server's or a volume's disk given out by its cloud in bytes, and taken in again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ExportStatus(StrEnum):
    """A cloud's word for an export, reduced to what decisions need."""

    BUILDING = "building"
    READY = "ready"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What a cloud is asked to copy: the root disk of a `server`, or a `volume`; both are backend ids, one is given."""

    key: UUID
    tenant: str
    name: str
    server: str | None = None
    volume: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """Bytes that a server is to be built from; `format` is what the export said of them."""

    key: UUID
    tenant: str
    name: str
    size_bytes: int
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFact:
    """What a cloud reports. `format` is its word for how the bytes are to be read, such as raw, qcow2 or vmdk."""

    key: UUID
    backend_id: str
    status: ExportStatus
    format: str = "raw"
    size_bytes: int | None = None
    fault: str | None = None
