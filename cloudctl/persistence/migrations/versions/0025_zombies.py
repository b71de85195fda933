"""Verdicts, the scans and policies that they come from, declared purposes, and exemptions.

Verdicts, scans, policy texts and purposes are only ever added: triggers refuse to change or to delete them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import indexes, may, must, refers

revision = "0025"
down_revision = "0024"

UUID, TEXT, TIME, YES, DAY = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Boolean(), sa.Date()
WHOLE = sa.Integer()
APPENDED = ("zombie_scans", "verdicts", "zombie_policies", "purposes")


def upgrade() -> None:
    op.create_table(
        "zombie_scans",
        must("id", UUID),
        may("department_id", UUID),
        must("day", DAY),
        must("policy", TEXT),
        must("policy_version", WHOLE),
        must("policy_digest", TEXT),
        must("systems", WHOLE),
        must("states", TEXT),
        must("changed", WHOLE),
        must("began_at", TIME),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_zombie_scans"),
        refers("zombie_scans", "department_id", "departments"),
    )
    indexes("zombie_scans", ("day",))
    op.create_table(
        "verdicts",
        must("id", UUID),
        must("system_id", UUID),
        must("department_id", UUID),
        must("scan_id", UUID),
        must("day", DAY),
        must("at", TIME),
        must("state", TEXT),
        may("before", TEXT),
        must("rule", TEXT),
        must("confidence", WHOLE),
        must("purpose", TEXT),
        must("cleared", YES),
        must("flagged", YES),
        may("exempt_until", DAY),
        must("signs", TEXT),
        must("judged", TEXT),
        must("digest", TEXT),
        must("policy", TEXT),
        must("policy_version", WHOLE),
        must("policy_digest", TEXT),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_verdicts"),
        refers("verdicts", "system_id", "systems"),
        refers("verdicts", "department_id", "departments"),
    )
    indexes("verdicts", ("system_id", "day", "id"), ("department_id", "id"), ("scan_id",))
    op.create_table(
        "zombie_policies",
        must("id", UUID),
        must("name", TEXT),
        must("version", WHOLE),
        must("digest", TEXT),
        must("body", TEXT),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_zombie_policies"),
        sa.UniqueConstraint("name", "version", name="uq_zombie_policies_name_version"),
    )
    op.create_table(
        "purposes",
        must("id", UUID),
        must("system_id", UUID),
        may("server_id", UUID),
        must("department_id", UUID),
        must("purpose", TEXT),
        must("reason", TEXT),
        must("suspected", YES),
        must("declared_by", UUID),
        may("for_account_id", UUID),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_purposes"),
        refers("purposes", "system_id", "systems"),
        refers("purposes", "server_id", "servers"),
        refers("purposes", "department_id", "departments"),
        refers("purposes", "declared_by", "accounts"),
    )
    indexes("purposes", ("system_id", "id"), ("department_id", "id"))
    _exemptions()
    _keep()


def _exemptions() -> None:
    op.create_table(
        "zombie_exemptions",
        must("id", UUID),
        must("system_id", UUID),
        must("department_id", UUID),
        must("reason", TEXT),
        must("ends_on", DAY),
        must("state", TEXT),
        may("renews_id", UUID),
        must("renewal", WHOLE),
        must("asked_by", UUID),
        may("asked_for", UUID),
        may("decided_by", UUID),
        may("decided_for", UUID),
        may("decided_at", TIME),
        may("ended_at", TIME),
        may("answer", TEXT),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_zombie_exemptions"),
        refers("zombie_exemptions", "system_id", "systems"),
        refers("zombie_exemptions", "department_id", "departments"),
        refers("zombie_exemptions", "renews_id", "zombie_exemptions"),
        refers("zombie_exemptions", "asked_by", "accounts"),
        refers("zombie_exemptions", "decided_by", "accounts"),
    )
    indexes("zombie_exemptions", ("system_id", "id"), ("department_id", "id"), ("state",))


def _keep() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPENDED:
            for act in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    for table in APPENDED:  # the function is of 0022
        for act, scope in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} FOR EACH {scope} "
                "EXECUTE FUNCTION appended_refuse()"
            )


def downgrade() -> None:
    """Not offered: what was put on record stays."""
