"""Sealed secrets, access grants, certificate authorities and what they signed.

Certificates are only ever added: triggers refuse to change or to delete them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import indexes, may, must, refers

revision = "0031"
down_revision = "0030"

UUID, TEXT, TIME, BIG, DAY, WHOLE = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.BigInteger(), sa.Date(), sa.Integer()
BYTES = sa.LargeBinary()
APPENDED = ("certificates",)


def upgrade() -> None:
    op.create_table(
        "secrets",
        must("id", UUID),
        must("owner_kind", TEXT),
        must("owner_id", UUID),
        must("department_id", UUID),
        must("name", TEXT),
        must("sealed", BYTES),
        must("key_id", TEXT),
        must("generation", WHOLE),
        may("set_by", UUID),
        must("set_at", TIME),
        may("handed_at", TIME),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_secrets"),
        sa.UniqueConstraint("owner_id", "name", name="uq_secrets_owner_id_name"),
        refers("secrets", "department_id", "departments"),
        refers("secrets", "set_by", "accounts"),
    )
    indexes("secrets", ("department_id", "id"), ("key_id",))
    op.create_table(
        "authorities",
        must("id", UUID),
        must("kind", TEXT),
        must("number", WHOLE),
        must("public", TEXT),
        must("sealed", BYTES),
        must("key_id", TEXT),
        must("signs_from", TIME),
        may("trusted_until", TIME),
        may("ends_at", TIME),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_authorities"),
        sa.UniqueConstraint("kind", "number", name="uq_authorities_kind_number"),
    )
    op.create_table(
        "certificates",
        must("id", UUID),
        must("authority_id", UUID),
        must("kind", TEXT),
        must("serial", BIG),
        must("purpose", TEXT),
        must("subject_id", UUID),
        must("names", TEXT),
        must("source_addresses", TEXT),
        must("fingerprint", TEXT),
        must("starts_at", TIME),
        must("ends_at", TIME),
        may("issued_by", UUID),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.UniqueConstraint("serial", name="uq_certificates_serial"),
        refers("certificates", "authority_id", "authorities"),
        refers("certificates", "issued_by", "accounts"),
    )
    indexes("certificates", ("subject_id", "id"), ("ends_at",))
    op.create_table(
        "access_grants",
        must("id", UUID),
        must("system_id", UUID),
        must("department_id", UUID),
        may("holder_id", UUID),
        must("holder", TEXT),
        may("organisation", TEXT),
        may("contract_number", TEXT),
        may("contract_ends_on", DAY),
        may("public_key", TEXT),
        must("level", TEXT),
        must("servers", TEXT),
        must("networks", TEXT),
        must("ends_on", DAY),
        must("reason", TEXT),
        must("state", TEXT),
        must("asked_by", UUID),
        may("asked_for", UUID),
        may("decided_by", UUID),
        may("decided_for", UUID),
        may("decided_at", TIME),
        may("answer", TEXT),
        may("ended_at", TIME),
        may("ended_because", TEXT),
        may("signed_at", TIME),
        must("signed", WHOLE),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_access_grants"),
        refers("access_grants", "system_id", "systems"),
        refers("access_grants", "department_id", "departments"),
        refers("access_grants", "holder_id", "accounts"),
        refers("access_grants", "asked_by", "accounts"),
        refers("access_grants", "decided_by", "accounts"),
    )
    indexes("access_grants", ("department_id", "id"), ("system_id", "id"), ("holder_id",), ("state",))
    _keep()


def _keep() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPENDED:
            for act in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    for table in APPENDED:
        for act, scope in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} FOR EACH {scope} "
                "EXECUTE FUNCTION appended_refuse()"
            )
