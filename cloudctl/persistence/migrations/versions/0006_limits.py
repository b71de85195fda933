"""Working days, time limits, cards, freeze windows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must, refers

revision = "0006"
down_revision = "0005"

TEXT, UUID, TIME, DATE = sa.Text(), sa.Uuid(), sa.DateTime(timezone=True), sa.Date()
INT, BOOL = sa.Integer(), sa.Boolean()


def upgrade() -> None:
    op.add_column("orders", may("clock_id", UUID))
    op.create_table(
        "calendar_days",
        must("id", UUID), must("day", DATE), must("works", BOOL), must("words", TEXT), must("set_by", UUID),
        must("created_at", TIME), must("version", INT),
        refers("calendar_days", "set_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_days"),
        sa.UniqueConstraint("day", name="uq_calendar_days_day"),
    )
    op.create_table(
        "freezes",
        must("id", UUID), must("name", TEXT), must("starts_at", TIME), must("ends_at", TIME), must("binds", TEXT),
        must("zones", TEXT), must("reason", TEXT), must("created_by", UUID), must("created_at", TIME),
        may("cancelled_at", TIME), must("version", INT),
        refers("freezes", "created_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_freezes"),
    )
    op.create_table(
        "clocks",
        must("id", UUID), must("order_id", UUID), must("department_id", UUID), must("kind", TEXT), must("step", TEXT),
        must("zone", TEXT), must("binds", TEXT), must("counted_from", DATE), must("promised_left", INT),
        must("statutory_left", INT), must("promised_on", DATE), must("statutory_on", DATE), must("due_at", TIME),
        must("provisional", BOOL),
        may("frozen_until", DATE), must("days_left", INT), may("card", TEXT), must("started_at", TIME),
        may("stopped_at", TIME), may("ended_at", TIME),
        refers("clocks", "order_id", "orders"),
        refers("clocks", "department_id", "departments"),
        sa.PrimaryKeyConstraint("id", name="pk_clocks"),
    )
    op.create_table(
        "cards",
        must("id", UUID), must("clock_id", UUID), must("order_id", UUID), must("department_id", UUID),
        must("step", TEXT), must("colour", TEXT), must("due_on", DATE), must("told", TEXT), must("given_at", TIME),
        may("excused_at", TIME), may("excused_by", UUID), may("excuse", TEXT), must("version", INT),
        refers("cards", "clock_id", "clocks"),
        refers("cards", "order_id", "orders"),
        refers("cards", "department_id", "departments"),
        refers("cards", "excused_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.UniqueConstraint("clock_id", "colour", name="uq_cards_clock_id_colour"),
    )
    for table, columns in (
        ("clocks", ["order_id"]),
        ("clocks", ["ended_at", "promised_on"]),
        ("cards", ["department_id", "id"]),
    ):
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)
