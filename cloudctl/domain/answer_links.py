"""Signed links (签名链接): with one an owner answers a notice without logging in.

A link is for one case and one person, works until the answer is owed, and once. Its token is the link's sealed id: it
is made when the notice is sent and kept nowhere. Reading it changes nothing, so a mail scanner that opens it does no
harm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cloudctl.domain.identifiers import new_id

PURPOSE = b"answer:"
PARAM = "answer_link"
"""The notices' parameter that names a link by its id; the sender puts the address in its place."""


@dataclass(kw_only=True, eq=False)
class AnswerLink:
    """One link: `account_id` is who answers with it, for the department that owes the answer."""

    id: UUID = field(default_factory=new_id)
    clearing_id: UUID
    department_id: UUID
    account_id: UUID
    expires_at: datetime
    used_at: datetime | None = None
    created_at: datetime
    version: int = 1

    def usable(self, now: datetime) -> bool:
        """Neither used nor past its end."""
        return self.used_at is None and now < self.expires_at
