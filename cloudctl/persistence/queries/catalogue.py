"""The catalogue in one statement: a union of its six tables, each padded to all columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Engine, Table, cast, false, literal, null, select, union_all

from cloudctl.persistence.tables import (
    classifications,
    images,
    security_packages,
    specifications,
    volume_types,
    zones,
)

NOUNS = (specifications, images, volume_types, zones, classifications, security_packages)
_COLUMNS: dict[str, Column[Any]] = {column.name: column for noun in NOUNS for column in noun.columns}


def _padded(noun: Table) -> list[ColumnElement[Any]]:
    return [noun.c[name] if name in noun.c else cast(null(), c.type).label(name) for name, c in _COLUMNS.items()]


_ENTRIES = union_all(
    *(select(literal(noun.name).label("noun"), *_padded(noun)).where(noun.c.retired == false()) for noun in NOUNS)
).order_by("noun", "code")


def catalogue(engine: Engine) -> dict[str, list[dict[str, object]]]:
    """What can be ordered, by noun and code: each entry's own columns."""
    with engine.connect() as connection:
        rows = connection.execute(_ENTRIES).mappings().all()
    return {noun.name: [_entry(noun, row) for row in rows if row["noun"] == noun.name] for noun in NOUNS}


def _entry(noun: Table, row: Any) -> dict[str, object]:
    return {column.name: row[column.name] for column in noun.columns}
