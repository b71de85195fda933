"""What the repositories share: get and add by id, and the insert that lets an earlier row stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cloudctl.domain.accounts import missing
from cloudctl.persistence.errors import translated

T = TypeVar("T")
N = TypeVar("N")


class Records(Generic[T]):
    """The records of one noun, in one session. `noun` is its class, `what` its name in messages."""

    noun: ClassVar[type[Any]]
    what: ClassVar[str]

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, key: UUID) -> T:
        """By id; raises NotFound."""
        return self._found(self.session.get(self.noun, key), key)

    def add(self, entity: T) -> None:
        """Puts a new one on record at once; a unique field that is taken raises Conflict naming it."""
        record(self.session, entity)

    def _locked(self, key: object) -> T:
        """By key and fresh, locked until the transaction ends; raises NotFound."""
        return self._found(self.session.get(self.noun, key, with_for_update=True, populate_existing=True), key)

    def _found(self, entity: T | None, key: object) -> T:
        if entity is None:
            raise missing(self.what, key)
        return entity

    def _one(self, statement: Select[T]) -> T | None:
        return self.session.scalars(statement).one_or_none()

    def _all(self, statement: Select[T]) -> Sequence[T]:
        return self.session.scalars(statement).all()


def record(session: Session, entity: object) -> None:
    """Puts an entity on record at once, so that a conflict shows where it is made."""
    session.add(entity)
    with translated():
        session.flush()


def insert_unless_there(session: Session, table: Table, values: Mapping[str, Any]) -> bool:
    """Inserts a row unless one has its key; says whether it did. Waits for another transaction that is inserting it."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[session.get_bind().dialect.name]
    insert = dialect.insert(table).values(values).on_conflict_do_nothing()
    return session.connection().execute(insert.returning(*table.primary_key.columns)).first() is not None
