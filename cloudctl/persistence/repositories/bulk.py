"""Many rows of a versioned noun in a few statements, their versions included: what a filled sheet brings.

    insert_many(session, systems, entities)
    update_many(session, systems, {system_id: {"name": "..."}})

None of this passes through the session's own bookkeeping, nor value by value through the statements' compiler, which
both cost more than the database does: PostgreSQL gets new rows by COPY, SQLite as plain tuples. Entities that the
session has loaded are read anew afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Dialect, Table, Update, bindparam, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloudctl.persistence.errors import translated
from cloudctl.persistence.versions import allowed, keep

Processors = Sequence[tuple[int, Callable[[Any], Any]]]
"""What has to be made of the values at some places of a row before the driver takes them."""


def insert_many(session: Session, table: Table, entities: Sequence[Any]) -> None:
    """Puts new ones on record; a unique field that is taken raises Conflict naming it."""
    if not entities:
        return
    session.flush()
    connection = session.connection()
    values, processors = itemgetter(*table.c.keys()), _processors(table, connection.dialect)
    rows = (_processed(values(vars(entity)), processors) for entity in entities)
    with translated():
        if connection.dialect.name == "postgresql":
            _copy(connection, table, rows)
        else:
            connection.exec_driver_sql(_from_tuples(table), list(rows))
    keep(session, table, [entity.id for entity in entities], new=True)


def update_many(session: Session, table: Table, changes: Mapping[UUID, Mapping[str, object]]) -> None:
    """Changes the named fields of the rows with these ids; rows that change the same fields go together."""
    session.flush()
    groups: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for key, fields in changes.items():
        if fields:
            names = tuple(sorted(fields))
            groups.setdefault(names, []).append({"of": key, **{f"to_{name}": fields[name] for name in names}})
    with translated():
        for names, rows in groups.items():
            session.connection().execute(_updating(table, names), rows)
    keep(session, table, [row["of"] for rows in groups.values() for row in rows])  # type: ignore[misc]
    session.expire_all()


def _copy(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """By the driver's own COPY, in this transaction; its errors are raised as SQLAlchemy raises them."""
    dialect = connection.dialect
    statement = f"COPY {table.name} ({_names(table)}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except dialect.loaded_dbapi.Error as error:
        base = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(statement, None, error, dbapi_base_err=base, dialect=dialect) from error


@cache
def _from_tuples(table: Table) -> str:
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks})"  # noqa: S608 - our own names


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _processors(table: Table, dialect: Dialect) -> Processors:
    found = ((place, column.type.dialect_impl(dialect).bind_processor(dialect)) for place, column in enumerate(table.c))
    return [(place, processor) for place, processor in found if processor is not None]


def _processed(values: Sequence[Any], processors: Processors) -> tuple[Any, ...]:
    row = list(values)
    for place, processor in processors:
        if row[place] is not None:
            row[place] = processor(row[place])
    return tuple(row)


@cache
def _updating(table: Table, names: tuple[str, ...]) -> Update:
    values = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in names}
    row = update(table).where(table.c.id == bindparam("of", type_=table.c.id.type))
    return allowed(row.values(version=table.c.version + 1, **values))
