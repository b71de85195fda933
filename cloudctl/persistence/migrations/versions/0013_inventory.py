"""The inventory of what the clouds have, and how each sync went."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must

revision = "0013"
down_revision = "0012"

UUID, TEXT, TIME, INT = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Integer()


def upgrade() -> None:
    op.create_table(
        "inventory_objects",
        must("id", UUID),
        must("cloud", TEXT),
        must("kind", TEXT),
        must("native_id", TEXT),
        may("key", UUID),
        must("name", TEXT),
        may("tenant", TEXT),
        may("tenant_name", TEXT),
        may("zone", TEXT),
        must("status", TEXT),
        may("server", TEXT),
        must("facts", TEXT),
        must("fingerprint", sa.BigInteger()),
        must("state", TEXT),
        must("misses", INT),
        may("resource_id", UUID),
        must("first_seen_at", TIME),
        must("seen_at", TIME),
        must("changed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_objects"),
        sa.UniqueConstraint("cloud", "kind", "native_id", name="uq_inventory_objects_cloud_kind_native_id"),
    )
    op.create_table(
        "inventory_changes",
        must("id", UUID),
        must("object_id", UUID),
        must("cloud", TEXT),
        must("at", TIME),
        must("fields", TEXT),
        may("who", TEXT),
        must("source", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_inventory_changes"),
        sa.ForeignKeyConstraint(["object_id"], ["inventory_objects.id"], name="fk_inventory_changes_object_id"),
    )
    op.create_table(
        "syncs",
        must("id", UUID),
        must("cloud", TEXT),
        must("mode", TEXT),
        must("state", TEXT),
        may("asked_by", UUID),
        must("asked_at", TIME),
        may("started_at", TIME),
        may("ended_at", TIME),
        must("objects", INT),
        must("changed", INT),
        must("missing", INT),
        may("error", TEXT),
        may("cursor", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_syncs"),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts.id"], name="fk_syncs_asked_by"),
    )
    for table, columns in (
        ("inventory_objects", ("name", "id")),
        ("inventory_objects", ("resource_id",)),
        ("inventory_changes", ("object_id", "id")),
        ("syncs", ("cloud", "id")),
        ("syncs", ("cloud", "state", "mode", "started_at")),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
