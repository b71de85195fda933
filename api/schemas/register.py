"""Schemas of the register's nouns, made from the fields that the domain declares: one declaration, three shapes.

@taking(REGISTER_FIELDS)
class SystemIn(In):                     # what is sent: required fields have no default
no_state_secrets: bool | None = None

@changing(REGISTER_FIELDS, without=frozenset({"code"}))
class SystemChanges(Changes): ...       # only what is sent changes

@showing(REGISTER_FIELDS)
class SystemOut(Out, frozen=True, kw_only=True): ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from pydantic import Field, create_model

from api.schemas.fields import UNSET, Changes, Code, In, Out
from cloudctl.domain.register import LARGEST, LONGEST_CODE, LONGEST_TEXT, Doubt, Kind, RegisterField
from cloudctl.messages import LOCALES, fill, translator

M = TypeVar("M", bound=In)
C = TypeVar("C", bound=Changes)
O = TypeVar("O", bound=Out)  # noqa: E741 - an Out

_PLAIN: dict[Kind, Any] = {
    Kind.WHOLE: int, Kind.FEN: int, Kind.DAY: date, Kind.YES: bool, Kind.FIGURE: float, Kind.LIST: list[str]
}  # fmt: skip


class DoubtOut(msgspec.Struct, frozen=True):
    """What was kept as it was sent and is hardly right: the field, and by locale what is odd and what to do."""

    field: str
    words: dict[str, str]
    way_out: dict[str, str]

    @classmethod
    def of(cls, doubt: Doubt) -> DoubtOut:
        """This shape of a doubt."""
        return cls(
            field=doubt.field,
            words={locale: fill(translator(locale), doubt.message, doubt.params) for locale in LOCALES},
            way_out={locale: translator(locale)(doubt.way_out) for locale in LOCALES},
        )


class VersionOut(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a record: who made it when and why, and what changed, by field as [before, after].

    `names` has for the ids among them what they were called then: codes, for a colocation its number.
    """

    version: int
    at: datetime
    by_id: UUID | None
    by_name: str
    request_id: str
    reason: str | None
    changes: dict[str, tuple[Any, Any]]
    names: dict[str, str]


def taking(
    fields: Iterable[RegisterField], *, optional: Mapping[str, object] | None = None
) -> Callable[[type[M]], type[M]]:
    """Gives a schema every field; `optional` are required ones that have a default here."""
    given = optional or {}

    def made(cls: type[M]) -> type[M]:
        definitions: dict[str, Any] = {}
        for field in fields:
            if field.name in cls.model_fields:
                continue
            if field.name in given:
                default = given[field.name]
                shape = _accepted(field) if default is not None else _accepted(field) | None
                definitions[field.name] = (shape, default)
            elif field.required:
                definitions[field.name] = (_accepted(field), ...)
            else:
                definitions[field.name] = (_accepted(field) | None, None)
        return _rebuilt(cls, definitions)

    return made


def changing(fields: Iterable[RegisterField], *, without: frozenset[str] = frozenset()) -> Callable[[type[C]], type[C]]:
    """Gives a schema of changes every field but those `without`; null takes a value away where none is required."""

    def made(cls: type[C]) -> type[C]:
        definitions: dict[str, Any] = {
            field.name: (_accepted(field) if field.required else _accepted(field) | None, UNSET)
            for field in fields
            if field.name not in without and field.name not in cls.model_fields
        }
        return _rebuilt(cls, definitions)

    return made


def showing(fields: Iterable[RegisterField]) -> Callable[[type[O]], type[O]]:
    """Gives an answer every field, after those that it has itself."""

    def made(cls: type[O]) -> type[O]:
        own = set(cls.__struct_fields__)
        shapes: list[Any] = [
            (field.name, _shown(field) if field.required else _shown(field) | None)
            for field in fields
            if field.name not in own
        ]
        namespace = {"__doc__": cls.__doc__}
        made: Any = msgspec.defstruct(
            cls.__name__, shapes, bases=(cls,), module=cls.__module__, namespace=namespace, frozen=True, kw_only=True
        )
        return made  # type: ignore[no-any-return]

    return made


def _rebuilt(cls: type[M], definitions: dict[str, Any]) -> type[M]:
    made: Any = create_model(cls.__name__, __base__=cls, __module__=cls.__module__, __doc__=cls.__doc__, **definitions)
    return made  # type: ignore[no-any-return]


def _accepted(field: RegisterField) -> Any:
    """The type of what is sent."""
    title: dict[str, Any] = {"title": field.title, "description": field.title_zh}
    match field.kind:
        case Kind.WHOLE | Kind.FEN:
            return Annotated[int, Field(ge=field.least, le=field.most or LARGEST, **title)]
        case Kind.FIGURE:
            return Annotated[float, Field(ge=field.least, le=field.most or LARGEST, **title)]
        case Kind.WORD:
            return Annotated[Literal[tuple(option.code for option in field.options)], Field(**title)]
        case Kind.CODE if field.name == "code":
            return Code
        case Kind.TEXT | Kind.CODE | Kind.URL:
            most = field.most or (LONGEST_TEXT if field.kind is Kind.TEXT else LONGEST_CODE)
            least = 1 if field.required else 0
            return Annotated[str, Field(min_length=least, max_length=most, **title)]
    return Annotated[_shown(field), Field(**title)]


def _shown(field: RegisterField) -> Any:
    """The type of what is answered."""
    if field.kind is Kind.REFERENCE:
        return UUID if field.name.endswith("_id") else str
    return _PLAIN.get(field.kind, str)
