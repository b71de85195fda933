"""Shadow systems, waste and what was reclaimed.

Turns of shadows and sweeps are only ever added: triggers refuse to change or to delete them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import indexes, may, must, refers

revision = "0028"
down_revision = "0027"

UUID, TEXT, TIME, BIG, DAY, WHOLE = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.BigInteger(), sa.Date(), sa.Integer()
APPENDED = ("shadow_turns", "sweeps")


def upgrade() -> None:
    op.create_table(
        "shadows",
        must("id", UUID),
        must("kind", TEXT),
        must("subject", TEXT),
        must("subject_key", TEXT),
        must("name", TEXT),
        may("cloud", TEXT),
        may("department_id", UUID),
        may("object_id", UUID),
        may("resource_id", UUID),
        may("finding_id", UUID),
        may("system_id", UUID),
        may("other_id", UUID),
        must("facts", TEXT),
        must("evidence", TEXT),
        must("mark", TEXT),
        must("words", TEXT),
        must("next_step", TEXT),
        must("state", TEXT),
        must("found_at", TIME),
        may("settled_at", TIME),
        may("act", TEXT),
        may("settled_by", UUID),
        may("reason", TEXT),
        may("until_on", DAY),
        may("target_id", UUID),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_shadows"),
        refers("shadows", "department_id", "departments"),
        refers("shadows", "system_id", "systems"),
        refers("shadows", "other_id", "systems"),
        refers("shadows", "settled_by", "accounts"),
    )
    indexes("shadows", ("created_at", "id"), ("department_id", "created_at", "id"), ("state", "kind"))
    op.create_table(
        "shadow_turns",
        must("id", UUID),
        must("shadow_id", UUID),
        must("kind", TEXT),
        must("subject", TEXT),
        may("department_id", UUID),
        must("state", TEXT),
        may("act", TEXT),
        may("by", UUID),
        may("reason", TEXT),
        may("target_id", UUID),
        must("at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_turns"),
        refers("shadow_turns", "shadow_id", "shadows"),
        refers("shadow_turns", "department_id", "departments"),
        refers("shadow_turns", "by", "accounts"),
    )
    indexes("shadow_turns", ("shadow_id", "at", "id"), ("at",))
    op.create_table(
        "sweeps",
        must("id", UUID),
        must("kind", TEXT),
        must("source", TEXT),
        must("taken_at", TIME),
        must("entries", TEXT),
        must("count", WHOLE),
        must("digest", TEXT),
        may("imported_by", UUID),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_sweeps"),
        refers("sweeps", "imported_by", "accounts"),
    )
    indexes("sweeps", ("kind", "source", "taken_at"))
    op.create_table(
        "waste_proposals",
        must("id", UUID),
        must("kind", TEXT),
        must("cloud", TEXT),
        may("zone", TEXT),
        must("subject_id", UUID),
        must("subject_kind", TEXT),
        must("name", TEXT),
        may("department_id", UUID),
        may("system_id", UUID),
        may("resource_id", UUID),
        may("object_id", UUID),
        may("specification", TEXT),
        must("saved", TEXT),
        may("saved_fen", BIG),
        must("book_version", WHOLE),
        must("rules_version", WHOLE),
        must("facts", TEXT),
        must("mark", TEXT),
        must("words", TEXT),
        must("next_step", TEXT),
        must("state", TEXT),
        must("found_at", TIME),
        may("decided_by", UUID),
        may("decided_at", TIME),
        may("reason", TEXT),
        may("not_before", DAY),
        may("order_id", UUID),
        may("done_at", TIME),
        must("created_at", TIME),
        must("version", WHOLE),
        sa.PrimaryKeyConstraint("id", name="pk_waste_proposals"),
        refers("waste_proposals", "department_id", "departments"),
        refers("waste_proposals", "system_id", "systems"),
        refers("waste_proposals", "decided_by", "accounts"),
        refers("waste_proposals", "order_id", "orders"),
    )
    indexes(
        "waste_proposals",
        ("created_at", "id"),
        ("department_id", "created_at", "id"),
        ("state", "kind"),
        ("resource_id",),
        ("order_id",),
    )
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
    for table in APPENDED:
        for act, scope in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} FOR EACH {scope} "
                "EXECUTE FUNCTION appended_refuse()"
            )
