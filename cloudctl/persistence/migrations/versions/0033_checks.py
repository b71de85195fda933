"""Health checks, their history, incidents and maintenance."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import indexes, may, must, refers

revision = "0033"
down_revision = "0032"

UUID, TEXT, TIME, WHOLE, YES = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Integer(), sa.Boolean()


def upgrade() -> None:
    op.create_table(
        "checks",
        must("id", UUID),
        must("app_id", UUID),
        must("department_id", UUID),
        must("name", TEXT),
        must("kind", TEXT),
        must("target", TEXT),
        must("every_s", WHOLE),
        must("promise", WHOLE),
        must("state", TEXT),
        may("cause", TEXT),
        must("words", TEXT),
        must("in_a_row", WHOLE),
        may("since", TIME),
        may("looked_at", TIME),
        may("milliseconds", WHOLE),
        may("certificate_until", TIME),
        may("result_id", UUID),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_checks"),
        sa.UniqueConstraint("app_id", "name", name="uq_checks_app_id_name"),
        refers("checks", "app_id", "apps"),
        refers("checks", "department_id", "departments"),
    )
    indexes("checks", ("department_id", "id"), ("looked_at",))
    op.create_table(
        "check_results",
        must("id", UUID),
        must("check_id", UUID),
        must("app_id", UUID),
        must("department_id", UUID),
        must("well", YES),
        may("cause", TEXT),
        must("words", TEXT),
        must("begun_at", TIME),
        must("until_at", TIME),
        must("looks", WHOLE),
        must("slowest_ms", WHOLE),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_check_results"),
        refers("check_results", "check_id", "checks"),
        refers("check_results", "app_id", "apps"),
        refers("check_results", "department_id", "departments"),
    )
    indexes("check_results", ("check_id", "id"), ("department_id", "id"), ("app_id", "until_at"), ("until_at",))
    op.create_table(
        "incidents",
        must("id", UUID),
        must("app_id", UUID),
        must("department_id", UUID),
        must("cause", TEXT),
        must("checks", TEXT),
        must("words", TEXT),
        must("state", TEXT),
        must("begun_at", TIME),
        must("opened_at", TIME),
        may("closed_at", TIME),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_incidents"),
        refers("incidents", "app_id", "apps"),
        refers("incidents", "department_id", "departments"),
    )
    indexes("incidents", ("app_id", "state"), ("department_id", "id"), ("state", "closed_at"))
    op.create_table(
        "maintenance",
        must("id", UUID),
        must("name", TEXT),
        must("starts_at", TIME),
        must("ends_at", TIME),
        must("zones", TEXT),
        must("apps", TEXT),
        must("reason", TEXT),
        must("planned_by", UUID),
        must("created_at", TIME),
        may("cancelled_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance"),
        refers("maintenance", "planned_by", "accounts"),
    )
    indexes("maintenance", ("ends_at",))
