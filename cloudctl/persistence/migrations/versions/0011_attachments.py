"""Attachments of orders."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("stamped_by", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_attachments_order_id"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_attachments_department_id"),
        sa.ForeignKeyConstraint(["added_by"], ["accounts.id"], name="fk_attachments_added_by"),
    )
    for columns in (("order_id", "id"), ("department_id", "id"), ("digest",)):
        op.create_index(f"ix_attachments_{'_'.join(columns)}", "attachments", list(columns))
