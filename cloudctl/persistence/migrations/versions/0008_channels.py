"""Channels of notices: what people want of them, how they do, and every attempt to send."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("event", sa.Text(), nullable=True))
        notices.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        notices.add_column(sa.Column("channel", sa.Text(), nullable=False, server_default="mail"))
        notices.add_column(sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.false()))
        notices.add_column(sa.Column("folded_into", sa.Uuid(), nullable=True))
        notices.add_column(sa.Column("claimed_until", TIME, nullable=True))
        notices.add_column(sa.Column("failing_since", TIME, nullable=True))
        notices.create_foreign_key("fk_notices_account_id", "accounts", ["account_id"], ["id"])
    op.create_index("ix_notices_channel_state_due_at", "notices", ["channel", "state", "due_at"])
    op.create_index("ix_notices_folded_into", "notices", ["folded_into"])
    op.create_index("ix_notices_event_account_id_channel", "notices", ["event", "account_id", "channel"], unique=True)
    op.create_table(
        "notice_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice_attempts"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_attempts_notice_id"),
    )
    op.create_index("ix_notice_attempts_notice_id_id", "notice_attempts", ["notice_id", "id"])
    op.create_table(
        "channels",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("paused_until", TIME, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_channels"),
    )
    op.create_table(
        "preferences",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("addresses", sa.LargeBinary(), nullable=True),
        sa.Column("addressed", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Text(), nullable=True),
        sa.Column("quiet_to", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("digest_at", sa.Text(), nullable=False),
        sa.Column("muted", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_preferences"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_preferences_account_id"),
    )
