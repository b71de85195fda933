"""Evidence, indicators and cases.

Evidence and the days' indicators are only ever added: triggers refuse to change or to delete them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import indexes, may, must, refers

revision = "0022"
down_revision = "0021"

UUID, TEXT, TIME, BIG, YES, DAY = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.BigInteger(), sa.Boolean(), sa.Date()
WHOLE, FIGURE = sa.Integer(), sa.Float()
APPENDED = ("evidence", "indicator_snapshots")


def upgrade() -> None:
    op.create_table(
        "evidence",
        must("id", UUID),
        must("subject_kind", TEXT),
        must("subject_id", UUID),
        must("department_id", UUID),
        must("kind", TEXT),
        must("about", TEXT),
        must("value", TEXT),
        must("holds", YES),
        must("observed_at", TIME),
        must("expires_at", TIME),
        must("source", TEXT),
        may("by", UUID),
        may("for_account_id", UUID),
        may("name", TEXT),
        may("media_type", TEXT),
        may("size_bytes", BIG),
        may("digest", TEXT),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        refers("evidence", "department_id", "departments"),
        refers("evidence", "by", "accounts"),
    )
    indexes(
        "evidence",
        ("subject_id", "kind", "observed_at"),
        ("subject_kind", "created_at"),
        ("department_id", "id"),
        ("digest",),
    )
    op.create_table(
        "indicator_snapshots",
        must("id", UUID),
        must("day", DAY),
        must("name", TEXT),
        must("version", WHOLE),
        must("scope", TEXT),
        may("numerator", FIGURE),
        may("denominator", FIGURE),
        may("claimed", FIGURE),
        must("excluded", TEXT),
        may("seen_from", TIME),
        may("seen_until", TIME),
        must("taken_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_indicator_snapshots"),
    )
    indexes("indicator_snapshots", ("name", "scope", "day"), ("day",))
    op.create_table(
        "cases",
        must("id", UUID),
        must("number", TEXT),
        must("department_id", UUID),
        must("origin", TEXT),
        must("cause", TEXT),
        may("subject_kind", TEXT),
        may("subject_id", UUID),
        must("title", TEXT),
        must("reason", TEXT),
        must("state", TEXT),
        may("opened_by", UUID),
        must("due_on", DAY),
        must("due_at", TIME),
        must("provisional", YES),
        may("card", TEXT),
        may("proof", TEXT),
        may("proved_by", UUID),
        may("proved_for", UUID),
        may("proved_at", TIME),
        may("closed_by", UUID),
        may("closed_at", TIME),
        may("closing", TEXT),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
        refers("cases", "department_id", "departments"),
        refers("cases", "opened_by", "accounts"),
        refers("cases", "proved_by", "accounts"),
        refers("cases", "closed_by", "accounts"),
    )
    indexes("cases", ("department_id", "id"), ("state", "due_at"), ("cause",))
    _keep()


def _keep() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in APPENDED:
            for act in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION appended_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in APPENDED:
        for act, scope in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} FOR EACH {scope} "
                "EXECUTE FUNCTION appended_refuse()"
            )
