"""The platform's own certificate authorities, and what they signed.

Revocation is shortness: a certificate for ssh lives hours, one for TLS days, and what is not to be is not signed again.
A new authority is trusted before it signs, and an old one for as long as what it signed lives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from cloudctl.domain.identifiers import new_id


class AuthorityKind(StrEnum):
    """What an authority signs."""

    SSH = "ssh"  # certificates of users; hosts trust its public key
    TLS = "tls"  # certificates of servers


class Purpose(StrEnum):
    """What a certificate was signed for."""

    RUN = "run"
    GRANT = "grant"
    APP = "app"


@dataclass(kw_only=True, eq=False)
class CertificateAuthority:
    """An authority: `public` is an OpenSSH line or a PEM certificate, `sealed` its private key.

    `number` counts those of a kind. It signs from `signs_from`, and is trusted from its making until `trusted_until`
    (None as long as no other took over): who is to trust it learns of it before it signs.
    """

    id: UUID = field(default_factory=new_id)
    kind: AuthorityKind
    number: int
    public: str
    sealed: bytes
    key_id: str
    signs_from: datetime
    trusted_until: datetime | None = None
    ends_at: datetime | None = None
    created_at: datetime
    version: int = 1

    @property
    def about(self) -> bytes:
        """What its key is sealed together with."""
        return f"authority/{self.kind}/{self.id}".encode()

    def trusted(self, now: datetime) -> bool:
        """Whether hosts and clients are to trust it."""
        return self.trusted_until is None or now < self.trusted_until


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What was signed, for whom, for how long; never a key. `subject_id` is the run, the grant or the application."""

    id: UUID = field(default_factory=new_id)
    authority_id: UUID
    kind: AuthorityKind
    serial: int
    purpose: Purpose
    subject_id: UUID
    names: tuple[str, ...]
    source_addresses: tuple[str, ...]
    fingerprint: str
    starts_at: datetime
    ends_at: datetime
    issued_by: UUID | None
    created_at: datetime


def serial_of(key: UUID) -> int:
    """The serial number of a certificate: 63 bits of its id, which no other has."""
    return (key.int >> 64 ^ key.int) & 0x7FFF_FFFF_FFFF_FFFF
