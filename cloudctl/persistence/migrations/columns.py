"""How migrations write columns, references and indexes: the names that they get are those of every release."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op


def must(name: str, kind: Any) -> sa.Column[Any]:
    """A column that always has a value."""
    return sa.Column(name, kind, nullable=False)


def may(name: str, kind: Any) -> sa.Column[Any]:
    """A column that may be empty."""
    return sa.Column(name, kind, nullable=True)


def refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """The reference of a column to the id of another table."""
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def indexes(table: str, *places: tuple[str, ...]) -> None:
    """An index for each of these groups of columns."""
    for columns in places:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
