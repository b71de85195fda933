"""The platform's certificate authorities, and what they signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from cloudctl.domain.authorities import AuthorityKind, Certificate, CertificateAuthority
from cloudctl.ports.repositories.base import Repository


class Authorities(Repository[CertificateAuthority], Protocol):
    """The platform's certificate authorities."""

    def of_kind(self, kind: AuthorityKind) -> Sequence[CertificateAuthority]:
        """All of a kind, the newest first; it is the newest that signs."""
        ...

    def under_other_keys(self, key_id: str) -> Sequence[CertificateAuthority]:
        """Those whose key another master key sealed."""
        ...


class Certificates(Protocol):
    """What was signed; only ever added."""

    def add(self, certificate: Certificate) -> None: ...

    def of_subject(self, subject_id: UUID) -> Sequence[Certificate]:
        """Those of a run, a grant or an application, oldest first."""
        ...
