"""The register of systems: the survey's fields, what systems need of each other, every version of both, reminders.

What is on record already begins its history when it was put on record: it is not known what it was before today.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

UUID, TEXT, TIME, DAY = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Date()
YES, INT, BIG = sa.Boolean(), sa.Integer(), sa.BigInteger()

# A system's columns of earlier versions: name, type, whether it may be null.
KEPT: tuple[tuple[str, Any, bool], ...] = (
    ("id", UUID, False),
    ("department_id", UUID, False),
    ("code", TEXT, False),
    ("name", TEXT, False),
    ("mlps_level", INT, False),
    ("classification", TEXT, True),
    ("xinchuang", YES, False),
    ("declared_by", TEXT, True),
    ("declared_at", TIME, True),
    ("created_at", TIME, False),
    ("version", INT, False),
)
NEW: tuple[tuple[str, Any], ...] = (
    ("system_class", TEXT),
    ("function", TEXT),
    ("layer", TEXT),
    ("status_on", DAY),
    ("merged_into_id", UUID),
    ("declared_zombie", YES),
    ("approved_by", TEXT),
    ("approved_on", DAY),
    ("project_document", TEXT),
    ("fiscal_project_code", TEXT),
    ("built_by", TEXT),
    ("built_on", DAY),
    ("build_way", TEXT),
    ("operated_by", TEXT),
    ("investment_fen", BIG),
    ("funding_source", TEXT),
    ("yearly_cost_fen", BIG),
    ("contract_number", TEXT),
    ("contract_ends_on", DAY),
    ("maintained_by", TEXT),
    ("maintained_until", DAY),
    ("user_count", BIG),
    ("user_scope", TEXT),
    ("use_frequency", TEXT),
    ("network", TEXT),
    ("room_id", UUID),
    ("interfaces", TEXT),
    ("virtualised", YES),
    ("backup", TEXT),
    ("disaster_recovery", TEXT),
    ("upgrade_needs", TEXT),
    ("postponement_reason", TEXT),
    ("postponed_until", DAY),
    ("check_url", TEXT),
    ("mlps_filing_number", TEXT),
    ("mlps_assessed_on", DAY),
    ("mlps_due_on", DAY),
    ("crypto_level", INT),
    ("crypto_assessed_on", DAY),
    ("crypto_due_on", DAY),
    ("icp_number", TEXT),
    ("icp_due_on", DAY),
    ("ipv6_status", TEXT),
    ("ipv6_due_on", DAY),
    ("data_items", BIG),
    ("data_items_provided", BIG),
    ("data_items_structured", BIG),
    ("contact_name", TEXT),
    ("contact_phone", TEXT),
)
DEPENDENCY: tuple[tuple[str, Any, bool], ...] = (
    ("id", UUID, False),
    ("system_id", UUID, False),
    ("on_id", UUID, False),
    ("kind", TEXT, False),
    ("note", TEXT, True),
    ("created_at", TIME, False),
    ("version", INT, False),
)


def upgrade() -> None:
    op.add_column("systems", sa.Column("status", TEXT, nullable=False, server_default="in_use"))
    for name, kind in NEW:
        op.add_column("systems", sa.Column(name, kind, nullable=True))
    systems = (*KEPT, ("status", TEXT, False), *((name, kind, True) for name, kind in NEW))
    _versions("systems", systems)
    names = ", ".join(name for name, _, _ in systems)
    op.execute(
        f"INSERT INTO systems_versions ({names}, since, by_name, request_id)"  # noqa: S608 - our own names
        f" SELECT {names}, created_at, 'migration', 'migration' FROM systems"
    )
    op.create_table(
        "dependencies",
        *(sa.Column(name, kind, nullable=null) for name, kind, null in DEPENDENCY),
        sa.PrimaryKeyConstraint("id", name="pk_dependencies"),
        sa.UniqueConstraint("system_id", "on_id", name="uq_dependencies_system_id_on_id"),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name="fk_dependencies_system_id"),
        sa.ForeignKeyConstraint(["on_id"], ["systems.id"], name="fk_dependencies_on_id"),
    )
    op.create_index("ix_dependencies_on_id", "dependencies", ["on_id"])
    op.create_table(
        "reminders",
        sa.Column("system_id", UUID, nullable=False),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("due_on", DAY, nullable=False),
        sa.Column("days", INT, nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("system_id", "matter", "due_on", "days", name="pk_reminders"),
        sa.ForeignKeyConstraint(["system_id"], ["systems.id"], name="fk_reminders_system_id"),
    )
    _versions("dependencies", DEPENDENCY)


def _versions(table: str, columns: tuple[tuple[str, Any, bool], ...]) -> None:
    op.create_table(
        f"{table}_versions",
        *(sa.Column(name, kind, nullable=null) for name, kind, null in columns),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.Column("by_id", UUID),
        sa.Column("by_name", TEXT, nullable=False),
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("reason", TEXT),
        sa.PrimaryKeyConstraint("id", "version", name=f"pk_{table}_versions"),
    )
    op.create_index(f"ix_{table}_versions_since", f"{table}_versions", ["since"])
