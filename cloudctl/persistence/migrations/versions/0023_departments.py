"""Every version of departments: a past scope is told by the tree as it stood; and which role owes a case.

What is on record already begins its history when it was put on record, as it stands today.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

UUID, TEXT, TIME, INT = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Integer()

# A department's columns: name, type, whether it may be null.
COLUMNS: tuple[tuple[str, Any, bool], ...] = (
    ("id", UUID, False),
    ("code", TEXT, False),
    ("name", TEXT, False),
    ("level", TEXT, False),
    ("parent_id", UUID, True),
    ("path", TEXT, False),
    ("clouds", TEXT, False),
    ("retired_at", TIME, True),
    ("successor_id", UUID, True),
    ("created_at", TIME, False),
    ("version", INT, False),
)


def upgrade() -> None:
    op.add_column("cases", sa.Column("role", TEXT, nullable=True))
    op.create_table(
        "departments_versions",
        *(sa.Column(name, kind, nullable=null) for name, kind, null in COLUMNS),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.Column("by_id", UUID),
        sa.Column("by_name", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("reason", TEXT),
        sa.PrimaryKeyConstraint("id", "version", name="pk_departments_versions"),
    )
    op.create_index("ix_departments_versions_since", "departments_versions", ["since"])
    names = ", ".join(name for name, _, _ in COLUMNS)
    op.execute(
        f"INSERT INTO departments_versions ({names}, since, by_name, request_id)"  # noqa: S608 - our own names
        f" SELECT {names}, created_at, 'migration', 'migration' FROM departments"
    )
