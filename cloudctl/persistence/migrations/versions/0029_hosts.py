"""Hosts: what a delivered server is to playbooks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must

revision = "0029"
down_revision = "0028"

UUID, TEXT, TIME, WHOLE, YES = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Integer(), sa.Boolean()


def upgrade() -> None:
    op.create_table(
        "hosts",
        must("id", UUID),
        may("address", TEXT),
        must("ssh_port", WHOLE),
        must("account", TEXT),
        may("os_family", TEXT),
        may("os_name", TEXT),
        must("roles", TEXT),
        must("shared", YES),
        may("ring", TEXT),
        may("host_key", TEXT),
        may("enrolled_at", TIME),
        may("seen_at", TIME),
        may("quarantined_at", TIME),
        may("quarantined_because", TEXT),
        must("facts", TEXT),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_hosts"),
        sa.ForeignKeyConstraint(["id"], ["servers.id"], name="fk_hosts_id"),
    )
    op.create_index("ix_hosts_shared", "hosts", ["shared"])
