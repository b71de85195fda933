"""What the register's nouns share: how a field is declared, what its value must be, and what a past date means.

    FIELDS = (RegisterField("investment_fen", mark("Investment (fen)"), "投资金额（分）", Kind.FEN), ...)
    check_fields(system, FIELDS)        # raises Invalid naming the field
    standing_at(date(2026, 6, 30))      # the end of that day, as the people's clocks have it

Forms, sheets and schemas are made from such a table: a field is declared once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cloudctl.domain.calendars import PEOPLE_ZONE
from cloudctl.domain.errors import Invalid
from cloudctl.messages import mark

LONGEST_TEXT = 4000
LONGEST_CODE = 200
LARGEST = 2**53 - 1
"""The largest figure: what every reader of JSON still tells apart."""
SCHEMES = frozenset({"http", "https", "tcp"})
_WIDE = (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), *map(ord, "－．＠＋"))
_NARROW = {wide: wide - 0xFEE0 for wide in _WIDE}


class Kind(StrEnum):
    """What a field holds; the unit of a number stands in its name."""

    TEXT = "text"
    CODE = "code"  # one line: a number, a name, a telephone; full-width characters are made plain
    URL = "url"
    WHOLE = "whole"
    FIGURE = "figure"  # a number with at most one decimal: square metres, kilowatts
    LIST = "list"  # several short texts
    FEN = "fen"
    DAY = "day"
    YES = "yes"
    WORD = "word"  # one of `options`
    REFERENCE = "reference"  # an id on record, or a code of the catalogue: one of the live list `choices`


class Option(NamedTuple):
    """A word that a field may have: its code, and how people say it."""

    code: str
    label: str
    label_zh: str


@dataclass(frozen=True, slots=True)
class RegisterField:
    """One field of a noun, by the name that it has everywhere.

    `title` is a message id, `title_zh` what stands in the office's own sheets. `least` and `most` bound numbers, `most`
    the length of texts. `choices` names the live list of a reference: departments, systems, zones, rooms, ...
    """

    name: str
    title: str
    title_zh: str
    kind: Kind
    required: bool = False
    options: tuple[Option, ...] = ()
    choices: str | None = None
    least: int = 0
    most: int | None = None
    hint_zh: str = ""


class Doubt(NamedTuple):
    """What was kept as it was sent, and is hardly right: a message id with its params, and what to do."""

    field: str
    message: str
    way_out: str
    params: Mapping[str, object]


def standing_at(day: date) -> datetime:
    """The last moment of a day by the people's clocks: how things stood "on 30 June"."""
    return datetime.combine(day + timedelta(days=1), time(), PEOPLE_ZONE) - timedelta(microseconds=1)


def plain(value: str) -> str:
    """One line in its narrow form: full-width letters and digits become plain ones, blanks around it go.

    Punctuation stays: a name keeps the brackets that it was given.

    >>> plain(" ０５３２－１２３４５６７８ （二期）")
    '0532-12345678 （二期）'
    """
    return " ".join(value.translate(_NARROW).split())


def tidied(fields: Iterable[RegisterField], values: Mapping[str, object]) -> dict[str, object]:
    """The values as they are kept: codes in their narrow form, nothing where nothing is written."""
    kinds = {field.name: field.kind for field in fields}
    return {name: _tidy(kinds.get(name), value) for name, value in values.items()}


def _tidy(kind: Kind | None, value: object) -> object:
    if not isinstance(value, str) or kind not in {Kind.TEXT, Kind.CODE, Kind.URL}:
        return value
    match kind:
        case Kind.TEXT:
            return value.strip() or None
        case Kind.URL:
            return unicodedata.normalize("NFKC", value).strip() or None
    return plain(value) or None


def check_fields(entity: object, fields: Iterable[RegisterField]) -> None:
    """Raises Invalid for the first value that its field cannot have."""
    for field in fields:
        value = getattr(entity, field.name)
        if value is None:
            if field.required:
                raise Invalid("{field_name} is needed.", field=field.name, way_out="Give it.", field_name=field.name)
        elif field.kind in _CHECKS:
            _CHECKS[field.kind](field, value)


def _bounded(field: RegisterField, value: float) -> None:
    if value < field.least:
        raise Invalid(
            "{field_name} cannot be {value}: it is at least {least}.",
            field=field.name,
            way_out="Correct the number.",
            field_name=field.name,
            value=value,
            least=field.least,
        )
    most = LARGEST if field.most is None else field.most
    if value > most:
        raise Invalid(
            "{field_name} cannot be {value}: it is at most {most}.",
            field=field.name,
            way_out="Correct the number.",
            field_name=field.name,
            value=value,
            most=most,
        )


def _short(field: RegisterField, value: str) -> None:
    most = field.most or (LONGEST_TEXT if field.kind is Kind.TEXT else LONGEST_CODE)
    if len(value) > most:
        raise Invalid(
            "At most {most} characters; these are {count}.",
            field=field.name,
            way_out="Shorten it.",
            most=most,
            count=len(value),
        )


def _known(field: RegisterField, value: str) -> None:
    if value not in {option.code for option in field.options}:
        raise Invalid(
            "{value} is not a {field_name}.",
            field=field.name,
            way_out="One of: {options}.",
            field_name=field.name,
            value=value,
            options=", ".join(option.code for option in field.options),
        )


def _reachable(field: RegisterField, value: str) -> None:
    _short(field, value)
    try:
        parts = urlsplit(value)
        whole = parts.scheme in SCHEMES and parts.hostname and (parts.scheme != "tcp" or parts.port)
    except ValueError:
        whole = False
    if not whole:
        raise Invalid(
            "{value} is no address of a service.",
            field=field.name,
            way_out="Write https://host/path, or tcp://host:port.",
            value=value[:100],
        )


_CHECKS: dict[Kind, Callable[[RegisterField, Any], None]] = {
    Kind.TEXT: _short,
    Kind.CODE: _short,
    Kind.URL: _reachable,
    Kind.WHOLE: _bounded,
    Kind.FIGURE: _bounded,
    Kind.FEN: _bounded,
    Kind.WORD: _known,
}


def check_order(entity: object, earlier: str, later: str) -> None:
    """Raises Invalid, naming `later`, where that day stands before `earlier`; days that are not known pass."""
    first, second = getattr(entity, earlier), getattr(entity, later)
    if first is not None and second is not None and second < first:
        raise Invalid(
            "{later} {second} is before {earlier} {first}.",
            field=later,
            way_out="Correct one of the two days.",
            later=later,
            earlier=earlier,
            first=first.isoformat(),
            second=second.isoformat(),
        )


def unordered(entity: object, earlier: str, later: str) -> list[Doubt]:
    """As `check_order`, for what happens: papers that were signed after the work had begun."""
    try:
        check_order(entity, earlier, later)
    except Invalid as error:
        params = {**error.params}
        return [Doubt(later, error.message, mark("Correct one of the two days, or leave it if it was so."), params)]
    return []
