"""Column types that mean the same on SQLite and PostgreSQL.

`Instant` is an aware point in time, kept in UTC; a naive datetime is refused. `Json(shape)` is text that msgspec writes
and reads as `shape`: the same bytes on both databases, sets in sorted order. `Word(enum)` is a StrEnum by its value.
`EndOfDay(day)` is no column but an expression: the people's day as an instant.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from sqlalchemy import DateTime, Dialect, LargeBinary, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

E = TypeVar("E", bound=StrEnum)


class Instant(TypeDecorator[datetime]):
    """An aware datetime. PostgreSQL keeps the instant itself, SQLite its UTC reading, which sorts as text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC; raises ValueError for a naive datetime, which would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: only aware datetimes are stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware, in UTC; for SQLite, which keeps no zone."""
        return None if value is None else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """None for PostgreSQL: our sessions are in UTC, and so is what the driver reads."""
        return super().result_processor(dialect, coltype) if dialect.name == "sqlite" else None


class Json(TypeDecorator[Any]):
    """A value of `shape` (any type that msgspec knows) as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape
        self._decode: Callable[[str], Any] = msgspec.json.Decoder(shape).decode

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same everywhere
        return None if value is None else msgspec.json.encode(value, order="deterministic").decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        return None if value is None else self._decode(value)


class Word(TypeDecorator[E]):
    """A member of a StrEnum, kept as its value; a value that the enum lacks raises ValueError."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:  # noqa: ARG002
        return None if value is None else self.words(value)


class EndOfDay(FunctionElement[datetime]):
    """The end of a day by the people's clocks (Asia/Shanghai), as an Instant: `EndOfDay(table.c.due_on)`."""

    type = Instant()
    inherit_cache = True


@compiles(EndOfDay, "sqlite")
def _end_on_sqlite(element: EndOfDay, compiler: SQLCompiler, **given: Any) -> str:
    return f"({compiler.process(element.clauses, **given)} || ' 16:00:00.000000')"


@compiles(EndOfDay, "postgresql")
def _end_on_postgresql(element: EndOfDay, compiler: SQLCompiler, **given: Any) -> str:
    day = compiler.process(element.clauses, **given)
    return f"(({day} + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')"


class RawJson(TypeDecorator[msgspec.Raw]):
    """Bytes that are JSON already, read as `msgspec.Raw`: an answer passes them on untouched."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> msgspec.Raw | None:  # noqa: ARG002
        return None if value is None else msgspec.Raw(value)
