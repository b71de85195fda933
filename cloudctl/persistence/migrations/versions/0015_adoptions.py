"""Rules of adoption, adoptions, and what they take; resources that were adopted instead of ordered.

An adopted server has no specification, image or network of ours, an adopted volume no type. SQLite cannot take a NOT
NULL off a table that others refer to, so there the table's own text is changed, as its manual describes.
"""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must, refers

revision = "0015"
down_revision = "0014"

UUID, TEXT, TIME, INT = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Integer()
RESOURCES = ("servers", "volumes", "networks", "addresses")
RELAXED = {"servers": ("specification", "image", "network_id"), "volumes": ("volume_type",)}


def upgrade() -> None:
    for table, columns in RELAXED.items():
        _relax(table, columns)
    for table in RESOURCES:
        op.add_column(table, may("adoption_id", UUID))
        op.add_column(table, sa.Column("contact", TEXT, nullable=False, server_default=""))
        op.create_index(f"ix_{table}_adoption_id", table, ["adoption_id"])
    op.create_table(
        "adoption_rules",
        must("id", UUID),
        must("code", TEXT),
        must("priority", INT),
        must("matches", TEXT),
        must("department_id", UUID),
        must("system_id", UUID),
        may("zone", TEXT),
        must("term_months", INT),
        must("contact", TEXT),
        must("created_by", UUID),
        must("created_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_adoption_rules"),
        sa.UniqueConstraint("code", name="uq_adoption_rules_code"),
        refers("adoption_rules", "department_id", "departments"),
        refers("adoption_rules", "system_id", "systems"),
        refers("adoption_rules", "created_by", "accounts"),
    )
    op.create_table(
        "adoptions",
        must("id", UUID),
        must("number", TEXT),
        must("source", TEXT),
        must("rules", TEXT),
        may("digest", TEXT),
        must("rejected", TEXT),
        must("asked_by", UUID),
        must("state", TEXT),
        must("attempt", INT),
        may("last_error", TEXT),
        must("created_at", TIME),
        may("ended_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_adoptions"),
        sa.UniqueConstraint("number", name="uq_adoptions_number"),
        refers("adoptions", "asked_by", "accounts"),
    )
    op.create_table(
        "takings",
        must("id", UUID),
        must("adoption_id", UUID),
        must("position", INT),
        must("source", TEXT),
        must("object_id", UUID),
        must("cloud", TEXT),
        must("kind", TEXT),
        must("native_id", TEXT),
        may("tenant", TEXT),
        must("name", TEXT),
        must("department_id", UUID),
        must("system_id", UUID),
        must("zone", TEXT),
        must("expires_on", sa.Date()),
        must("contact", TEXT),
        may("server_id", UUID),
        may("network_id", UUID),
        must("booked", TEXT),
        must("state", TEXT),
        may("note", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_takings"),
        refers("takings", "adoption_id", "adoptions"),
        refers("takings", "department_id", "departments"),
        refers("takings", "system_id", "systems"),
    )
    op.create_index("ix_adoptions_state_id", "adoptions", ["state", "id"])
    op.create_index("ix_takings_adoption_id_state_position", "takings", ["adoption_id", "state", "position"])
    op.create_index("ix_takings_state", "takings", ["state"])


def _relax(table: str, columns: tuple[str, ...]) -> None:
    """Lets columns be null."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for column in columns:
            op.alter_column(table, column, nullable=True)
        return
    found = {"type": "table", "name": table}
    written = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = :type AND name = :name"), found)
    for column in columns:
        written, changed = re.subn(rf"(\b{column} \S+) NOT NULL", r"\1", written, count=1)
        if not changed:
            raise RuntimeError(f"{table}.{column} is not as this migration expects it")
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    rewritten = sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = :type AND name = :name")
    connection.execute(rewritten, found | {"sql": written})
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
