"""Emergencies and what is kept free for them, delete protection, transfers.

Nothing on record is protected yet: protection begins with what is delivered from here on, or is asked for.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must, refers

revision = "0009"
down_revision = "0008"

UUID, TEXT, TIME, BOOL, INT = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Boolean(), sa.Integer()
RESOURCES = ("servers", "volumes", "networks", "addresses")


def upgrade() -> None:
    op.add_column("clouds", sa.Column("reserves", TEXT, nullable=False, server_default="{}"))
    op.add_column("orders", sa.Column("emergency", BOOL, nullable=False, server_default=sa.false()))
    for table in RESOURCES:
        op.add_column(table, may("gone_at", TIME))
        op.add_column(table, sa.Column("protected", BOOL, nullable=False, server_default=sa.false()))
        op.add_column(table, may("tenant", TEXT))
        op.create_index(f"ix_{table}_tenant", table, ["tenant"])
    op.create_table(
        "emergencies",
        must("id", UUID),
        must("number", TEXT),
        must("order_id", UUID),
        must("department_id", UUID),
        must("approver", TEXT),
        must("approved_at", TIME),
        must("noted_by", UUID),
        must("note", TEXT),
        must("due_at", TIME),
        must("state", TEXT),
        must("late", BOOL),
        may("document_number", TEXT),
        may("signed_by", UUID),
        may("signed_at", TIME),
        may("closed_by", UUID),
        may("closed_at", TIME),
        must("created_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_emergencies"),
        sa.UniqueConstraint("number", name="uq_emergencies_number"),
        sa.UniqueConstraint("order_id", name="uq_emergencies_order_id"),
        refers("emergencies", "order_id", "orders"),
        refers("emergencies", "department_id", "departments"),
        refers("emergencies", "noted_by", "accounts"),
    )
    op.create_index("ix_emergencies_department_id_id", "emergencies", ["department_id", "id"])
    op.create_index("ix_emergencies_state_due_at", "emergencies", ["state", "due_at"])
    op.create_table(
        "transfers",
        must("id", UUID),
        must("number", TEXT),
        must("from_department_id", UUID),
        must("to_department_id", UUID),
        must("to_system_id", UUID),
        must("resources", TEXT),
        must("reason", TEXT),
        must("asked_by", UUID),
        must("state", TEXT),
        may("given_by", UUID),
        may("given_at", TIME),
        may("taken_by", UUID),
        may("taken_at", TIME),
        may("ended_reason", TEXT),
        may("ended_at", TIME),
        must("created_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.UniqueConstraint("number", name="uq_transfers_number"),
        refers("transfers", "from_department_id", "departments"),
        refers("transfers", "to_department_id", "departments"),
        refers("transfers", "to_system_id", "systems"),
        refers("transfers", "asked_by", "accounts"),
    )
    for side in ("from_department_id", "to_department_id"):
        op.create_index(f"ix_transfers_{side}_id", "transfers", [side, "id"])
