"""Campaigns and the clearing of systems."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import indexes, may, must, refers

revision = "0026"
down_revision = "0025"

UUID, TEXT, TIME, BIG, YES, DAY = (
    sa.Uuid(),
    sa.Text(),
    sa.DateTime(timezone=True),
    sa.BigInteger(),
    sa.Boolean(),
    sa.Date(),
)
WHOLE = sa.Integer()


def upgrade() -> None:
    op.create_table(
        "campaigns",
        must("id", UUID),
        must("number", TEXT),
        must("title", TEXT),
        must("policy_name", TEXT),
        must("policy", TEXT),
        must("digest", TEXT),
        must("departments", TEXT),
        must("zones", TEXT),
        must("systems", TEXT),
        must("state", TEXT),
        must("started_by", UUID),
        may("started_for", UUID),
        must("started_at", TIME),
        may("ran_at", TIME),
        may("stopped_by", UUID),
        may("stopped_at", TIME),
        may("reason", TEXT),
        may("edit_said_at", TIME),
        may("finished_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
        sa.UniqueConstraint("number", name="uq_campaigns_number"),
        refers("campaigns", "started_by", "accounts"),
        refers("campaigns", "stopped_by", "accounts"),
    )
    indexes("campaigns", ("state",))
    op.create_table(
        "stops",
        must("id", UUID),
        must("state", TEXT),
        must("reason", TEXT),
        must("thrown_by", UUID),
        must("thrown_at", TIME),
        may("asked_by", UUID),
        may("asked_for", UUID),
        may("asked_at", TIME),
        may("asking", TEXT),
        may("lifted_by", UUID),
        may("lifted_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_stops"),
        refers("stops", "thrown_by", "accounts"),
        refers("stops", "asked_by", "accounts"),
        refers("stops", "lifted_by", "accounts"),
    )
    indexes("stops", ("state",))
    _clearings()
    _belongings()


def _clearings() -> None:
    op.create_table(
        "clearings",
        must("id", UUID),
        must("number", TEXT),
        must("campaign_id", UUID),
        must("system_id", UUID),
        must("department_id", UUID),
        must("verdict_id", UUID),
        may("claim", UUID),
        must("words", TEXT),
        must("servers", TEXT),
        must("state", TEXT),
        may("paused", TEXT),
        may("cause", TEXT),
        must("owner_known", YES),
        may("notified_at", TIME),
        may("due_on", DAY),
        must("provisional", YES),
        may("left", WHOLE),
        must("reminded", WHOLE),
        must("answers", TEXT),
        must("snoozes", WHOLE),
        may("wakes_on", DAY),
        may("kept_until", DAY),
        must("dismissing", YES),
        may("saga", TEXT),
        must("tries", WHOLE),
        may("off_at", TIME),
        must("ran", TEXT),
        may("quarantined_at", TIME),
        may("quarantined_until", TIME),
        may("backed_up_at", TIME),
        may("digest", TEXT),
        may("size_bytes", BIG),
        may("tested_at", TIME),
        may("proposed", TEXT),
        may("confirmed", TEXT),
        may("deleted_at", TIME),
        may("returned", TEXT),
        may("backup_until", DAY),
        may("close_out", TEXT),
        may("closed_by", UUID),
        may("closed_at", TIME),
        must("changed_at", TIME),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_clearings"),
        sa.UniqueConstraint("number", name="uq_clearings_number"),
        sa.UniqueConstraint("claim", name="uq_clearings_claim"),
        sa.UniqueConstraint("close_out", name="uq_clearings_close_out"),
        refers("clearings", "campaign_id", "campaigns"),
        refers("clearings", "system_id", "systems"),
        refers("clearings", "department_id", "departments"),
        refers("clearings", "closed_by", "accounts"),
    )
    indexes(
        "clearings", ("campaign_id", "state"), ("department_id", "id"), ("system_id", "id"), ("state",), ("off_at",)
    )


def _belongings() -> None:
    op.create_table(
        "close_lines",
        must("id", UUID),
        must("clearing_id", UUID),
        must("department_id", UUID),
        must("kind", TEXT),
        must("outcome", TEXT),
        must("words", TEXT),
        may("name", TEXT),
        may("media_type", TEXT),
        may("size_bytes", BIG),
        may("digest", TEXT),
        must("filled_by", UUID),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_close_lines"),
        refers("close_lines", "clearing_id", "clearings"),
        refers("close_lines", "department_id", "departments"),
        refers("close_lines", "filled_by", "accounts"),
    )
    indexes("close_lines", ("clearing_id",), ("digest",))
    op.create_table(
        "answer_links",
        must("id", UUID),
        must("clearing_id", UUID),
        must("department_id", UUID),
        must("account_id", UUID),
        must("expires_at", TIME),
        may("used_at", TIME),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_answer_links"),
        refers("answer_links", "clearing_id", "clearings"),
        refers("answer_links", "department_id", "departments"),
        refers("answer_links", "account_id", "accounts"),
    )
    indexes("answer_links", ("clearing_id",))


def downgrade() -> None:
    """Not offered: what was put on record stays."""
