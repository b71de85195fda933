"""The platform's certificate authorities, and what they signed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from cloudctl.domain.authorities import AuthorityKind, Certificate, CertificateAuthority
from cloudctl.persistence.repositories.records import Appended, Records
from cloudctl.persistence.tables import authorities, certificates


class AuthorityRecords(Records[CertificateAuthority]):
    """Certificate authorities."""

    noun, what = CertificateAuthority, "authority"

    def of_kind(self, kind: AuthorityKind) -> Sequence[CertificateAuthority]:
        mine = select(CertificateAuthority).where(authorities.c.kind == kind)
        return self._all(mine.order_by(authorities.c.number.desc()))

    def under_other_keys(self, key_id: str) -> Sequence[CertificateAuthority]:
        return self._all(select(CertificateAuthority).where(authorities.c.key_id != key_id))


class CertificateRecords(Appended[Certificate]):
    """What was signed."""

    noun, what, table = Certificate, "certificate", certificates

    def of_subject(self, subject_id: UUID) -> Sequence[Certificate]:
        mine = select(certificates).where(certificates.c.subject_id == subject_id)
        return self._all(mine.order_by(certificates.c.id))
