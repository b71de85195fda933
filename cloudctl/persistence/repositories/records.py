"""What the repositories share: get and add by id, and the insert that lets an earlier row stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cloudctl.domain.accounts import missing
from cloudctl.persistence.errors import translated
from cloudctl.persistence.repositories.foresight import is_together, latest, remembered
from cloudctl.persistence.repositories.outgoing import add_up, append
from cloudctl.persistence.tables import counters

_COUNT = update(counters).where(counters.c.name == bindparam("key")).values(value=counters.c.value + bindparam("more"))
_COUNT_UP = _COUNT.returning(counters.c.value)
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
        return self._found(remembered(self.session, (self.what, key), lambda: self.session.get(self.noun, key)), key)

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


class Appended(Generic[T]):
    """The records of a noun that never changes, which is no mapped class: its fields are the columns of `table`."""

    noun: ClassVar[type[Any]]
    what: ClassVar[str]
    table: ClassVar[Table]

    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, key: UUID) -> T:
        """By id; raises NotFound."""
        found = self._all(select(self.table).where(self.table.c.id == key))
        if not found:
            raise missing(self.what, key)
        return found[0]

    def add(self, entity: T) -> None:
        """Puts a new one on record at the end of the transaction."""
        append(self.session, self.table, entity)

    def _all(self, statement: Select[Any]) -> Sequence[T]:
        return [self.noun(**row) for row in self.session.connection().execute(statement).mappings()]


def record(session: Session, entity: object) -> None:
    """Puts an entity on record at once, so that a conflict shows where it is made."""
    session.add(entity)
    if not is_together(session):
        with translated():
            session.flush()


def count_up(session: Session, name: str) -> int:
    """The next number of a counter, which nobody else counts up then; who is rolled back leaves no gap."""
    counted = latest(session)
    if name in counted:
        add_up(session, _COUNT, (name,), {"more": 1})
        counted[name] += 1
    else:
        counted[name] = _counted_up(session, name)
    return counted[name]


def _counted_up(session: Session, name: str) -> int:
    by_one = {"key": name, "more": 1}
    number = session.connection().execute(_COUNT_UP, by_one).scalar_one_or_none()
    if number is None:
        insert_unless_there(session, counters, {"name": name, "value": 0})
        number = session.connection().execute(_COUNT_UP, by_one).scalar_one()
    return int(number)


def insert_unless_there(session: Session, table: Table, values: Mapping[str, Any]) -> bool:
    """Inserts a row unless one has its key; says whether it did. Waits for another transaction that is inserting it."""
    statement = _unless_there_returning(table, session.get_bind().dialect.name)
    return session.connection().execute(statement, values).first() is not None


@cache
def unless_there(table: Table, dialect: str) -> Any:
    """The statement, made once a table: building it anew costs more than carrying it out."""
    return {"sqlite": sqlite, "postgresql": postgresql}[dialect].insert(table).on_conflict_do_nothing()


@cache
def _unless_there_returning(table: Table, dialect: str) -> Any:
    return unless_there(table, dialect).returning(*table.primary_key.columns)
