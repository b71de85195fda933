"""Backups of what is cleared."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must, refers

revision = "0027"
down_revision = "0026"

UUID, TEXT, TIME, BIG, DAY, WHOLE = (
    sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.BigInteger(), sa.Date(), sa.Integer(),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "backups",
        must("id", UUID),
        must("clearing_id", UUID),
        must("system_id", UUID),
        must("department_id", UUID),
        must("state", TEXT),
        must("keep_days", WHOLE),
        may("manifest", TEXT),
        may("size_bytes", BIG),
        may("taken_at", TIME),
        may("tested_at", TIME),
        may("keep_until", DAY),
        may("purged_at", TIME),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_backups"),
        sa.UniqueConstraint("clearing_id", name="uq_backups_clearing_id"),
        refers("backups", "clearing_id", "clearings"),
        refers("backups", "system_id", "systems"),
        refers("backups", "department_id", "departments"),
    )
    op.create_index("ix_backups_state_keep_until", "backups", ["state", "keep_until"])
    op.create_index("ix_backups_manifest", "backups", ["manifest"])
    op.create_table(
        "backup_objects",
        must("id", UUID),
        must("backup_id", UUID),
        must("resource_id", UUID),
        must("kind", TEXT),
        must("server_id", UUID),
        must("name", TEXT),
        must("cloud", TEXT),
        must("disk_gib", WHOLE),
        must("vcpu", WHOLE),
        must("memory_mib", WHOLE),
        may("format", TEXT),
        may("size_bytes", BIG),
        may("digest", TEXT),
        may("taken_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_backup_objects"),
        sa.UniqueConstraint("backup_id", "resource_id", name="uq_backup_objects_backup_id_resource_id"),
        refers("backup_objects", "backup_id", "backups"),
    )
    op.create_index("ix_backup_objects_digest", "backup_objects", ["digest"])


def downgrade() -> None:
    op.drop_table("backup_objects")
    op.drop_table("backups")
