"""Official letters."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.schemas.fields import Out


class LetterOut(Out, frozen=True, kw_only=True):
    """A letter as it was issued; `title` and `content` by locale (zh_CN, en), `digest` is their SHA-256."""

    id: UUID
    number: str
    kind: str
    order_id: UUID
    department_id: UUID
    template: str
    title: dict[str, str]
    content: dict[str, str]
    issued_by: UUID | None
    issued_at: datetime
    digest: str
