"""Syncs that are believed whatever they list; changes of the inventory by their age."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("syncs", sa.Column("believed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_inventory_changes_at", "inventory_changes", ["at"])
