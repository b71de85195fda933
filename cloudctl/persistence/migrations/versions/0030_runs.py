"""Runs of playbooks, their hosts, what they said, and the files that they left."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must, refers

revision = "0030"
down_revision = "0029"

UUID, TEXT, TIME, BIG, WHOLE, YES = (
    sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.BigInteger(), sa.Integer(), sa.Boolean(),
)  # fmt: skip


def upgrade() -> None:
    _runs()
    _belongings()


def _runs() -> None:
    op.create_table(
        "runs",
        must("id", UUID),
        must("playbook", TEXT),
        must("arguments", TEXT),
        must("hosts", TEXT),
        must("names", TEXT),
        must("zone", TEXT),
        must("check", YES),
        must("tags", TEXT),
        may("start_at_task", TEXT),
        must("state", TEXT),
        must("origin", TEXT),
        must("saga", TEXT),
        may("department_id", UUID),
        may("system_id", UUID),
        must("subject", TEXT),
        must("reason", TEXT),
        may("asked_by", UUID),
        may("asked_for", UUID),
        may("approved_by", UUID),
        may("approved_at", TIME),
        may("resume_of", UUID),
        must("digest", TEXT),
        must("attempts", WHOLE),
        may("waits_since", TIME),
        may("begun_at", TIME),
        may("playing_since", TIME),
        may("ended_at", TIME),
        must("words", TEXT),
        may("failed_task", TEXT),
        must("stats", TEXT),
        must("unfinished", TEXT),
        must("results", TEXT),
        must("dropped", WHOLE),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        refers("runs", "department_id", "departments"),
        refers("runs", "system_id", "systems"),
        refers("runs", "asked_by", "accounts"),
        refers("runs", "asked_for", "accounts"),
        refers("runs", "approved_by", "accounts"),
        refers("runs", "resume_of", "runs"),
    )
    for columns in (("state", "waits_since"), ("playbook", "id"), ("subject", "id")):
        op.create_index(f"ix_runs_{'_'.join(columns)}", "runs", list(columns))


def _belongings() -> None:
    op.create_table(
        "run_hosts",
        must("run_id", UUID),
        must("host_id", UUID),
        may("claim", UUID),
        sa.PrimaryKeyConstraint("run_id", "host_id", name="pk_run_hosts"),
        sa.UniqueConstraint("claim", name="uq_run_hosts_claim"),
        refers("run_hosts", "run_id", "runs"),
    )
    op.create_index("ix_run_hosts_host_id_run_id", "run_hosts", ["host_id", "run_id"])
    op.create_table(
        "run_events",
        sa.Column("seq", BIG.with_variant(WHOLE, "sqlite"), autoincrement=True, nullable=False),
        must("run_id", UUID),
        must("at", TIME),
        must("events", TEXT),
        must("dropped", WHOLE),
        may("state", TEXT),
        sa.PrimaryKeyConstraint("seq", name="pk_run_events"),
        refers("run_events", "run_id", "runs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_run_events_run_id_seq", "run_events", ["run_id", "seq"])
    op.create_table(
        "run_artifacts",
        must("run_id", UUID),
        must("name", TEXT),
        must("media_type", TEXT),
        must("size_bytes", BIG),
        must("digest", TEXT),
        sa.PrimaryKeyConstraint("run_id", "name", name="pk_run_artifacts"),
        refers("run_artifacts", "run_id", "runs"),
    )
    op.create_index("ix_run_artifacts_digest", "run_artifacts", ["digest"])


def downgrade() -> None:
    for table in ("run_artifacts", "run_events", "run_hosts", "runs"):
        op.drop_table(table)
