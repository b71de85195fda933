"""Assessments of systems, waves of migration, their moves, steps and slips, and when departments are ready."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must

revision = "0021"
down_revision = "0020"

UUID, TEXT, TIME, DAY, INT = sa.Uuid(), sa.Text(), sa.DateTime(timezone=True), sa.Date(), sa.Integer()


def refers(table: str, column: str, target: str, **more: Any) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}", **more)


def once(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def indexes(table: str, *indexes: tuple[str, ...]) -> None:
    for columns in indexes:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def upgrade() -> None:
    _assessments()
    _waves()
    _moves()
    _steps()
    _slips()
    op.create_table(
        "readiness",
        must("id", UUID),
        must("department_id", UUID),
        must("ready_on", DAY),
        must("reason", TEXT),
        must("set_by", UUID),
        must("created_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_readiness"),
        refers("readiness", "department_id", "departments"),
        refers("readiness", "set_by", "accounts"),
        once("readiness", "department_id"),
    )


def _assessments() -> None:
    op.create_table(
        "assessments",
        must("id", UUID),
        must("system_id", UUID),
        must("state", TEXT),
        may("proposed", TEXT),
        must("grounds", TEXT),
        may("proposed_at", TIME),
        may("verdict", TEXT),
        may("why", TEXT),
        may("until_on", DAY),
        may("successor_id", UUID),
        may("vcpu", INT),
        may("memory_mib", INT),
        may("decided_by", UUID),
        may("decided_at", TIME),
        may("first_decided_at", TIME),
        must("created_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
        refers("assessments", "system_id", "systems"),
        refers("assessments", "successor_id", "systems"),
        once("assessments", "system_id"),
    )
    indexes("assessments", ("state", "until_on"))


def _waves() -> None:
    op.create_table(
        "waves",
        must("id", UUID),
        must("number", INT),
        must("state", TEXT),
        must("starts_on", DAY),
        must("ends_on", DAY),
        may("promised_on", DAY),
        must("days", TEXT),
        must("provisional", sa.Boolean()),
        must("systems", INT),
        must("vcpu", INT),
        must("memory_mib", INT),
        must("words", TEXT),
        may("begun_at", TIME),
        may("done_at", TIME),
        must("created_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_waves"),
        once("waves", "number"),
    )


def _moves() -> None:
    op.create_table(
        "moves",
        must("id", UUID),
        must("system_id", UUID),
        may("wave_id", UUID),
        may("position", INT),
        must("state", TEXT),
        must("vcpu", INT),
        must("memory_mib", INT),
        must("words", TEXT),
        may("begun_at", TIME),
        may("done_at", TIME),
        must("created_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_moves"),
        refers("moves", "system_id", "systems"),
        refers("moves", "wave_id", "waves", deferrable=True, initially="DEFERRED"),
        once("moves", "system_id"),
    )
    indexes("moves", ("wave_id", "state"))


def _steps() -> None:
    op.create_table(
        "move_steps",
        must("id", UUID),
        must("move_id", UUID),
        must("position", INT),
        must("kind", TEXT),
        must("name", TEXT),
        must("role", TEXT),
        may("playbook", TEXT),
        must("due_on", DAY),
        must("state", TEXT),
        may("held", TEXT),
        may("note", TEXT),
        may("done_by", UUID),
        may("done_at", TIME),
        must("created_at", TIME),
        must("version", INT),
        sa.PrimaryKeyConstraint("id", name="pk_move_steps"),
        refers("move_steps", "move_id", "moves"),
        once("move_steps", "move_id", "position"),
    )
    indexes("move_steps", ("state", "due_on"))


def _slips() -> None:
    op.create_table(
        "slips",
        must("id", UUID),
        must("wave_id", UUID),
        must("move_id", UUID),
        must("step_id", UUID),
        must("name", TEXT),
        must("due_on", DAY),
        must("noticed_on", DAY),
        must("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_slips"),
        refers("slips", "wave_id", "waves"),
        refers("slips", "move_id", "moves"),
        once("slips", "step_id", "due_on"),
    )
    indexes("slips", ("wave_id",), ("move_id",))
