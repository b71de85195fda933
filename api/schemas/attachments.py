"""Attachments of orders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.schemas.fields import Out


class AttachmentOut(Out, frozen=True, kw_only=True):
    """An attachment; `digest` is the SHA-256 of the file."""

    id: UUID
    order_id: UUID
    department_id: UUID
    name: str
    media_type: str
    size_bytes: int
    digest: str
    document_number: str
    stamped_by: str
    added_by: UUID
    created_at: datetime
