"""Placement by item, head-room, departments pinned to clouds, and the history of capacity.

An order on record has all its items where it was placed as a whole; its reasons stay with it.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TEXT = sa.Text()
PLACED = sa.text("SELECT id, cloud, items, placement FROM orders WHERE cloud IS NOT NULL AND id > :after ORDER BY id LIMIT 500")
FIRST = sa.text("SELECT id, cloud, items, placement FROM orders WHERE cloud IS NOT NULL ORDER BY id LIMIT 500")
KEPT = sa.text("UPDATE orders SET placements = :placements WHERE id = :id")


def upgrade() -> None:
    op.add_column("orders", sa.Column("placements", TEXT, nullable=False, server_default="[]"))
    _place_items()
    op.drop_column("orders", "placement")
    op.add_column("clouds", sa.Column("headroom_percent", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("departments", sa.Column("clouds", TEXT, nullable=False, server_default="[]"))
    op.create_table(
        "capacity_samples",
        sa.Column("cloud", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cloud", "zone", "dimension", "day", name="pk_capacity_samples"),
    )
    op.create_table(
        "capacity_sightings",
        sa.Column("cloud", TEXT, nullable=False),
        sa.Column("dimension", TEXT, nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cloud", "dimension", name="pk_capacity_sightings"),
    )


def _place_items() -> None:
    """Page by page, so that the rows of a large city are never all in memory."""
    connection = op.get_bind()
    rows = connection.execute(FIRST).all()
    while rows:
        connection.execute(KEPT, [{"id": row.id, "placements": _placements(row)} for row in rows])
        rows = connection.execute(PLACED, {"after": rows[-1].id}).all()


def _placements(row: Any) -> str:
    everything = list(range(len(json.loads(row.items))))
    place = {"items": everything, "cloud": row.cloud, "reasons": json.loads(row.placement)}
    return json.dumps([place], ensure_ascii=False, separators=(",", ":"))
