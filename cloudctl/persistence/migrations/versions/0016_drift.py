"""Findings of drift."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must

revision = "0016"
down_revision = "0015"

UUID, TEXT, TIME = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "drift_findings",
        must("id", UUID),
        must("cloud", TEXT),
        must("kind", TEXT),
        must("subject_id", UUID),
        must("subject_kind", TEXT),
        must("name", TEXT),
        may("object_id", UUID),
        may("resource_id", UUID),
        may("department_id", UUID),
        must("facts", TEXT),
        must("evidence", TEXT),
        must("mark", TEXT),
        must("words", TEXT),
        must("next_step", TEXT),
        must("sync_id", UUID),
        must("state", TEXT),
        must("found_at", TIME),
        may("vanished_at", TIME),
        may("act", TEXT),
        may("asked_by", UUID),
        may("reason", TEXT),
        may("resolved_at", TIME),
        may("last_error", TEXT),
        must("created_at", TIME),
        must("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_drift_findings"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_drift_findings_department_id"),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts.id"], name="fk_drift_findings_asked_by"),
    )
    for columns in (
        ("created_at", "id"),
        ("department_id", "created_at", "id"),
        ("state", "kind"),
        ("cloud", "state"),
        ("resource_id",),
    ):
        op.create_index(f"ix_drift_findings_{'_'.join(columns)}", "drift_findings", list(columns))
