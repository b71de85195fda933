"""The list of secrets: that they are there, never what they are."""

from __future__ import annotations

from sqlalchemy import Text, type_coerce

from cloudctl.persistence.queries.listing import Listed
from cloudctl.persistence.tables import secrets
from cloudctl.ports.queries.rows import SecretRow

SECRETS = Listed(
    row=SecretRow,
    table=secrets,
    scope=secrets.c.department_id,
    others={"owner_kind": type_coerce(secrets.c.owner_kind, Text)},
)
