"""Backups of applications and their test restores."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import indexes, may, must, refers

revision = "0034"
down_revision = "0033"

UUID, TEXT, TIME, WHOLE = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Integer()


def upgrade() -> None:
    op.create_table(
        "app_backups",
        must("id", UUID),
        must("app_id", UUID),
        must("department_id", UUID),
        may("act_id", UUID),
        must("snapshot", TEXT),
        must("release", TEXT),
        must("cause", TEXT),
        may("size_bytes", sa.BigInteger()),
        must("state", TEXT),
        must("taken_at", TIME),
        may("verified_at", TIME),
        may("keep_until", sa.Date()),
        must("reason", TEXT),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_app_backups"),
        refers("app_backups", "app_id", "apps"),
        refers("app_backups", "department_id", "departments"),
        refers("app_backups", "act_id", "app_acts"),
    )
    indexes("app_backups", ("app_id", "taken_at"), ("department_id", "id"), ("state", "keep_until"))
