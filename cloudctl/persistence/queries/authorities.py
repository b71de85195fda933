"""The lists of certificate authorities and of what they signed."""

from __future__ import annotations

from sqlalchemy import Text, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import authorities, certificates
from cloudctl.ports.queries.rows import AuthorityRow, CertificateRow

AUTHORITIES = Listed(row=AuthorityRow, table=authorities, others={"kind": type_coerce(authorities.c.kind, Text)})
CERTIFICATES = Listed(
    row=CertificateRow,
    table=certificates,
    others={
        "kind": type_coerce(certificates.c.kind, Text),
        "purpose": type_coerce(certificates.c.purpose, Text),
    },
)
