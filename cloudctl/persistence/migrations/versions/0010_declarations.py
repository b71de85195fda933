"""Declarations, architectures, ratings.

What is on record already counts as declared: systems by `migration`, at the time of the migration. Orders get no
declaration, so an older draft needs one before it is handed in. Specifications count as x86_64, as all have been so
far; a cloud's architectures stay unstated, and then it takes any.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

UUID, TEXT, TIME, INT = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Integer()

# Table, column, type, and what the rows on record get; None where it may stay open.
COLUMNS = (
    ("specifications", "architecture", TEXT, "x86_64"),
    ("specifications", "xinchuang", sa.Boolean(), sa.false()),
    ("images", "os_name", TEXT, ""),
    ("images", "os_version", TEXT, ""),
    ("images", "xinchuang", sa.Boolean(), sa.false()),
    ("zones", "xinchuang", sa.Boolean(), sa.false()),
    ("clouds", "architectures", TEXT, "[]"),
    ("systems", "xinchuang", sa.Boolean(), sa.false()),
    ("systems", "declared_by", TEXT, None),
    ("systems", "declared_at", TIME, None),
    ("orders", "declared_by", TEXT, None),
    ("orders", "declared_at", TIME, None),
)


def upgrade() -> None:
    for table, name, kind, now in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=now is None, server_default=now))
    op.execute("UPDATE systems SET declared_by = 'migration', declared_at = CURRENT_TIMESTAMP")
    op.create_table(
        "ratings",
        sa.Column("id", UUID, nullable=False),
        sa.Column("order_id", UUID, nullable=False),
        sa.Column("department_id", UUID, nullable=False),
        sa.Column("rated_by", UUID, nullable=False),
        sa.Column("mark", INT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("answer_due", TIME),
        sa.Column("answer", TEXT),
        sa.Column("answered_by", UUID),
        sa.Column("answered_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("version", INT, nullable=False),
        sa.CheckConstraint("mark BETWEEN 1 AND 5", name=op.f("ck_ratings_mark")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_ratings_order_id"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_ratings_department_id"),
        sa.ForeignKeyConstraint(["rated_by"], ["accounts.id"], name="fk_ratings_rated_by"),
        sa.ForeignKeyConstraint(["answered_by"], ["accounts.id"], name="fk_ratings_answered_by"),
        sa.PrimaryKeyConstraint("id", name="pk_ratings"),
        sa.UniqueConstraint("order_id", name="uq_ratings_order_id"),
    )
    op.create_index("ix_ratings_department_id_id", "ratings", ["department_id", "id"])
    op.create_index("ix_ratings_state_answer_due", "ratings", ["state", "answer_due"])
