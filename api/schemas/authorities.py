"""Certificate authorities, by their public part."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.schemas.fields import Out
from cloudctl.domain.authorities import AuthorityKind


class AuthorityOut(Out, frozen=True, kw_only=True):
    """An authority; it is trusted from its making, and signs from `signs_from` until another one does."""

    id: UUID
    kind: AuthorityKind
    number: int
    public: str
    key_id: str
    signs_from: datetime
    trusted_until: datetime | None
    ends_at: datetime | None
    created_at: datetime
    version: int


class TrustedOut(Out, frozen=True, kw_only=True):
    """What is to be trusted: lines for TrustedUserCAKeys of sshd, or certificates in PEM."""

    trusted: str
