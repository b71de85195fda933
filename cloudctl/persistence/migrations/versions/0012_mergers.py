"""Departments that have ended, and their successors."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("departments", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("departments", sa.Column("successor_id", sa.Uuid(), nullable=True))
