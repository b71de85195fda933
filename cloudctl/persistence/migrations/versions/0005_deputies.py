"""Deputies, and for whom a deputy acted on an order."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INDEXES = (("principal_id",), ("deputy_id",), ("department_id", "id"))
ACTED_FOR = ("applicant_for", "signed_off_for", "approved_for")


def refers(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_deputies_{column}")


def upgrade() -> None:
    op.create_table(
        "deputies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("appointed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deputies"),
        refers("principal_id", "accounts"),
        refers("deputy_id", "accounts"),
        refers("department_id", "departments"),
        refers("appointed_by", "accounts"),
    )
    for columns in INDEXES:
        op.create_index(f"ix_deputies_{'_'.join(columns)}", "deputies", list(columns))
    for name in ACTED_FOR:
        op.add_column("orders", sa.Column(name, sa.Uuid(), nullable=True))
