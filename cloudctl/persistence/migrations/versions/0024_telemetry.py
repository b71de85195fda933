"""Telemetry: daily histograms, activity, coverage."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must

revision = "0024"
down_revision = "0023"

UUID, TEXT, TIME, DAY, INT = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Date(), sa.Integer()
BYTES, BIG = sa.LargeBinary(), sa.BigInteger()
CURRENT = sa.text("replaced_at IS NULL")
PACKED = {"telemetry_rosters": ("subjects",), "telemetry_parts": ("figures", "counts", "seen"), "usage_samples": ("packed",)}
COUNTS = ("targets", "subjects", "samples", "doubled", "outside", "future", "invalid", "stored", "unmatched")


def upgrade() -> None:
    op.create_table(
        "telemetry_rosters",
        must("digest", BYTES),
        must("subjects", BYTES),
        sa.PrimaryKeyConstraint("digest", name="pk_telemetry_rosters"),
    )
    op.create_table(
        "telemetry_parts",
        must("id", UUID),
        must("source", TEXT),
        must("metric", TEXT),
        must("day", DAY),
        must("interval_s", INT),
        must("scale", INT),
        must("roster", BYTES),
        must("stored_at", TIME),
        may("replaced_at", TIME),
        must("figures", BYTES),
        may("counts", BYTES),
        may("seen", BYTES),
        sa.PrimaryKeyConstraint("id", name="pk_telemetry_parts"),
    )
    op.create_index("ix_telemetry_parts_metric_day", "telemetry_parts", ["metric", "day"])
    op.create_index("ix_telemetry_parts_day", "telemetry_parts", ["day"])
    op.create_index(
        "uq_telemetry_parts_source", "telemetry_parts", ["source", "metric", "day"],
        unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT,
    )  # fmt: skip
    op.create_table(
        "telemetry_dates",
        must("subject_id", UUID),
        must("metric", TEXT),
        must("on", DAY),
        must("source", TEXT),
        must("day", DAY),
        must("known_at", TIME),
        sa.PrimaryKeyConstraint("subject_id", "metric", "on", "source", name="pk_telemetry_dates"),
    )
    op.create_table(
        "telemetry_reads",
        must("source", TEXT),
        must("day", DAY),
        must("kind", TEXT),
        must("simulated", sa.Boolean()),
        must("state", TEXT),
        must("read_at", TIME),
        *(must(name, BIG) for name in COUNTS),
        must("warnings", TEXT),
        may("error", TEXT),
        must("afresh", sa.Boolean()),
        sa.PrimaryKeyConstraint("source", "day", name="pk_telemetry_reads"),
    )
    op.create_table(
        "usage_samples",
        must("cloud", TEXT),
        must("at", TIME),
        must("servers", INT),
        must("packed", BYTES),
        may("error", TEXT),
        sa.PrimaryKeyConstraint("cloud", "at", name="pk_usage_samples"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in PACKED.items():
            for column in columns:  # they are compressed already
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


def downgrade() -> None:
    for table in ("usage_samples", "telemetry_reads", "telemetry_dates", "telemetry_parts", "telemetry_rosters"):
        op.drop_table(table)
