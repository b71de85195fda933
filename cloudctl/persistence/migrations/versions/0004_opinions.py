"""Opinions, acceptance, official letters."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudctl.persistence.migrations.columns import may, must

revision = "0004"
down_revision = "0003"

TEXT, UUID, TIME, INT = sa.Text(), sa.Uuid(), sa.DateTime(timezone=True), sa.Integer()
OF_AN_ORDER = {"order_id": "orders", "department_id": "departments"}


def create(table: str, *columns: Any, indexes: tuple[tuple[str, ...], ...]) -> None:
    op.create_table(
        table,
        must("id", UUID),
        *(must(name, UUID) for name in OF_AN_ORDER),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *(
            sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}")
            for name, target in OF_AN_ORDER.items()
        ),
    )
    for names in indexes:
        op.create_index(f"ix_{table}_{'_'.join(names)}", table, list(names))


def upgrade() -> None:
    op.add_column("orders", may("accepted_by", UUID))
    op.add_column("orders", may("accepted_at", TIME))
    op.add_column("orders", sa.Column("conditions", TEXT, nullable=False, server_default="[]"))
    create(
        "opinions",
        must("specialist", TEXT), must("state", TEXT), may("verdict", TEXT), must("conditions", TEXT),
        must("words", TEXT), may("given_by", UUID), may("giver", TEXT), may("given_at", TIME), must("asked_at", TIME),
        must("due_at", TIME), must("version", INT),
        indexes=(("order_id",), ("state", "id"), ("department_id", "id")),
    )
    create(
        "returns",
        must("round", INT), must("defects", TEXT), must("digests", TEXT), may("reason", TEXT), may("returned_by", UUID),
        must("returned_at", TIME), must("due_at", TIME),
        indexes=(("order_id", "round"),),
    )
    create(
        "letters",
        must("number", TEXT), must("kind", TEXT), must("template", TEXT), must("title", TEXT), must("content", TEXT),
        may("issued_by", UUID), must("issued_at", TIME),
        sa.UniqueConstraint("number", name="uq_letters_number"),
        indexes=(("order_id",), ("department_id", "id")),
    )
